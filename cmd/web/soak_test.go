package main

import (
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// soak is how long TestSoak takes: go test ./cmd/web -run TestSoak -v -soak 10m -timeout 20m.
var soak = flag.Duration("soak", 20*time.Second, "how long the soak test takes")

const (
	soakViewers  = 30
	soakPackages = 40  // that are only looked at
	soakWorkers  = 2   // of the viewers run an operation each
	soakFaults   = 100 // one of so many requests to GitHub goes wrong
	soakUnknown  = 1   // item of an operation, at most: GitHub failed, and failed twice to say what became of it
	soakWarm     = 4   // the program is warm after that part of the time
	soakSpare    = 40  // goroutines that came since, and stay: of River, which leads by then, and of the database
	soakLong     = 5 * time.Minute
)

// soakTest is a site in use for a long time.
type soakTest struct {
	*site
	viewers []*viewer
	faults  soakFaulty
	program *replica
	fresh   size                        // of the program, before anybody used it
	items   map[string]ghpkg.VersionRef // what the operations are to delete, by path

	down     atomic.Bool   // nobody is to expect an answer
	patience time.Duration // for the operations' ends
}

// TestSoak: while people browse, operations run and GitHub fails now and then,
// nothing goes wrong but that; the program does not grow, and a clean restart
// in the middle loses nothing.
func TestSoak(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes half a minute")
	}
	s := newSoak(t)
	var ops []string
	for _, v := range s.viewers[:soakWorkers] {
		ops = append(ops, s.operate(v))
	}
	s.faults.on.Store(true)
	began := time.Now()
	stop := s.browse()
	first := s.watch(began, *soak/2)
	s.restart()
	second := s.watch(time.Now(), *soak/2)
	stop()
	s.faults.on.Store(false)
	t.Logf("before the restart %s", first)
	t.Logf("after it           %s", second)
	second.check(t)
	s.settle(ops)
	s.rest()
	s.report(time.Since(began))
}

func newSoak(t *testing.T) *soakTest {
	t.Helper()
	const (
		interval = 100 * time.Millisecond
		most     = 1000 // a look and a deletion each, and what the viewer looks at: GitHub answers 5,000 calls an hour
	)
	work := *soak * 6 / 10 // the operations end before the soak does
	each := min(max(20, int(work/interval)), most)
	pace := max(interval, (work / time.Duration(each)).Round(time.Millisecond))
	s := &soakTest{items: map[string]ghpkg.VersionRef{}, patience: 30*time.Second + *soak/2}
	s.site = newSite(t, "sqlite:"+filepath.Join(t.TempDir(), "stockroom.db"), func(gh *ghfake.Server) { seedSoak(gh, each) })
	s.serve = s.serveFaulty
	s.env = append(s.env, "STOCKROOM_MUTATION_INTERVAL="+pace.String())
	s.program = s.launch()
	s.fresh = s.size()
	for n := range soakViewers {
		v := &viewer{s: s, login: viewerLogin(n), browser: s.newBrowser(), seen: map[int]int{}}
		s.github.Authorize(v.login)
		v.must(http.MethodGet, "/login?scope=write:packages&scope=delete:packages&scope=repo&return_to=/settings", nil, nil)
		s.viewers = append(s.viewers, v)
	}
	return s
}

func viewerLogin(n int) string { return fmt.Sprintf("viewer-%d", n) }

func seedSoak(gh *ghfake.Server, each int) {
	gh.AddUser(ghfake.User{Login: "olivia"})
	gh.AddOrg(ghfake.Org{Login: "acme"})
	for n := range soakViewers {
		gh.AddUser(ghfake.User{Login: viewerLogin(n)})
		gh.AddMember("acme", viewerLogin(n), ghpkg.RoleAdmin)
	}
	types := ghpkg.Types()
	for n := range soakPackages {
		var versions []ghfake.Version
		for m := range 12 {
			versions = append(versions, ghfake.Version{Name: fmt.Sprintf("1.%d.0", m)})
		}
		gh.AddPackage(ghfake.Package{Owner: "acme", Type: types[n%len(types)], Name: fmt.Sprintf("package-%d", n), Repository: "code"}, versions...)
	}
	for n := range soakWorkers {
		var versions []ghfake.Version
		for m := range 2*each + 1 { // each second one is to stay
			versions = append(versions, ghfake.Version{Name: fmt.Sprintf("sha256:%064x", m), Tags: []string{fmt.Sprintf("%s-%d", []string{"keep", "drop"}[m%2], m)}})
		}
		gh.AddPackage(ghfake.Package{Owner: "acme", Type: ghpkg.Container, Name: fmt.Sprintf("bulk-%d", n)}, versions...)
	}
}

// operate begins a viewer's operation and returns its id.
func (s *soakTest) operate(v *viewer) string {
	s.t.Helper()
	owner, err := ghpkg.NewOwner(ghpkg.Organization, "acme")
	if err != nil {
		s.t.Fatal(err)
	}
	ref, err := ghpkg.NewRef(owner, ghpkg.Container, "bulk-"+strings.TrimPrefix(v.login, "viewer-"))
	if err != nil {
		s.t.Fatal(err)
	}
	for n, version := range s.github.Versions(ref) {
		if n%2 == 0 {
			continue
		}
		to := "/orgs/acme/packages/container/" + ref.Name() + "/-/versions/" + strconv.FormatInt(version.ID, 10)
		if s.items[to], err = ref.Version(version.ID); err != nil {
			s.t.Fatal(err)
		}
	}
	var op apptest.Operation
	v.must(http.MethodPost, "/operations?format=json", url.Values{"action": {"delete"}, "all": {"1"}, "from": {"/orgs/acme/packages/container/" + ref.Name() + "?q=drop"}}, &op)
	v.must(http.MethodPost, "/operations/"+op.ID+"/start?format=json", url.Values{"confirm": {fmt.Sprint(op.Sum())}, "reason": {"soak"}}, nil)
	return op.ID
}

// browse lets everybody browse until it is told to stop.
func (s *soakTest) browse() (stop func()) {
	done := make(chan struct{})
	var all sync.WaitGroup
	for _, v := range s.viewers {
		all.Go(func() { v.browse(done) })
	}
	return func() {
		close(done)
		all.Wait()
	}
}

// restart ends the program as an operator does, and starts it again.
func (s *soakTest) restart() {
	s.t.Helper()
	s.down.Store(true)
	began := time.Now()
	if err := s.program.command.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Fatal(err)
	}
	<-s.program.dead
	if code := s.program.command.ProcessState.ExitCode(); code != 0 {
		s.t.Errorf("it ended with %d", code)
	}
	ended := time.Since(began)
	s.errors(s.program)
	s.program = s.launch()
	s.down.Store(false)
	s.t.Logf("restarted: %v to end, %v to be there again", ended.Round(time.Millisecond), (time.Since(began) - ended).Round(time.Millisecond))
}

// errors looks for what the program itself calls an error, but for GitHub's.
func (s *soakTest) errors(r *replica) {
	s.t.Helper()
	for line := range strings.Lines(r.log.String()) {
		of := slices.ContainsFunc([]string{`"code":"upstream"`, `"code":"timeout"`, `"code":"not_done"`, `"status":502`, `"status":503`, `"status":504`}, func(mark string) bool { return strings.Contains(line, mark) })
		if strings.Contains(line, `"level":"ERROR"`) && !of {
			s.t.Errorf("the log has %s", line)
		}
	}
}

// settle waits for the operations' ends, and holds every item against GitHub.
func (s *soakTest) settle(ids []string) {
	s.t.Helper()
	seen := map[string]bool{}
	for i, id := range ids {
		v := s.viewers[i]
		for page, pages := 1, 1; page <= pages; {
			var op apptest.Operation
			v.must(http.MethodGet, fmt.Sprintf("/operations/%s?format=json&per_page=100&page=%d", id, page), nil, &op)
			switch {
			case op.State == "running" || op.State == "waiting":
				if s.patience -= 100 * time.Millisecond; s.patience < 0 {
					s.t.Fatalf("%s's operation is %s: %v", v.login, op.State, op.Counts)
				}
				time.Sleep(100 * time.Millisecond)
				continue
			case op.State != "done" || op.Sum("done", "failed", "unknown") != op.Sum() || op.Sum("unknown") > soakUnknown:
				s.t.Fatalf("%s's operation is %s: %v %s", v.login, op.State, op.Counts, op.Message)
			case page == 1:
				s.t.Logf("%s's operation: %v", v.login, op.Counts)
			}
			for _, item := range op.Items {
				seen[item.Path] = true
				s.holds(item)
			}
			pages = (op.Sum() + 99) / 100
			page++
		}
	}
	if len(seen) != len(s.items) {
		s.t.Errorf("%d items, want %d", len(seen), len(s.items))
	}
	s.onlyItems()
}

// holds compares an item with GitHub.
func (s *soakTest) holds(item apptest.OperationItem) {
	s.t.Helper()
	version, frozen := s.items[item.Path]
	if !frozen {
		s.t.Errorf("%s was not to be deleted", item.Path)
		return
	}
	if item.State != "done" {
		s.t.Logf("%s is %s (%s): %s", item.Path, item.State, item.Code, item.Message)
	}
	if item.State == "unknown" {
		return
	}
	gone := s.github.VersionState(version.Package(), version.ID()) == ghpkg.Deleted
	if gone != (item.State == "done") {
		s.t.Errorf("%s is %s %s, deleted at GitHub: %t", item.Path, item.State, item.Code, gone)
	}
}

// onlyItems: GitHub was asked to delete what is in an operation, and nothing
// twice with success.
func (s *soakTest) onlyItems() {
	s.t.Helper()
	confirmed := map[string]int{}
	for _, q := range s.github.Requests() {
		if q.Method == http.MethodGet || !strings.Contains(q.EscapedPath, "/versions/") {
			continue
		}
		id := path.Base(q.EscapedPath)
		if !s.isItem(id) {
			s.t.Errorf("GitHub was asked %s", q)
		}
		if q.Status == http.StatusNoContent {
			confirmed[id]++
		}
	}
	for id, n := range confirmed {
		if n > 1 {
			s.t.Errorf("%s was deleted %d times", id, n)
		}
	}
}

func (s *soakTest) isItem(id string) bool {
	for to := range s.items {
		if path.Base(to) == id {
			return true
		}
	}
	return false
}

// report says what was done, and fails where more went wrong than GitHub did.
func (s *soakTest) report(took time.Duration) {
	s.t.Helper()
	s.errors(s.program)
	var all []time.Duration
	statuses, failed := map[int]int{}, 0
	for _, v := range s.viewers {
		all = append(all, v.took...)
		for status, n := range v.seen {
			statuses[status] += n
			if status >= 400 {
				failed += n
			}
		}
	}
	if len(all) == 0 {
		s.t.Fatal("nothing was asked")
	}
	slices.Sort(all)
	made := int(s.faults.made.Load())
	s.t.Logf("%v: %d pages, median %v, 99 %% within %v, at most %v; statuses %v; %d of GitHub's %d answers were faults", took.Round(time.Second), len(all),
		all[len(all)/2].Round(time.Millisecond), all[len(all)*99/100].Round(time.Millisecond), all[len(all)-1].Round(time.Millisecond),
		statuses, made, s.faults.all.Load())
	for _, v := range s.viewers[:soakWorkers] {
		var settings struct {
			Rate struct{ Used int } `json:"rate_limit"`
		}
		v.must(http.MethodGet, "/settings?format=json", nil, &settings)
		s.t.Logf("%s's hour: %d calls", v.login, settings.Rate.Used)
	}
	if failed > made || made == 0 {
		s.t.Errorf("%d pages failed, by %d faults", failed, made)
	}
}
