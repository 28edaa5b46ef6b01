package ghfake

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

func TestFaults(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		fault  Fault
		status int // 0: no whole answer
		done   bool
	}{
		{"none matches", Fault{PathPattern: "/nuget/", Status: 500}, 204, true},
		{"other method", Fault{Method: http.MethodGet, Status: 500}, 204, true},
		{"500 instead", Fault{Method: http.MethodDelete, PathPattern: "npm/lib$", Status: 500}, 500, false},
		{"500 though done", Fault{Status: 502, Act: true}, 502, true},
		{"cut before", Fault{DropBefore: true}, 0, false},
		{"cut after", Fault{DropAfter: true}, 0, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			f := start(t)
			f.Inject(tc.fault)
			got, err := f.try("DELETE /orgs/acme/packages/npm/lib")
			if got.status != tc.status || (err != nil) != (tc.status == 0) {
				t.Errorf("got %d, %v; want %d", got.status, err, tc.status)
			}
			done := f.PackageState(ref(t, ghpkg.Organization, "acme", ghpkg.NPM, "lib")) == ghpkg.Deleted
			if done != tc.done {
				t.Errorf("done = %v, want %v", done, tc.done)
			}
		})
	}
}

// try sends a request whose answer may be broken.
func (f fixture) try(request string) (response, error) {
	f.t.Helper()
	method, path, _ := strings.Cut(request, " ")
	r, err := http.NewRequestWithContext(f.t.Context(), method, f.APIURL+path, nil)
	if err != nil {
		f.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+f.Token("olivia", allScopes()...))
	return f.send(r)
}

func TestTruncate(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.Inject(Fault{Truncate: true})
	got, err := f.try("GET /orgs/acme/packages?package_type=npm")
	if err == nil || got.status != http.StatusOK || got.body == "" {
		t.Errorf("got %d with %d bytes, %v; want half an answer", got.status, len(got.body), err)
	}
}

func TestFaultTimes(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.Inject(Fault{Times: 2, Status: 500, Body: `{"message":"Server Error"}`, Header: http.Header{"X-Odd": {"1"}}})
	f.Inject(Fault{Times: -1, Status: 503})
	var statuses []int
	for range 4 {
		got, err := f.try("GET /user")
		if err != nil {
			t.Fatal(err)
		}
		statuses = append(statuses, got.status)
	}
	f.ClearFaults()
	if got, err := f.try("GET /user"); err == nil {
		statuses = append(statuses, got.status)
	}
	if diff := cmp.Diff([]int{500, 500, 503, 503, 200}, statuses); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestDelays runs in a bubble of its own time, so it waits for nothing.
func TestDelays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{})
		small(s)
		s.SetLatency(50 * time.Millisecond)
		s.Inject(Fault{Delay: time.Hour})
		release := make(chan struct{})
		s.Inject(Fault{Until: release})
		for _, want := range []time.Duration{time.Hour + 50*time.Millisecond, 30 * time.Second, 50 * time.Millisecond} {
			began := time.Now()
			if want == 30*time.Second {
				time.AfterFunc(want, func() { close(release) })
			}
			s.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/api/v3/meta", nil))
			if got := time.Since(began); got != want {
				t.Errorf("took %v, want %v", got, want)
			}
		}
	})
}

func TestRequestLog(t *testing.T) {
	t.Parallel()
	f := start(t)
	token := f.Token("olivia", allScopes()...)
	f.do(token, "GET /orgs/acme/packages/container/api%2Fgateway/versions?per_page=1")
	f.do("", "GET /meta")
	f.do("dead", "GET /user")
	var got []string
	for _, r := range f.Requests() {
		got = append(got, r.String()+" "+r.Login+" "+http.StatusText(r.Status))
		for _, values := range r.Header {
			if strings.Contains(strings.Join(values, ""), token) {
				t.Errorf("the log holds the token: %v", r.Header)
			}
		}
	}
	want := []string{
		"GET /orgs/acme/packages/container/api%2Fgateway/versions?per_page=1 Olivia OK",
		"GET /meta  OK",
		"GET /user  Unauthorized",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	f.ResetRequests()
	if got := f.Requests(); len(got) != 0 {
		t.Errorf("after the reset: %v", got)
	}
}
