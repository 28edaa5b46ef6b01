package main

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// TestBehindNginx: two replicas behind the documented nginx are one site.
func TestBehindNginx(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes half a minute")
	}
	t.Parallel()
	f := newFront(t)
	for name, test := range map[string]func(*front, *testing.T){
		"forged identity": (*front).forgedIdentity, "smuggling": (*front).smuggling,
	} {
		t.Run(name, func(t *testing.T) { test(f, t) }) // nobody needs to be signed in
	}
	f.signIn()
	f.names(t)
	f.compression(t)
	f.kills(t)
	f.ledger(t)
	f.logsOut(t)
}

// forgedIdentity: the SSO identity counts only from nginx, which replaces what
// a client sends.
func (f *front) forgedIdentity(t *testing.T) {
	for i, r := range f.replicas {
		dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(stranger)}}
		direct := &http.Client{Transport: &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true}}
		for _, path := range []string{"/", "/login", "/orgs/acme/packages?format=json"} {
			request, err := http.NewRequest(http.MethodGet, "http://"+r.address+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("X-Forwarded-Email", "olivia@acme.example")
			request.Header.Set("X-Forwarded-For", nginxAddress)
			if s, err := read(direct.Do(request)); err != nil || s.status != http.StatusForbidden {
				t.Errorf("replica %d tells a stranger %s: %+v, %v", i, path, s, err)
			}
		}
	}
	s, err := f.try(http.MethodGet, "/", nil, http.Header{"X-Forwarded-Email": {"mallory@acme.example"}, "x-forwarded-email": {"eve@acme.example"}})
	if err != nil || s.status != http.StatusOK || strings.Contains(s.body, "mallory") || strings.Contains(s.body, "eve@") {
		t.Errorf("through nginx: %+v, %v", s, err)
	}
}

// names: a package is found at its address with slashes encoded or not, whether
// or not nginx decodes it, on either replica.
func (f *front) names(t *testing.T) {
	t.Helper()
	replicas := map[string]bool{}
	for name, typ := range frontNames() {
		escaped := url.PathEscape(name)
		for _, raw := range []string{escaped, strings.ReplaceAll(escaped, "%2F", "/"), strings.ToLower(escaped)} {
			if raw != escaped && !strings.Contains(name, "/") {
				continue // lower case is another name where there is more than slashes
			}
			for _, port := range []string{"", ":8443"} {
				var got struct {
					Package struct{ Name string }
					Items   []struct{ ID int64 }
				}
				s := f.getAt(t, port, "/orgs/acme/packages/"+string(typ)+"/"+raw+"?format=json", &got)
				replicas[s.replica] = true
				if got.Package.Name != name || len(got.Items) != 2 {
					t.Errorf("%s at port %q is %+v", raw, port, got)
				}
			}
		}
	}
	if len(replicas) != 2 {
		t.Errorf("only %v were asked", replicas)
	}
}

// compression: what the program compresses comes through as it is.
func (f *front) compression(t *testing.T) {
	t.Helper()
	plain := f.get("/orgs/acme/packages/npm/bulk?per_page=100", nil)
	s, err := f.try(http.MethodGet, "/orgs/acme/packages/npm/bulk?per_page=100", nil, http.Header{"Accept-Encoding": {"gzip"}})
	switch {
	case err != nil || s.header.Get("Content-Encoding") != "gzip" || !strings.Contains(s.header.Get("Vary"), "Accept-Encoding"):
		t.Errorf("%+v, %v", s.header, err)
	case strings.Count(s.body, "<tr") != strings.Count(plain.body, "<tr") || plain.header.Get("Content-Encoding") != "":
		t.Errorf("the page is another one: %d bytes, uncompressed %d", len(s.body), len(plain.body))
	case s.header.Get("Strict-Transport-Security") == "":
		t.Error("nothing says that it has to be https")
	}
}

// kills: whichever replica dies, every page is answered by the other as if
// nothing had happened, and an operation comes to its end.
func (f *front) kills(t *testing.T) {
	t.Helper()
	var op apptest.Operation
	f.post("/operations", url.Values{"action": {"delete"}, "all": {"1"}, "from": {"/orgs/acme/packages/npm/bulk?q=1.1"}}, http.StatusCreated, &op)
	total := op.Sum()
	f.post("/operations/"+op.ID+"/start", url.Values{"confirm": {fmt.Sprint(total)}, "reason": {"kills"}}, http.StatusOK, nil)
	stop := f.browse(t)
	sent := f.await(t, "a change", 0, f.sent)
	f.replicas[0].kill()
	f.await(t, "a page of the other replica", int(f.pages.Load())+4, f.pages.Load)
	f.again(0)
	f.await(t, "a page that was asked for with both there", int(f.pages.Load())+1, f.pages.Load)
	f.replicas[1].kill() // whichever of them was at work is dead by now
	began := time.Now()
	f.await(t, "a change after the kills", int(f.sent())+1, f.sent) // one may have been on its way
	t.Logf("after %d of %d items both were killed, the next change came after %v", sent, total, time.Since(began).Round(10*time.Millisecond))
	for began := time.Now(); op.State != "done"; time.Sleep(50 * time.Millisecond) {
		f.get("/operations/"+op.ID+"?format=json&per_page=100", &op)
		if time.Since(began) > time.Minute { // it takes seconds, but on a busy machine
			t.Fatalf("the operation is %s: %v", op.State, op.Counts)
		}
	}
	pages, replicas := stop()
	f.again(1)
	t.Logf("%d pages were read meanwhile, from %v", pages, replicas)
	if op.Counts["done"] != total || len(replicas) != 2 {
		t.Errorf("the operation ended with %v, pages from %v", op.Counts, replicas)
	}
	confirmed := map[string]int{}
	for _, q := range f.github.Requests() {
		if q.Method == http.MethodDelete && q.Status == http.StatusNoContent && strings.Contains(q.EscapedPath, "/versions/") {
			confirmed[q.EscapedPath]++
		}
	}
	for path, n := range confirmed {
		if n != 1 {
			t.Errorf("%s was deleted %d times", path, n)
		}
	}
	if len(confirmed) != total {
		t.Errorf("%d versions were deleted, want %d", len(confirmed), total)
	}
}

// sent is how many changes GitHub was asked for.
func (f *front) sent() int32 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return int32(len(f.asked))
}

// await waits until there are more than n of what is counted, and returns how many.
func (f *front) await(t *testing.T, what string, n int, count func() int32) int {
	t.Helper()
	for began := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		if now := int(count()); now > n {
			return now
		}
		if time.Since(began) > time.Minute {
			t.Fatalf("%s does not come", what)
		}
	}
}

// browse opens one page after the other, each of which has to be answered, until
// it is told to stop.
func (f *front) browse(t *testing.T) (stop func() (pages int, replicas []string)) {
	done, replicas := make(chan struct{}), []string{}
	var all sync.WaitGroup
	all.Go(func() {
		for n := 0; ; n++ {
			select {
			case <-done:
				return
			case <-time.After(20 * time.Millisecond):
			}
			path := []string{"/settings?format=json", "/operations?format=json", "/", "/ledger?format=json"}[n%4]
			s, err := f.try(http.MethodGet, path, nil, nil)
			if err != nil || s.status != http.StatusOK || s.address.Path != strings.Split(path, "?")[0] {
				t.Errorf("while replicas die, %s: %+v, %v", path, s, err)
				continue
			}
			f.pages.Add(1)
			last := s.replica[strings.LastIndex(s.replica, " ")+1:] // those that were dead come first
			if !slices.Contains(replicas, last) {
				replicas = append(replicas, last)
			}
		}
	})
	end := sync.OnceFunc(func() { close(done) })
	t.Cleanup(func() { // where the test has ended before
		end()
		all.Wait()
	})
	return func() (int, []string) {
		end()
		all.Wait()
		return int(f.pages.Load()), replicas
	}
}

// ledger: it names the client's address, not nginx's and not what the client
// says, and the identity that nginx gave.
func (f *front) ledger(t *testing.T) {
	t.Helper()
	path := "/orgs/acme/packages/npm/@acme%2Fapp/-/versions/"
	id := f.github.Versions(f.ref(t, ghpkg.NPM, "@acme/app"))[0].ID
	s, err := f.try(http.MethodPost, path+fmt.Sprint(id)+"/delete?format=json", url.Values{"reason": {"from afar"}}, http.Header{
		"X-Forwarded-For": {"203.0.113.9, 127.0.0.2"}, "X-Forwarded-Email": {"mallory@acme.example"}, "X-Real-Ip": {"203.0.113.9"}, "Forwarded": {"for=203.0.113.9"},
	})
	if err != nil || s.status != http.StatusOK {
		t.Fatalf("%+v, %v", s, err)
	}
	var table struct {
		Items []struct {
			From, Reason string
			Actor        struct {
				ProxyUser string `json:"proxy_user"`
			}
		}
	}
	f.get("/ledger?format=json&per_page=100", &table)
	for _, e := range table.Items {
		if e.From != clientAddress || e.Actor.ProxyUser != "olivia@acme.example" {
			t.Errorf("the ledger has %+v", e)
		}
	}
	if len(table.Items) < 3 || table.Items[0].Reason != "from afar" {
		t.Errorf("the ledger has %+v", table.Items)
	}
}

func (f *front) ref(t *testing.T, typ ghpkg.Type, name string) ghpkg.Ref {
	t.Helper()
	owner, err := ghpkg.NewOwner(ghpkg.Organization, "acme")
	if err != nil {
		t.Fatal(err)
	}
	ref, err := ghpkg.NewRef(owner, typ, name)
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

// logsOut: whoever signs out is out, on both replicas, and stays on a page that
// does not lead back in.
func (f *front) logsOut(t *testing.T) {
	t.Helper()
	asked := len(f.github.Requests())
	s, err := f.try(http.MethodPost, "/logout", nil, nil)
	if err != nil || s.status != http.StatusOK || s.address.Path != "/" || !strings.Contains(s.body, "signed out") {
		t.Fatalf("%+v, %v", s, err)
	}
	time.Sleep(5 * time.Second) // docs/operating.md, Database: how long the other replica may believe the session
	for range 4 {
		if s, err = f.try(http.MethodGet, "/settings?format=json", nil, nil); err != nil || s.status != http.StatusUnauthorized {
			t.Errorf("afterwards: %+v, %v", s, err)
		}
		f.get("/", nil)
	}
	for _, q := range f.github.Requests()[asked:] {
		if strings.Contains(q.EscapedPath, "/authorize") || strings.Contains(q.EscapedPath, "access_token") {
			t.Errorf("signed in again: %s", q)
		}
	}
}
