package bench

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// The bulk operations that are measured. All times are by a clock that is
// faster than the machine's, also GitHub's 50 ms a call and its limits.
const (
	operationSpeed = 10
	versionsOfOne  = 1000
	selectedOfOne  = 800
	paceOfOne      = time.Second
	callOfOne      = 50 * time.Millisecond
)

// bulk is one operation to be measured.
type bulk struct {
	name  string
	typ   ghpkg.Type
	query string // selects four of five versions
	calls int    // for each item: the change, and where a tag may move, a look just before
	// Two limits of GitHub's in its midst: a secondary one, and the hour's.
	limited bool
}

// BenchmarkOperation deletes 800 of 1,000 versions that a query selects, and
// holds what it took against what it has to take: the calls against the pages
// of the listing, the package itself and the calls for each item; the time
// against the pace in force, GitHub's time for each change and the waits that
// GitHub told. All but the waits is stretched on a machine that has other work.
func BenchmarkOperation(b *testing.B) {
	for _, tt := range []bulk{
		{name: "container", typ: ghpkg.Container, query: "tag:none", calls: 2},
		{name: "npm", typ: ghpkg.NPM, query: "nightly", calls: 1},
		{name: "container-limited", typ: ghpkg.Container, query: "tag:none", calls: 2, limited: true},
	} {
		b.Run(tt.name, func(b *testing.B) {
			for b.Loop() {
				tt.run(b)
			}
		})
	}
}

// seed publishes the versions. The ids of those to be deleted are no multiples of five.
func (o bulk) seed(s *ghfake.Server) {
	catalogue(0)(s)
	versions := make([]ghfake.Version, versionsOfOne)
	for i := range versions {
		id := i + 1
		v := ghfake.Version{ID: int64(id), Name: fmt.Sprintf("1.0.%d-nightly", id), CreatedAt: s.Now().Add(-time.Duration(id) * time.Minute)}
		if o.typ == ghpkg.Container {
			v.Name = fmt.Sprintf("sha256:%064x", id)
		}
		if id%5 == 0 {
			v.Name, v.Tags = v.Name[:len(v.Name)-len("-nightly")], []string{fmt.Sprintf("v%d", id)}
		}
		versions[i] = v
	}
	s.AddPackage(ghfake.Package{Owner: "acme", Type: o.typ, Name: "many"}, versions...)
	s.EnforcePace()
}

// bulkRun is a portal in which the operation runs.
type bulkRun struct {
	bulk
	*testing.B
	portal *apptest.Portal
	clock  *apptest.FastClock
	person *apptest.Browser
	resets time.Time // when the hour's limit starts anew; zero: it was not reached
}

// progress is how far an operation is.
type progress struct {
	State   string
	Counts  map[string]int
	EndedAt time.Time `json:"ended_at"`
}

func (o bulk) run(b *testing.B) {
	clock := apptest.NewFastClock(operationSpeed)
	r := &bulkRun{bulk: o, B: b, clock: clock, portal: apptest.Start(b, apptest.Options{
		Clock: clock, Seed: o.seed, Quiet: true, Config: map[string]string{"MUTATION_INTERVAL": paceOfOne.String()},
	})}
	r.portal.GitHub.SetLatency(clock.Real(callOfOne))
	r.person = r.portal.SignIn(b, "ada", ghpkg.ScopeRepo, ghpkg.ScopeDeletePackages)
	r.portal.GitHub.ResetRequests()
	draft := r.person.FreezeAll("delete", "/orgs/acme/packages/"+string(o.typ)+"/many?q="+o.query)
	if draft.Sum() != selectedOfOne {
		b.Fatalf("%d items are frozen, want %d", draft.Sum(), selectedOfOne)
	}
	began := clock.Now()
	r.person.Start(draft, "not needed any more")
	r.report(r.await(draft.ID), began)
}

// await looks at the operation every few seconds until it is over, and sets
// GitHub's limits on its way.
func (r *bulkRun) await(id string) progress {
	pending := r.limited
	for end := time.Now().Add(5 * time.Minute); time.Now().Before(end); time.Sleep(r.clock.Real(4 * time.Second)) {
		var now progress
		r.person.JSON("/operations/"+id+"?per_page=1", http.StatusOK, &now)
		done := now.Counts["done"]
		switch {
		case now.State == "done" || now.State == "paused" || now.State == "stopped":
			return now
		case pending && done > selectedOfOne/4:
			r.portal.GitHub.SecondaryLimit(1, http.StatusForbidden, time.Minute)
			pending = false
		case r.limited && r.resets.IsZero() && done > selectedOfOne/2:
			r.resets = r.clock.Now().Add(5 * time.Minute).Truncate(time.Second)
			r.portal.GitHub.SetPrimaryLimit("ada", 0, r.resets)
		}
	}
	r.Fatal("the operation does not end")
	return progress{}
}

// report holds what happened at GitHub against what had to.
func (r *bulkRun) report(end progress, began time.Time) {
	log := r.portal.GitHub.Requests()
	floor := versionsOfOne/ghpkg.MaxPerPage + 1 + r.calls*selectedOfOne
	gone := r.gone()
	r.ReportMetric(float64(end.Counts["done"]), "done")
	r.ReportMetric(float64(end.Counts["skipped"]), "skipped")
	r.ReportMetric(float64(gone-end.Counts["done"]), "extra")
	r.ReportMetric(float64(len(log)), "calls")
	r.ReportMetric(float64(floor), "floor")
	r.ReportMetric(float64(len(log))/float64(floor), "calls-of-floor")
	r.ReportMetric(end.EndedAt.Sub(began).Seconds()/r.allowed(log).Seconds(), "time-of-floor")
	r.ReportMetric(r.typical(log), "of-floor-for-half-the-items")
	r.ReportMetric(float64(overlaps(log)), "overlaps")
	r.ReportMetric(float64(r.early(log)), "sent-while-told-to-wait")
	if end.State != "done" || end.Counts["done"] != selectedOfOne || gone != selectedOfOne {
		r.Errorf("the operation is %s: %v, and %d versions are gone", end.State, end.Counts, gone)
	}
}

// gone returns how many versions are gone; one that was not selected fails.
func (r *bulkRun) gone() int {
	owner, err := ghpkg.NewOwner(ghpkg.Organization, "acme")
	if err != nil {
		r.Fatal(err)
	}
	ref, err := ghpkg.NewRef(owner, r.typ, "many")
	if err != nil {
		r.Fatal(err)
	}
	gone := 0
	for _, v := range r.portal.GitHub.Versions(ref) {
		if v.DeletedAt.IsZero() {
			continue
		}
		if gone++; v.ID%5 == 0 {
			r.Errorf("%s is gone, which was not selected", v.Name)
		}
	}
	return gone
}

// told returns until when GitHub told to wait with its nth refusal, from 0.
func (r *bulkRun) told(n int, refused ghfake.Request) time.Time {
	if n == 0 {
		return refused.Answered.Add(time.Minute)
	}
	return r.resets
}

// isLimit reports whether GitHub refused for one of its limits, which is the
// only reason for a 403 here.
func isLimit(one ghfake.Request) bool { return one.Status == http.StatusForbidden }

// allowed is how long the changes take at the pace in force: the configured
// one, doubled by a secondary limit, and by a fifth less after each twenty that
// went well. GitHub's time for each and the waits it told come on top.
func (r *bulkRun) allowed(log []ghfake.Request) time.Duration {
	pace, good, limits, all := paceOfOne, 0, 0, -paceOfOne // the first waits for nothing
	for _, one := range log {
		switch {
		case isLimit(one):
			if all += r.told(limits, one).Sub(one.Answered); limits == 0 {
				pace, good = 2*pace, 0
			}
			limits++
		case one.Method == http.MethodDelete:
			all += pace + one.Answered.Sub(one.At)
			if good++; good == 20 {
				pace, good = max(pace*8/10, paceOfOne), 0
			}
		}
	}
	return all
}

// typical is how long an item takes from the end of the one before, in units of
// the pace and of GitHub's time for it; half the items take less. A machine that
// has other work moves it less than the whole.
func (r *bulkRun) typical(log []ghfake.Request) float64 {
	var each []float64
	var before time.Time
	for _, one := range log {
		if one.Method == http.MethodGet || isLimit(one) {
			continue
		}
		if !before.IsZero() {
			floor := paceOfOne + one.Answered.Sub(one.At)
			each = append(each, one.Answered.Sub(before).Seconds()/floor.Seconds())
		}
		before = one.Answered
	}
	if len(each) == 0 {
		r.Fatal("GitHub was asked for nothing")
	}
	slices.Sort(each)
	return each[len(each)/2]
}

// overlaps counts the changes that GitHub got before it had answered another.
func overlaps(log []ghfake.Request) int {
	n, answered := 0, time.Time{}
	for _, one := range log {
		if one.Method == http.MethodGet {
			continue
		}
		if one.At.Before(answered) {
			n++
		}
		answered = one.Answered
	}
	return n
}

// early counts the requests that were sent while GitHub had told to wait.
func (r *bulkRun) early(log []ghfake.Request) int {
	n, limits := 0, 0
	var from, until time.Time
	for _, one := range log {
		if one.At.After(from) && one.At.Before(until) {
			n++
		}
		if isLimit(one) {
			from, until = one.Answered, r.told(limits, one)
			limits++
		}
	}
	return n
}
