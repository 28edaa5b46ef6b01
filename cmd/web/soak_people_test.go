package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// soakFaulty is what goes wrong at GitHub.
type soakFaulty struct {
	on        atomic.Bool
	all, made atomic.Int64
}

// serveFaulty is GitHub, of whose answers one in soakFaults is an error, a cut
// connection, or an answer that was cut off.
func (s *soakTest) serveFaulty(w http.ResponseWriter, r *http.Request) {
	if !strings.HasPrefix(r.URL.Path, "/api/") || strings.Contains(r.URL.Path, "/applications/") || !s.faults.on.Load() {
		s.github.ServeHTTP(w, r)
		return
	}
	s.faults.all.Add(1)
	if rand.N(soakFaults) != 0 {
		s.github.ServeHTTP(w, r)
		return
	}
	s.faults.made.Add(1)
	switch rand.N(5) {
	case 0: // before it acts
		panic(http.ErrAbortHandler)
	case 1: // after it has acted
		s.github.ServeHTTP(discarded{}, r.WithContext(context.WithoutCancel(r.Context())))
		panic(http.ErrAbortHandler)
	case 2:
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, `{"message":`) // and nothing more
		panic(http.ErrAbortHandler)
	default:
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader([]int{500, 502, 503}[rand.N(3)])
		_, _ = io.WriteString(w, `{"message":"Server Error"}`)
	}
}

// discarded is where an answer goes that nobody gets.
type discarded struct{}

func (discarded) Header() http.Header         { return http.Header{} }
func (discarded) Write(p []byte) (int, error) { return len(p), nil }
func (discarded) WriteHeader(int)             {}

// viewer is somebody who browses.
type viewer struct {
	s       *soakTest
	login   string
	browser *http.Client
	seen    map[int]int // answers by status
	took    []time.Duration
}

// browse opens one page after the other, with time to read them.
func (v *viewer) browse(done <-chan struct{}) {
	for n := 0; ; n++ {
		select {
		case <-done:
			return
		case <-time.After(200*time.Millisecond + rand.N(600*time.Millisecond)):
		}
		method, to := http.MethodGet, v.somewhere()
		if n%40 == 20 {
			method, to = http.MethodPost, "/orgs/acme/-/refresh?format=json"
		}
		down, began := v.s.down.Load(), time.Now()
		status, body, err := v.ask(method, to, nil)
		switch {
		case err != nil && (down || v.s.down.Load()):
			continue // nobody is there
		case err != nil:
			v.s.t.Errorf("%s %s: %v", method, to, err)
			continue
		}
		v.seen[status]++
		v.took = append(v.took, time.Since(began))
		ours := status != http.StatusOK && status != http.StatusBadGateway && status != http.StatusServiceUnavailable && status != http.StatusGatewayTimeout
		if ours || strings.Contains(body, `"code": "internal"`) {
			v.s.t.Errorf("%s: %s %s: %d: %.300s", v.login, method, to, status, body)
		}
	}
}

// somewhere is a page, as people and programs look at them.
func (v *viewer) somewhere() string {
	n := rand.N(soakPackages)
	types := ghpkg.Types()
	one := fmt.Sprintf("/orgs/acme/packages/%s/package-%d", types[n%len(types)], n)
	pages := []string{
		"/", "/packages", "/orgs/acme/packages", "/orgs/acme/packages?page=2&per_page=20", "/orgs/acme/packages?q=" + strconv.Itoa(n), "/orgs/acme/packages?type=npm&sort=-versions",
		"/orgs/acme/packages?format=json", "/orgs/acme/packages?format=csv", "/orgs/acme/bin", "/orgs/acme/bin?format=json", one, one + "?format=json", one + "?q=1.1",
		"/orgs/acme/packages/container/bulk-0?per_page=100", "/ledger", "/ledger?format=json&action=delete", "/operations", "/operations?format=json", "/settings", "/orgs/acme/docker/conflicts",
	}
	return pages[rand.N(len(pages))]
}

func (v *viewer) ask(method, to string, form url.Values) (status int, body string, err error) {
	request, err := http.NewRequestWithContext(v.s.t.Context(), method, base+to, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, "", err
	}
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := v.browser.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if want, _, _ := strings.Cut(to, "?"); err == nil && want != "/login" && response.Request.URL.Path != want && response.StatusCode == http.StatusOK {
		err = fmt.Errorf("it led to %s", response.Request.URL)
	}
	return response.StatusCode, string(text), err
}

// must is ask, which has to succeed, now or when what it needs is there.
func (v *viewer) must(method, to string, form url.Values, into any) {
	v.s.t.Helper()
	for began := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		status, body, err := v.ask(method, to, form)
		switch {
		case err == nil && status < http.StatusBadRequest:
			if into == nil {
				return
			}
			if err := json.Unmarshal([]byte(body), into); err != nil {
				v.s.t.Fatalf("%s: %v: %.300s", to, err, body)
			}
			return
		case err != nil || status < http.StatusInternalServerError || time.Since(began) > time.Minute:
			v.s.t.Fatalf("%s %s: %d, %v: %.300s", method, to, status, err, body)
		}
	}
}

// size is how large the program is.
type size struct{ heap, resident, goroutines float64 }

// least is the smaller of each: what is left after a collection.
func (a size) least(b size) size {
	return size{min(a.heap, b.heap), min(a.resident, b.resident), min(a.goroutines, b.goroutines)}
}

func (a size) String() string {
	return fmt.Sprintf("heap %.1f MB, resident %.1f MB, %.0f goroutines", a.heap/1e6, a.resident/1e6, a.goroutines)
}

// growth is the size when the program was warm, and at the end.
type growth struct{ warm, end size }

func (g growth) String() string { return fmt.Sprintf("warm: %s; at the end: %s", g.warm, g.end) }

// check fails where the program grew: a leak of a kilobyte for each page would be
// seen in ten minutes. In seconds the resident memory says nothing: on a busy
// machine people's first views are still on their way.
func (g growth) check(t *testing.T) {
	t.Helper()
	if g.end.heap > 1.3*g.warm.heap+12e6 || *soak >= soakLong && g.end.resident > 1.3*g.warm.resident+48e6 {
		t.Errorf("it grew: %s", g)
	}
}

// rest waits until nothing is left of what people did but what is kept in memory:
// each goroutine that served them has ended.
func (s *soakTest) rest() {
	s.t.Helper()
	for began := time.Now(); ; time.Sleep(100 * time.Millisecond) {
		s.front.CloseClientConnections() // GitHub's, which are kept for the next call
		now := s.size()
		if now.goroutines <= s.fresh.goroutines+soakSpare {
			s.t.Logf("at rest %s; fresh %s", now, s.fresh)
			return
		}
		if time.Since(began) > time.Minute {
			s.t.Errorf("goroutines are left: %s; fresh %s", now, s.fresh)
			return
		}
	}
}

// watch looks at the program's size for as long as d.
func (s *soakTest) watch(began time.Time, d time.Duration) (g growth) {
	s.t.Helper()
	var warm, end []size
	for {
		passed := time.Since(began)
		if passed > d {
			break
		}
		now := s.size()
		switch {
		case passed > d/soakWarm && passed <= d*2/soakWarm:
			warm = append(warm, now)
		case passed > d*(soakWarm-1)/soakWarm:
			end = append(end, now)
		}
		time.Sleep(200 * time.Millisecond)
	}
	for part, sizes := range map[*size][]size{&g.warm: warm, &g.end: end} {
		if len(sizes) == 0 {
			s.t.Fatal("the soak is too short to be measured")
		}
		*part = sizes[0]
		for _, other := range sizes {
			*part = part.least(other)
		}
	}
	return g
}

// size reads what the program tells of itself.
func (s *soakTest) size() (now size) {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, base+"/metrics", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	response, err := s.browser.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	into := map[string]*float64{"go_memstats_heap_alloc_bytes": &now.heap, "process_resident_memory_bytes": &now.resident, "go_goroutines": &now.goroutines}
	for lines := bufio.NewScanner(response.Body); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), " ")
		if field := into[name]; field != nil {
			if *field, err = strconv.ParseFloat(value, 64); err != nil {
				s.t.Fatal(err)
			}
		}
	}
	return now
}
