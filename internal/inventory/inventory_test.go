package inventory_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/inventory"
)

// TestShared: who asks at the same time shares one listing, which is used for
// a minute.
func TestShared(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := lists(2)
		inner := s.packages
		s.packages = func(ctx context.Context, typ ghpkg.Type, yield func([]ghpkg.Package)) ([]ghpkg.Notice, error) {
			time.Sleep(time.Second)
			return inner(ctx, typ, yield)
		}
		i := begin(t, inventory.Options{})
		var group sync.WaitGroup
		for range 20 {
			group.Go(func() {
				l, err := i.Packages(t.Context(), eyes("olivia", s), acme(t), ghpkg.Query{})
				if err != nil || len(l.Items) != 12 || !l.Complete() {
					t.Errorf("%d items, %v, %v", len(l.Items), l.Notices, err)
				}
			})
		}
		group.Wait()
		for _, step := range []struct {
			after time.Duration
			asked int32
		}{{0, 6}, {58 * time.Second, 6}, {2 * time.Second, 12}} {
			time.Sleep(step.after)
			_, err := i.Packages(t.Context(), eyes("olivia", s), acme(t), ghpkg.Query{})
			synctest.Wait() // for those who ask behind it
			if err != nil || s.asked.Load() != step.asked {
				t.Errorf("after %v more: asked %d times, want %d; %v", step.after, s.asked.Load(), step.asked, err)
			}
		}
	})
}

// TestAsker: a listing goes on when the one who asked first has gone.
func TestAsker(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := lists(1)
		inner := s.packages
		s.packages = func(ctx context.Context, typ ghpkg.Type, yield func([]ghpkg.Package)) ([]ghpkg.Notice, error) {
			select {
			case <-time.After(time.Second):
				return inner(ctx, typ, yield)
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
		i := begin(t, inventory.Options{})
		ctx, leave := context.WithCancel(t.Context())
		leave()
		l, err := i.Packages(ctx, eyes("olivia", s), acme(t), npm())
		if err != nil || l.Complete() || kinds(l.Notices) != "loading " {
			t.Errorf("at once: %v, %v", l.Notices, err)
		}
		if l, err = i.Packages(t.Context(), eyes("olivia", s), acme(t), npm()); err != nil || len(l.Items) != 1 || !l.Complete() || s.asked.Load() != 1 {
			t.Errorf("then: %+v, %v, asked %d times", l, err, s.asked.Load())
		}
	})
}

// TestPartial: a listing that takes long is shown as far as it is there.
func TestPartial(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &source{packages: func(_ context.Context, _ ghpkg.Type, yield func([]ghpkg.Package)) ([]ghpkg.Notice, error) {
			for id := range int64(5) {
				yield([]ghpkg.Package{{ID: id + 1}})
				time.Sleep(3 * time.Second)
			}
			return nil, nil
		}}
		i := begin(t, inventory.Options{})
		for _, want := range []struct {
			items int
			kinds string
		}{{3, "loading "}, {5, ""}} {
			began := time.Now()
			l, err := i.Packages(t.Context(), eyes("olivia", s), acme(t), npm())
			if err != nil || len(l.Items) != want.items || kinds(l.Notices) != want.kinds || time.Since(began) > 8*time.Second {
				t.Errorf("%d items, %v, %v after %v", len(l.Items), l.Notices, err, time.Since(began))
			}
		}
		if s.asked.Load() != 1 {
			t.Errorf("asked %d times", s.asked.Load())
		}
	})
}

// TestStale: weather at GitHub shows the older listing with its age, the loss
// of access does not.
func TestStale(t *testing.T) {
	t.Parallel()
	for kind, stale := range map[fault.Kind]bool{
		fault.Upstream: true, fault.Timeout: true, fault.RateLimited: true,
		fault.NotFound: false, fault.Forbidden: false, fault.MissingScope: false, fault.SSORequired: false, fault.AppRestricted: false, fault.SignedOut: false,
	} {
		synctest.Test(t, func(t *testing.T) {
			s := lists(1)
			i := begin(t, inventory.Options{})
			first, err := i.Packages(t.Context(), eyes("olivia", s), acme(t), npm())
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(6 * time.Minute)
			s.answers(failing(kind))
			for range 2 {
				l, err := i.Packages(t.Context(), eyes("olivia", s), acme(t), npm())
				switch {
				case !stale && fault.KindOf(err) != kind:
					t.Errorf("kind %d: %+v, %v", kind, l, err)
				case stale && (err != nil || kinds(l.Notices) != "stale " || len(l.Items) != 1 || !l.AsOf.Equal(first.AsOf)):
					t.Errorf("kind %d: %+v, %v", kind, l, err)
				}
			}
			s.answers(lists(2).packages)
			if l, err := i.Packages(t.Context(), eyes("olivia", s), acme(t), npm()); err != nil || len(l.Items) != 2 || !l.Complete() {
				t.Errorf("kind %d, afterwards: %+v, %v", kind, l, err)
			}
		})
	}
}

// TestOneTypeFails: the others are shown, and the failed one is named, unless
// the failure is about the owner as a whole.
func TestOneTypeFails(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		err  error
		fail bool
	}{
		{"upstream", &fault.Error{Kind: fault.Upstream, Said: "Server Error"}, false},
		{"a scope", &fault.Error{Kind: fault.MissingScope, Said: "scope", Fix: &fault.Fix{Kind: fault.FixGrantScope}}, false},
		{"no fault", errors.New("broken"), false},
		{"SSO", &fault.Error{Kind: fault.SSORequired}, true},
		{"app restriction", &fault.Error{Kind: fault.AppRestricted}, true},
		{"signed out", &fault.Error{Kind: fault.SignedOut}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := lists(1)
			inner := s.packages
			s.packages = func(ctx context.Context, typ ghpkg.Type, yield func([]ghpkg.Package)) ([]ghpkg.Notice, error) {
				if typ == ghpkg.Maven {
					return nil, c.err
				}
				return inner(ctx, typ, yield)
			}
			i := begin(t, inventory.Options{})
			l, err := i.Packages(t.Context(), eyes("olivia", s), acme(t), ghpkg.Query{})
			if (err != nil) != c.fail {
				t.Fatalf("%v", err)
			}
			if !c.fail && (len(l.Items) != 5 || kinds(l.Notices) != "type_failed " || l.Notices[0].Type != ghpkg.Maven || l.Complete()) {
				t.Errorf("%d items, %+v", len(l.Items), l.Notices)
			}
			if _, err := i.Packages(t.Context(), eyes("olivia", s), acme(t), ghpkg.Query{Types: []ghpkg.Type{ghpkg.Maven}}); !errors.Is(err, c.err) {
				t.Errorf("alone: %v", err)
			}
		})
	}
}

// TestApart: what one viewer saw is no other's, and a change, a refresh and
// the session's end forget what they should.
func TestApart(t *testing.T) {
	t.Parallel()
	i := begin(t, inventory.Options{})
	ask := func(viewer string, s *source, name string) {
		t.Helper()
		if _, err := i.Packages(t.Context(), eyes(viewer, s), acme(t), npm()); err != nil {
			t.Error(err)
		}
		if _, err := i.Versions(t.Context(), eyes(viewer, s), ref(t, name), ghpkg.Active); err != nil {
			t.Error(err)
		}
	}
	olivia, mona := lists(1), lists(2)
	for _, step := range []struct {
		name         string
		do           func()
		olivia, mona int32 // how often each has been asked afterwards
	}{
		{"at first", func() {}, 2, 2},
		{"again", func() {}, 2, 2},
		{"a change", func() { i.Changed(t.Context(), ref(t, "a")) }, 4, 4},
		{"a change of another package", func() { i.Changed(t.Context(), ref(t, "b")) }, 5, 5},
		{"olivia looks again", func() { i.RefreshOwner("olivia", acme(t)) }, 6, 5},
		{"at the package, too", func() { i.RefreshPackage("olivia", ref(t, "a")) }, 7, 5},
		{"mona leaves", func() { i.Forget(t.Context(), "mona") }, 7, 7},
	} {
		step.do()
		ask("olivia", olivia, "a")
		ask("mona", mona, "a")
		if olivia.asked.Load() != step.olivia || mona.asked.Load() != step.mona {
			t.Errorf("%s: olivia's GitHub was asked %d times, want %d, mona's %d, want %d", step.name, olivia.asked.Load(), step.olivia, mona.asked.Load(), step.mona)
		}
	}
}

// TestChangedOnItsWay: a listing that GitHub began before a change is not
// shown after it.
func TestChangedOnItsWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := lists(2)
		old := s.packages
		s.packages = func(ctx context.Context, typ ghpkg.Type, yield func([]ghpkg.Package)) ([]ghpkg.Notice, error) {
			time.Sleep(time.Second)
			return old(ctx, typ, yield)
		}
		i := begin(t, inventory.Options{})
		go func() { _, _ = i.Packages(t.Context(), eyes("olivia", s), acme(t), npm()) }()
		synctest.Wait()
		i.Changed(t.Context(), ref(t, "a"))
		s.answers(lists(1).packages)
		if l, err := i.Packages(t.Context(), eyes("olivia", s), acme(t), npm()); err != nil || len(l.Items) != 1 {
			t.Errorf("%+v, %v", l, err)
		}
		time.Sleep(2 * time.Second)
		if l, err := i.Packages(t.Context(), eyes("olivia", s), acme(t), npm()); err != nil || len(l.Items) != 1 {
			t.Errorf("later: %+v, %v", l, err)
		}
	})
}

// TestEviction: beyond the bound the least recently used goes first.
func TestEviction(t *testing.T) {
	t.Parallel()
	i := begin(t, inventory.Options{MaxRows: 250})
	viewers := map[string]*source{"a": lists(100), "b": lists(100), "c": lists(100), "d": lists(100)}
	for _, step := range []struct {
		viewer string
		asked  int32
	}{{"a", 1}, {"b", 1}, {"a", 1}, {"c", 1}, {"d", 1}, {"a", 1}, {"c", 1}, {"b", 2}, {"d", 2}} {
		s := viewers[step.viewer]
		if _, err := i.Packages(t.Context(), eyes(step.viewer, s), acme(t), npm()); err != nil || s.asked.Load() != step.asked {
			t.Errorf("%s was asked %d times, want %d; %v", step.viewer, s.asked.Load(), step.asked, err)
		}
	}
}
