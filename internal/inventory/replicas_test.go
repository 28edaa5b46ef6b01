package inventory_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/inventory"
)

// TestChangeThroughAnotherReplica: it shows here a second later, in the lists
// and the versions of that package, and asks GitHub for nothing else anew.
func TestChangeThroughAnotherReplica(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		kept, s := &memory{}, lists(2)
		here, there := begin(t, inventory.Options{Archive: kept}), begin(t, inventory.Options{Archive: kept})
		look := func(i *inventory.Inventory, session string, asks int32) {
			t.Helper()
			before := s.asked.Load()
			for _, name := range []string{"a", "b"} {
				if _, err := i.Versions(t.Context(), eyes(session, s), ref(t, name), ghpkg.Active); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := i.Packages(t.Context(), eyes(session, s), acme(t), ghpkg.Query{}); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			if got := s.asked.Load() - before; got != asks {
				t.Errorf("asked %d times, want %d", got, asks)
			}
		}
		all := int32(2 + len(ghpkg.Types()))
		look(here, "olivia", all)
		look(there, "mallory", all)
		time.Sleep(time.Second)
		there.Changed(t.Context(), ref(t, "a"))
		look(here, "olivia", 2)
		look(there, "mallory", 2)
		time.Sleep(time.Second)
		look(here, "olivia", 0)
		look(there, "mallory", 0)
		here.Changed(t.Context(), ref(t, "b"))
		look(there, "mallory", 0) // it has looked just now
		time.Sleep(time.Second)
		look(there, "mallory", 2)
		look(here, "olivia", 2)
	})
}
