package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/pgtest"
)

const (
	chaosRounds = 20               // on each database
	chaosEach   = 20               // items of each of two packages
	chaosTakes  = 60 * time.Second // at most, from one kill to the end
)

// TestChaos: wherever a program that works on an operation is killed, the next
// one, or another replica, brings it to its end, and every item, GitHub and the
// ledger say the same of it.
func TestChaos(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes a minute")
	}
	t.Parallel()
	var all sync.WaitGroup
	defer all.Wait()
	for _, engine := range []struct {
		name     string
		together int // rounds; more than there are processors, for they mostly wait
		replicas func(round int) int
		database func(*testing.T) string
	}{
		{"sqlite", 10, func(int) int { return 1 }, func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "stockroom.db") }},
		{"postgres", 6, func(n int) int { return 1 + n%2 }, func(t *testing.T) string { return pgtest.Schema(t) }},
	} {
		all.Go(func() {
			t.Run(engine.name, func(t *testing.T) {
				var rounds sync.WaitGroup
				var resumed pauses
				places := make(chan struct{}, engine.together)
				for n := range chaosRounds {
					places <- struct{}{}
					rounds.Go(func() {
						defer func() { <-places }()
						t.Run(fmt.Sprint(n), func(t *testing.T) {
							r := newRound(t, engine.database(t), engine.replicas(n), n%4 >= 2)
							r.run()
							resumed.add(r.resumed())
						})
					})
				}
				rounds.Wait()
				t.Logf("%s: %s", engine.name, &resumed)
			})
		})
	}
}

// pauses is how long nothing happened after each kill.
type pauses struct {
	mu  sync.Mutex
	all []time.Duration
}

func (p *pauses) add(d []time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all = append(p.all, d...)
}

func (p *pauses) String() string {
	if len(p.all) == 0 {
		return "nothing was resumed"
	}
	slices.Sort(p.all)
	return fmt.Sprintf("killed %d times, went on after %v (median), %v (at most)", len(p.all),
		p.all[len(p.all)/2].Round(10*time.Millisecond), p.all[len(p.all)-1].Round(10*time.Millisecond))
}

// round is one operation on a site whose replicas are killed.
type round struct {
	*site
	action   string
	packages []ghpkg.Ref
	replicas []*replica       // as many as there are to be; nil: not alive
	items    map[int64]string // the paths of what is frozen, by its id at GitHub
	kills    []time.Time
}

// chaosPackages are those that items are of: one whose versions are looked at
// before they are changed, and one whose versions are not.
func chaosPackages(t *testing.T) []ghpkg.Ref {
	t.Helper()
	owner, err := ghpkg.NewOwner(ghpkg.Organization, "acme")
	if err != nil {
		t.Fatal(err)
	}
	app, err := ghpkg.NewRef(owner, ghpkg.Container, "ns/app")
	if err != nil {
		t.Fatal(err)
	}
	library, err := ghpkg.NewRef(owner, ghpkg.NPM, "library")
	if err != nil {
		t.Fatal(err)
	}
	return []ghpkg.Ref{app, library}
}

func newRound(t *testing.T, databaseURL string, replicas int, restore bool) *round {
	t.Helper()
	r := &round{replicas: make([]*replica, replicas), action: "delete", packages: chaosPackages(t), items: map[int64]string{}}
	r.site = newSite(t, databaseURL, func(gh *ghfake.Server) {
		gh.AddUser(ghfake.User{Login: "olivia"})
		gh.AddOrg(ghfake.Org{Login: "acme"})
		gh.AddMember("acme", "olivia", ghpkg.RoleAdmin)
		for _, ref := range r.packages {
			var versions []ghfake.Version
			for n := range 2*chaosEach + 1 { // each second one is to stay as it is
				v := ghfake.Version{Name: fmt.Sprintf("sha256:%064x", n)}
				if ref.Type() == ghpkg.Container {
					v.Tags = []string{fmt.Sprintf("tag-%d", n)}
				}
				versions = append(versions, v)
			}
			gh.AddPackage(ghfake.Package{Owner: "acme", Type: ref.Type(), Name: ref.Name()}, versions...)
		}
	})
	for _, ref := range r.packages {
		for n, v := range r.github.Versions(ref) {
			if n%2 == 1 {
				r.items[v.ID] = fmt.Sprintf("/orgs/acme/packages/%s/%s/-/versions/%d", ref.Type(), ref.Name(), v.ID)
			}
			if restore && n < 2*chaosEach { // but for one, without which the package would go
				r.github.DeleteVersionNow(ref, v.ID)
			}
		}
	}
	if restore {
		r.action = "restore"
	}
	r.github.SetLatency(10 * time.Millisecond)
	return r
}

// run is the operation, from its first click to its end, and the kills.
func (r *round) run() {
	for i := range r.replicas {
		r.replicas[i] = r.launch()
	}
	r.must(http.MethodGet, "/login?scope=write:packages&scope=delete:packages&return_to=/settings", nil, nil)
	form := url.Values{"action": {r.action}}
	for _, path := range r.items {
		form.Add("item", path)
	}
	before := r.states()
	var op apptest.Operation
	r.must(http.MethodPost, "/operations?format=json", form, &op)
	start := url.Values{"confirm": {fmt.Sprint(len(r.items))}, "reason": {"chaos"}}
	r.must(http.MethodPost, "/operations/"+op.ID+"/start?format=json", start, nil)

	enough := rand.N(len(r.items) - 5)
	r.await("enough changes", func() bool { return len(r.sent()) > enough })
	time.Sleep(rand.N(40 * time.Millisecond)) // anywhere in an item's way
	r.kill()
	if rand.N(3) == 0 { // again, while it comes back or after it
		time.Sleep(rand.N(3 * time.Second))
		r.kill()
	}
	r.await("the end", func() bool {
		status, err := r.ask(http.MethodGet, "/operations/"+op.ID+"?format=json&per_page=100", nil, &op)
		if err != nil || status != http.StatusOK {
			r.t.Fatalf("the operation's page: %d, %v", status, err)
		}
		return op.State != "running"
	})
	r.check(op, before)
}

// kill ends one replica, and starts another unless one is left to take over.
func (r *round) kill() {
	victim := rand.N(len(r.replicas))
	r.replicas[victim].kill()
	r.kills = append(r.kills, time.Now())
	if len(r.replicas) > 1 {
		r.replicas = slices.Delete(r.replicas, victim, victim+1)
		r.alive.Store(r.replicas[0])
		return
	}
	r.replicas[0] = r.launch()
}

func (r *round) await(what string, so func() bool) {
	r.t.Helper()
	for began := time.Now(); !so(); time.Sleep(20 * time.Millisecond) {
		if time.Since(began) > chaosTakes {
			r.t.Fatalf("%s does not come; sent so far: %d", what, len(r.sent()))
		}
	}
}

// sent returns the changes that GitHub was asked for.
func (r *round) sent() []ghfake.Request {
	return slices.DeleteFunc(r.github.Requests(), func(q ghfake.Request) bool {
		return q.Method == http.MethodGet || !strings.Contains(q.EscapedPath, "/packages/")
	})
}

// resumed returns how long it took from each kill to the next change. Where
// another kill came first, or only answers were missing, there is nothing to tell.
func (r *round) resumed() (all []time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, killed := range r.kills {
		next := slices.IndexFunc(r.asked, killed.Before)
		if next >= 0 && (i+1 == len(r.kills) || r.asked[next].Before(r.kills[i+1])) {
			all = append(all, r.asked[next].Sub(killed))
		}
	}
	return all
}
