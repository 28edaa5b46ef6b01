package ghclient

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/pgtest"
	"github.com/stockroom-dev/stockroom/internal/store"
)

// onBoth runs test on a fresh database of either engine.
func onBoth(t *testing.T, test func(t *testing.T, databaseURL string)) {
	t.Helper()
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, "sqlite:"+filepath.Join(t.TempDir(), "stockroom.db"))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, pgtest.Schema(t))
	})
}

// openStore opens the database as one more process does.
func openStore(t *testing.T, databaseURL string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// tide is a clock that goes on when somebody sleeps by it, and not else.
type tide struct {
	mu sync.Mutex
	at time.Time
	// as is called after each sleep; may be nil.
	as func(now time.Time)
}

func newTide() *tide { return &tide{at: time.Date(2026, 11, 20, 9, 30, 0, 0, time.UTC)} }

func (c *tide) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *tide) sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	c.at = c.at.Add(max(d, 0))
	at := c.at
	c.mu.Unlock()
	if c.as != nil {
		c.as(at)
	}
	return ctx.Err()
}

// replica is one more process at the database.
func replica(t *testing.T, fake *ghfake.Server, databaseURL string, change func(*Options)) *GitHub {
	t.Helper()
	o := options(t, fake.URL, fake.APIURL)
	o.Accounts = openStore(t, databaseURL)
	if change != nil {
		change(&o)
	}
	return New(o)
}

// by makes a replica live by a clock.
func by(c *tide, interval time.Duration) func(*Options) {
	return func(o *Options) { o.Now, o.Sleep, o.MutationInterval = c.now, c.sleep, interval }
}

// span is one change on its way.
type span struct{ from, to time.Time }

// watched notes when changes are on their way, over all replicas.
type watched struct {
	mu    sync.Mutex
	spans []span
}

func (w *watched) RoundTrip(r *http.Request) (*http.Response, error) {
	from := time.Now()
	resp, err := http.DefaultTransport.RoundTrip(r)
	if r.Method != http.MethodGet {
		w.mu.Lock()
		w.spans = append(w.spans, span{from, time.Now()})
		w.mu.Unlock()
	}
	return resp, err
}

// TestReplicasTakeTurns lets four jobs of two replicas delete at once, with two
// tokens of one person: never two at a time, never closer than the pace.
func TestReplicasTakeTurns(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		const each, jobs, pace = 6, 4, 15 * time.Millisecond
		var versions []ghpkg.VersionRef
		ref := mustRef(t, acme(t), ghpkg.NPM, "x")
		fake := ghfake.Start(t, ghfake.Options{}, people, func(f *ghfake.Server) {
			id := f.AddPackage(ghfake.Package{Owner: "acme", Type: ghpkg.NPM, Name: "x"}, ghfake.Version{Name: "stays"})
			for i := range each * jobs {
				versions = append(versions, mustVersion(t, ref, f.AddVersion(id, ghfake.Version{Name: fmt.Sprint(i)})))
			}
		})
		fake.SetLatency(3 * time.Millisecond)
		watch := &watched{}
		settings := func(o *Options) { o.MutationInterval, o.Transport = pace, watch }
		var wg sync.WaitGroup
		for part := range slices.Chunk(versions, each*jobs/2) {
			gh := replica(t, fake, databaseURL, settings)
			c := gh.For(fake.Token("olivia", allScopes()...), "Olivia").Patient()
			for own := range slices.Chunk(part, each) {
				wg.Go(func() {
					for _, v := range own {
						if err := c.DeleteVersion(t.Context(), v); err != nil {
							t.Error(err)
						}
					}
				})
			}
		}
		wg.Wait()
		for _, v := range versions {
			if fake.VersionState(ref, v.ID()) != ghpkg.Deleted {
				t.Errorf("%s is left", v)
			}
		}
		checkSpans(t, watch.spans, pace, len(versions))
	})
}

func checkSpans(t *testing.T, spans []span, pace time.Duration, want int) {
	t.Helper()
	slices.SortFunc(spans, func(a, b span) int { return a.from.Compare(b.from) })
	if len(spans) != want {
		t.Errorf("%d changes were sent, want %d", len(spans), want)
	}
	for i := 1; i < len(spans); i++ {
		if gap := spans[i].from.Sub(spans[i-1].to); gap < pace {
			t.Errorf("change %d began %s after the one before, want %s", i, gap, pace)
		}
	}
}

// TestALimitOfOneReplicaHoldsForAll tells one replica to wait.
func TestALimitOfOneReplicaHoldsForAll(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		fake := ghfake.Start(t, ghfake.Options{}, people)
		clock, ref := newTide(), mustRef(t, acme(t), ghpkg.NPM, "x")
		token := fake.Token("olivia", allScopes()...)
		start := func() *Client { return replica(t, fake, databaseURL, by(clock, 0)).For(token, "olivia") }
		first, second, reader := start(), start(), start()
		for _, c := range []*Client{first, second, reader} {
			if _, err := c.Viewer(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		fake.SecondaryLimit(1, http.StatusTooManyRequests, 30*time.Second)
		_, err := first.Viewer(t.Context())
		said := wantFault(t, err, fault.RateLimited, fault.CodeSecondaryLimit).Said
		fake.ResetRequests()

		// A change looks at once, a read at most a second later, a new process from the start.
		wantUnsent(t, second.DeletePackage(t.Context(), ref, 1), fault.RateLimited, fault.CodeSecondaryLimit)
		_ = clock.sleep(t.Context(), time.Second)
		for name, c := range map[string]*Client{"the other replica": second, "one that reads": reader, "another": start(), "a job": start().Patient()} {
			_, err := c.Viewer(t.Context())
			if e := wantFault(t, err, fault.RateLimited, fault.CodeSecondaryLimit); e.RetryAfter != 29*time.Second || e.Said != said {
				t.Errorf("%s waits %s, for %q", name, e.RetryAfter, e.Said)
			}
			wantUnsent(t, c.DeletePackage(t.Context(), ref, 1), fault.RateLimited, fault.CodeSecondaryLimit)
			wait, why := c.Limit(t.Context())
			if wait != 29*time.Second || why == nil || why.Said != said {
				t.Errorf("Limit of %s: %s, %v", name, wait, why)
			}
		}
		if got := fake.Requests(); len(got) > 0 {
			t.Errorf("while told to wait: %v", got)
		}
		_ = clock.sleep(t.Context(), 29*time.Second)
		if wait, why := second.Limit(t.Context()); wait != 0 || why != nil {
			t.Errorf("the wait does not end: %s, %v", wait, why)
		}
		if _, err := start().Viewer(t.Context()); err != nil {
			t.Errorf("the wait does not end: %v", err)
		}
	})
}

// TestUnnamedWaitsGrowOverARestart: GitHub says wait, but not how long, to one
// process after another.
func TestUnnamedWaitsGrowOverARestart(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		fake := ghfake.Start(t, ghfake.Options{}, people)
		clock, token := newTide(), fake.Token("olivia", allScopes()...)
		for _, want := range []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute} {
			fake.SecondaryLimit(1, http.StatusForbidden, 0)
			c := replica(t, fake, databaseURL, by(clock, 0)).For(token, "olivia")
			_, err := c.Viewer(t.Context())
			if e := wantFault(t, err, fault.RateLimited, fault.CodeSecondaryLimit); e.RetryAfter != want {
				t.Errorf("it waits %s, want %s", e.RetryAfter, want)
			}
			_ = clock.sleep(t.Context(), want)
		}
	})
}

// TestTheLearnedPaceIsSharedAndKept: a secondary limit doubles the pace, for
// the other replica and after a restart, too.
func TestTheLearnedPaceIsSharedAndKept(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		const base = time.Second
		fake := ghfake.Start(t, ghfake.Options{}, people)
		clock := newTide()
		token := fake.Token("olivia", allScopes()...)
		start := func() *account {
			return replica(t, fake, databaseURL, by(clock, base)).For(token, "olivia").account
		}
		told := func(seconds string) *answer {
			return &answer{status: http.StatusTooManyRequests, header: http.Header{"Retry-After": {seconds}}}
		}
		first, second := start(), start()
		first.learn(t.Context(), told("30"))
		second.learn(t.Context(), told("31")) // was in flight at the same time: one lesson
		_ = clock.sleep(t.Context(), 31*time.Second)
		takeAndLeave(t, second)
		before := clock.now()
		takeAndLeave(t, start())
		if got := clock.now().Sub(before); got != 2*base {
			t.Errorf("the next one comes after %s, want %s", got, 2*base)
		}
		for range goodRun {
			takeAndLeave(t, first)
		}
		before = clock.now()
		takeAndLeave(t, second)
		if got := clock.now().Sub(before); got != 1600*time.Millisecond {
			t.Errorf("after %d good ones the next one comes after %s, want 1.6s", goodRun, got)
		}
	})
}

// TestALimitBetweenTakingATurnAndItsMoment: the other replica is told to wait
// while this one has its turn already, and has sent nothing yet.
func TestALimitBetweenTakingATurnAndItsMoment(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		fake := ghfake.Start(t, ghfake.Options{}, people)
		clock, token, ref := newTide(), fake.Token("olivia", allScopes()...), mustRef(t, acme(t), ghpkg.NPM, "x")
		start := func() *Client { return replica(t, fake, databaseURL, by(clock, time.Second)).For(token, "olivia") }
		first, second := start(), start()
		takeAndLeave(t, first.account)
		clock.as = func(time.Time) {
			if is, err := second.account.kept.Account(t.Context(), "olivia"); err != nil || is.Holder != "" {
				second.account.learn(t.Context(), &answer{status: http.StatusTooManyRequests, header: http.Header{"Retry-After": {"30"}}})
			}
		}
		before, err := second.account.kept.Account(t.Context(), "olivia")
		if err != nil {
			t.Fatal(err)
		}
		wantUnsent(t, first.Patient().DeletePackage(t.Context(), ref, 1), fault.RateLimited, fault.CodeSecondaryLimit)
		if got := fake.Requests(); len(got) > 0 {
			t.Errorf("while told to wait: %v", got)
		}
		after, err := second.account.kept.Account(t.Context(), "olivia")
		if err != nil || after.Holder != "" || !after.NextAt.Equal(before.NextAt) || !after.HeldUntil.Equal(before.HeldUntil) {
			t.Errorf("the turn was not given back as it was: %+v, then %+v, %v", before, after, err)
		}
	})
}

// TestAPersonGoesBeforeAJob waits for the same moment on two replicas.
func TestAPersonGoesBeforeAJob(t *testing.T) {
	t.Parallel()
	for _, pace := range []time.Duration{0, 10 * time.Millisecond, time.Second, time.Minute} {
		job, person := patience{}.reach(pace), patience{time.Now()}.reach(pace)
		if person > pace/2 || job > person || pace > 0 && job >= person {
			t.Errorf("pace %s: a job takes the turn %s before, a person %s", pace, job, person)
		}
	}
}

func takeAndLeave(t *testing.T, a *account) {
	t.Helper()
	turn, err := a.enter(t.Context(), patience{})
	if err != nil {
		t.Fatal(err)
	}
	turn.leave(t.Context(), true)
}

// TestADeadHolderLosesItsTurn takes a turn with a process that dies: another
// one gets it, but not before what was sent in it is over.
func TestADeadHolderLosesItsTurn(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		for _, pace := range []time.Duration{time.Second, 25 * time.Second} {
			fake := ghfake.Start(t, ghfake.Options{}, people)
			clock, token := newTide(), fake.Token("olivia", allScopes()...)
			login := fmt.Sprintf("olivia-%d", pace)
			start := func() *account { return replica(t, fake, databaseURL, by(clock, pace)).For(token, login).account }
			dead, begun := start(), clock.now()
			died, err := dead.enter(t.Context(), patience{})
			if err != nil {
				t.Fatal(err)
			}
			heir := start()
			_, err = heir.enter(t.Context(), patience{time.Now().Add(time.Millisecond)})
			if _, busy := errors.AsType[*busyError](err); !busy {
				t.Errorf("a person waits for a dead process: %v", err)
			}
			turn, err := heir.enter(t.Context(), patience{})
			if err != nil {
				t.Fatal(err)
			}
			want := max(holdTime, pace)
			if got := clock.now().Sub(begun); got < want || got > want+time.Second {
				t.Errorf("pace %s: the turn is free after %s, want %s", pace, got, want)
			}
			// Should it live after all: it neither tries again nor gives away what is not its own.
			if died.again(t.Context()) {
				t.Error("a lost turn is gone on with")
			}
			died.leave(t.Context(), true)
			if is, err := heir.kept.Account(t.Context(), login); err != nil || is.Holder != turn.holder {
				t.Errorf("the heir lost the turn: %+v, %v", is, err)
			}
		}
	})
}

// TestWithoutADatabaseNothingIsChanged: a job may come again, a person sees it.
func TestWithoutADatabaseNothingIsChanged(t *testing.T) {
	t.Parallel()
	fake := ghfake.Start(t, ghfake.Options{}, people)
	db := openStore(t, "sqlite:"+filepath.Join(t.TempDir(), "stockroom.db"))
	o := options(t, fake.URL, fake.APIURL)
	o.Accounts = db
	c, ref := New(o).For(fake.Token("olivia", allScopes()...), "olivia"), mustRef(t, acme(t), ghpkg.NPM, "x")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	wantUnsent(t, c.DeletePackage(t.Context(), ref, 1), fault.Internal, fault.CodeInternal)
	wantUnsent(t, c.Patient().DeletePackage(t.Context(), ref, 1), fault.RateLimited, fault.CodeBusy)
	if got := fake.Requests(); len(got) > 0 {
		t.Errorf("sent %v", got)
	}
	if _, err := c.Viewer(t.Context()); err != nil {
		t.Errorf("reading needs no database: %v", err)
	}
}
