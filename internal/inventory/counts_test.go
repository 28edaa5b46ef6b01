package inventory_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/inventory"
)

// TestVersionsAreCounted: where a session has had all versions of a package
// listed, its tables say how many there are, until something has changed; and
// no other session's do.
func TestVersionsAreCounted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, updated := lists(0), time.Time{}
		s.answers(func(_ context.Context, typ ghpkg.Type, yield func([]ghpkg.Package)) ([]ghpkg.Notice, error) {
			yield([]ghpkg.Package{{ID: 1, Name: "a", Type: typ, Owner: acme(t), UpdatedAt: updated}, {ID: 2, Name: "b", Type: typ, Owner: acme(t)}})
			return nil, nil
		})
		notices := map[string][]ghpkg.Notice{}
		s.versions = func(_ context.Context, ref ghpkg.Ref, _ ghpkg.State, yield func([]ghpkg.Version)) ([]ghpkg.Notice, error) {
			yield([]ghpkg.Version{{ID: 1}, {ID: 2}, {ID: 3}})
			return notices[ref.Name()], nil
		}
		i := begin(t, inventory.Options{})
		open := func(session, name string, state ghpkg.State) {
			if _, err := i.Versions(t.Context(), eyes(session, s), ref(t, name), state); err != nil {
				t.Fatal(err)
			}
		}
		want := func(session string, a, b int) {
			t.Helper()
			l, err := i.Packages(t.Context(), eyes(session, s), acme(t), npm())
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range l.Items {
				count := map[string]int{"a": a, "b": b}[p.Name]
				if count == 0 && p.VersionCount != nil || count > 0 && (p.VersionCount == nil || *p.VersionCount != count) {
					t.Errorf("%s: %s has %v versions, want %d", session, p.Name, p.VersionCount, count)
				}
			}
			synctest.Wait()
		}
		want("olivia", 0, 0)
		open("olivia", "a", ghpkg.Active)
		open("olivia", "b", ghpkg.Deleted)
		want("olivia", 3, 0)
		want("mallory", 0, 0)
		notices["b"] = []ghpkg.Notice{{Kind: ghpkg.NoticeCap}}
		open("olivia", "b", ghpkg.Active)
		want("olivia", 3, 0)
		i.Changed(t.Context(), ref(t, "a"))
		want("olivia", 0, 0)
		open("olivia", "a", ghpkg.Active)
		want("olivia", 3, 0)
		time.Sleep(10 * time.Minute)
		want("olivia", 3, 0)
		updated = time.Now() // somebody published
		time.Sleep(10 * time.Minute)
		want("olivia", 0, 0)
		open("olivia", "a", ghpkg.Active)
		want("olivia", 3, 0)
		i.Forget(t.Context(), "olivia")
		want("olivia", 0, 0)
	})
}
