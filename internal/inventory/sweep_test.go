package inventory_test

import (
	"context"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/inventory"
)

// swept is a source with n packages, each of which has a deleted version.
func swept(t *testing.T, n int64) *source {
	t.Helper()
	return &source{packages: named(t, numbered(n)), versions: oneDeleted}
}

// oneDeleted lists one version of a package, deleted just now.
func oneDeleted(_ context.Context, ref ghpkg.Ref, _ ghpkg.State, yield func([]ghpkg.Version)) ([]ghpkg.Notice, error) {
	id, err := strconv.ParseInt(ref.Name()[1:], 10, 64)
	at := time.Now()
	yield([]ghpkg.Version{{ID: id, Name: "1.0", DeletedAt: &at}})
	return nil, err
}

// bin looks at the deleted versions of acme's npm packages, and waits until the
// looks behind it are over.
func bin(t *testing.T, i *inventory.Inventory, who inventory.Eyes, first ...ghpkg.Ref) inventory.DeletedVersions {
	t.Helper()
	all, err := i.Packages(t.Context(), who, acme(t), npm())
	if err != nil {
		t.Fatal(err)
	}
	d := i.DeletedVersions(t.Context(), who, acme(t), all, first)
	synctest.Wait()
	return d
}

// TestSweep: the bin fills behind the page, each package is asked for once, and
// those that matter most are there at once.
func TestSweep(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		i, s := begin(t, inventory.Options{}), swept(t, 20)
		who := eyes("olivia", s)
		d := bin(t, i, who, ref(t, "p7"), ref(t, "p9"))
		if d.Looked != 2 || d.Of != 20 || !d.Running || len(d.Rows) != 2 {
			t.Errorf("at first: %+v", d)
		}
		for range 2 {
			d = bin(t, i, who)
			if d.Looked != 20 || d.Of != 20 || d.Running || !d.Again.IsZero() || len(d.Rows) != 20 || s.asked.Load() != 21 {
				t.Errorf("later: looked into %d of %d, running %t, %d rows, asked %d times", d.Looked, d.Of, d.Running, len(d.Rows), s.asked.Load())
			}
		}
	})
}

// TestSweepBudget: looking into the bin takes no more than its share of the
// viewer's hour, over all their sessions and after each new sign-in.
func TestSweepBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		i, s, began := begin(t, inventory.Options{Budget: 10}), swept(t, 30), time.Now()
		const (
			list  = 1 // each session has to list the packages
			share = 8 // the rest is for where something was found before
		)
		for n, session := range []string{"olivia at work", "olivia at home"} {
			for range 3 {
				bin(t, i, eyes(session, s))
			}
			if asked := int(s.asked.Load()); asked != share+list*(n+1) {
				t.Errorf("%s: asked %d times", session, asked)
			}
		}
		i.Forget(t.Context(), "olivia at home")
		d := bin(t, i, eyes("olivia at home", s))
		if asked := s.asked.Load(); asked != share+3*list || d.Running || !d.Again.Equal(began.Add(time.Hour)) {
			t.Errorf("after a new sign-in: asked %d times, running %t, again at %s", asked, d.Running, d.Again)
		}
		if mona := swept(t, 30); bin(t, i, eyes("mona", mona)).Of != 30 || mona.asked.Load() != share+list {
			t.Errorf("another viewer: asked %d times", mona.asked.Load())
		}
		time.Sleep(time.Hour + time.Second)
		before := s.asked.Load()
		bin(t, i, eyes("olivia at work", s))
		if asked := s.asked.Load() - before; asked != share+list {
			t.Errorf("an hour later: asked %d times more", asked)
		}
	})
}

// TestSweepOverSessions: a new session, which knows nothing, looks first where the
// viewer found something before, and then where they never looked; and the budget
// has something left for the first.
func TestSweepOverSessions(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := swept(t, 31)
		s.versions = func(ctx context.Context, ref ghpkg.Ref, state ghpkg.State, yield func([]ghpkg.Version)) ([]ghpkg.Notice, error) {
			if !slices.Contains([]string{"p1", "p5", "p6"}, ref.Name()) {
				return nil, nil
			}
			return oneDeleted(ctx, ref, state, yield)
		}
		i := begin(t, inventory.Options{Archive: &memory{}, Budget: 45})
		for _, tt := range []struct {
			session      string
			list         listPackages
			after        time.Duration
			looked, rows int
		}{
			{"olivia's first", named(t, without(numbered(31), 1)), 0, 30, 2},
			{"olivia's second", named(t, numbered(31)), 0, 6, 3}, // 36 of the 45 may be spent where nothing was found
			{"olivia's third", named(t, numbered(31)), 0, 3, 3},
			{"mallory's", named(t, numbered(31)), 0, 31, 3},
			{"olivia's fourth", named(t, numbered(31)), time.Hour + time.Second, 31, 3},
		} {
			time.Sleep(tt.after)
			s.answers(tt.list)
			bin(t, i, eyes(tt.session, s))
			d := bin(t, i, eyes(tt.session, s))
			if d.Looked != tt.looked || len(d.Rows) != tt.rows || d.Running {
				t.Errorf("%s: looked into %d, running %t, %d rows; want %d, %d", tt.session, d.Looked, d.Running, len(d.Rows), tt.looked, tt.rows)
			}
			i.Forget(t.Context(), tt.session)
		}
	})
}

// TestSweepShowsOnlyWhatThisTokenSees: what another session found is neither
// shown nor asked for beyond what GitHub lists to this one.
func TestSweepShowsOnlyWhatThisTokenSees(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		i, wide := begin(t, inventory.Options{Archive: &memory{}}), swept(t, 3)
		if bin(t, i, eyes("olivia's first", wide)); len(bin(t, i, eyes("olivia's first", wide)).Rows) != 3 {
			t.Fatal("nothing was found")
		}
		narrow := &source{packages: named(t, without(numbered(3), 1)), versions: func(ctx context.Context, ref ghpkg.Ref, state ghpkg.State, yield func([]ghpkg.Version)) ([]ghpkg.Notice, error) {
			switch ref.Name() {
			case "p1":
				t.Error("a package was asked for that this session was not shown")
			case "p2":
				return nil, &fault.Error{Kind: fault.MissingScope}
			}
			return oneDeleted(ctx, ref, state, yield)
		}}
		bin(t, i, eyes("olivia's second", narrow))
		d := bin(t, i, eyes("olivia's second", narrow))
		if len(d.Rows) != 1 || d.Rows[0].Package.Name != "p3" || d.Looked != 1 || d.Of != 2 {
			t.Errorf("the narrower token is shown %+v", d)
		}
	})
}

// TestSweepFailure: a package that cannot be looked into is not asked for with
// every look at the page, and the others are there.
func TestSweepFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		i, s := begin(t, inventory.Options{}), swept(t, 5)
		s.versions = func(ctx context.Context, ref ghpkg.Ref, state ghpkg.State, yield func([]ghpkg.Version)) ([]ghpkg.Notice, error) {
			if ref.Name() == "p3" {
				return nil, &fault.Error{Kind: fault.Forbidden}
			}
			return oneDeleted(ctx, ref, state, yield)
		}
		var d inventory.DeletedVersions
		for range 10 {
			d = bin(t, i, eyes("olivia", s))
		}
		if d.Looked != 4 || len(d.Rows) != 4 || d.Running || s.asked.Load() != 6 {
			t.Errorf("looked into %d, running %t, asked %d times", d.Looked, d.Running, s.asked.Load())
		}
	})
}

// TestSweepAge: what the bin shows is as old as it says, is looked at anew
// behind it, and at once after a refresh; what GitHub refuses meanwhile is gone.
func TestSweepAge(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		i, s := begin(t, inventory.Options{}), swept(t, 3)
		who, began := eyes("olivia", s), time.Now()
		bin(t, i, who)
		time.Sleep(2 * time.Hour)
		if d := bin(t, i, who); len(d.Rows) != 3 || !d.AsOf.Equal(began) {
			t.Errorf("%d rows as of %v, want %v", len(d.Rows), d.AsOf, began)
		}
		if d := bin(t, i, who); len(d.Rows) != 3 || !d.AsOf.Equal(time.Now()) || s.asked.Load() != 8 {
			t.Errorf("looked again: %d rows as of %v, asked %d times", len(d.Rows), d.AsOf, s.asked.Load())
		}
		i.RefreshOwner("olivia", acme(t))
		bin(t, i, who)
		if d := bin(t, i, who); len(d.Rows) != 3 || s.asked.Load() != 12 {
			t.Errorf("after a refresh: %d rows, asked %d times", len(d.Rows), s.asked.Load())
		}
		s.mu.Lock()
		s.versions = func(context.Context, ghpkg.Ref, ghpkg.State, func([]ghpkg.Version)) ([]ghpkg.Notice, error) {
			return nil, &fault.Error{Kind: fault.NotFound}
		}
		s.mu.Unlock()
		time.Sleep(2 * time.Hour)
		bin(t, i, who)
		if d := bin(t, i, who); len(d.Rows) != 0 {
			t.Errorf("after a refusal: %d rows", len(d.Rows))
		}
	})
}
