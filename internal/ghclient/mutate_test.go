package ghclient

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// stage is a fake GitHub with a package of three versions, the last of which
// is deleted.
type stage struct {
	fake    *ghfake.Server
	gh      *GitHub
	ref     ghpkg.Ref
	active  ghpkg.VersionRef
	deleted ghpkg.VersionRef
}

func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{ref: mustRef(t, acme(t), ghpkg.NPM, "team/x")}
	s.fake, s.gh = world(t, func(f *ghfake.Server) {
		id := f.AddPackage(ghfake.Package{Owner: "acme", Type: ghpkg.NPM, Name: "team/x"}, ghfake.Version{Name: "1"})
		s.active = mustVersion(t, s.ref, f.AddVersion(id, ghfake.Version{Name: "2"}))
		s.deleted = mustVersion(t, s.ref, f.AddVersion(id, ghfake.Version{Name: "3", DeletedAt: time.Now().Add(-time.Hour)}))
	})
	return s
}

func (s *stage) as(login string, scopes ...string) *Client {
	return s.gh.For(s.fake.Token(login, scopes...), login)
}

func TestChanges(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	c := s.as("olivia", allScopes()...)
	steps := []struct {
		name string
		call func() error
		got  func() ghpkg.State
		want ghpkg.State
	}{
		{"delete a version", func() error { return c.DeleteVersion(t.Context(), s.active) }, func() ghpkg.State { return s.fake.VersionState(s.ref, s.active.ID()) }, ghpkg.Deleted},
		{"restore it", func() error { return c.RestoreVersion(t.Context(), s.active) }, func() ghpkg.State { return s.fake.VersionState(s.ref, s.active.ID()) }, ghpkg.Active},
		{"delete the package", func() error { return c.DeletePackage(t.Context(), s.ref) }, func() ghpkg.State { return s.fake.PackageState(s.ref) }, ghpkg.Deleted},
		{"restore it, too", func() error { return c.RestorePackage(t.Context(), s.ref) }, func() ghpkg.State { return s.fake.PackageState(s.ref) }, ghpkg.Active},
	}
	for _, step := range steps {
		s.fake.ResetRequests()
		if err := step.call(); err != nil || step.got() != step.want {
			t.Errorf("%s: %q, %v", step.name, step.got(), err)
		}
		if n := len(s.fake.Requests()); n != 1 {
			t.Errorf("%s: %d requests", step.name, n)
		}
	}
}

// TestNotFoundIsExplained sends changes that GitHub answers with 404.
func TestNotFoundIsExplained(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		viewer string
		scopes []string // nil: all
		before func(*stage)
		call   func(context.Context, *Client, *stage) error
		kind   fault.Kind
		code   fault.Code
	}{
		{name: "delete a version without the right", viewer: "marco", call: deleteActive, kind: fault.Forbidden, code: fault.CodeNoAdmin},
		{name: "delete a package without the right", viewer: "marco", call: deleteThePackage, kind: fault.Forbidden, code: fault.CodeNoAdmin},
		{name: "delete a deleted version", viewer: "olivia", call: deleteDeleted, kind: fault.Refused, code: fault.CodeAlreadyGone},
		{name: "delete a version that is nowhere", viewer: "olivia", call: deleteNothing, kind: fault.NotFound, code: fault.CodeNotFound},
		{name: "delete a version of a hidden package", viewer: "stranger", call: deleteActive, kind: fault.NotFound, code: fault.CodeNotFound},
		{name: "delete a package that is gone", viewer: "olivia", before: deleteNow, call: deleteThePackage, kind: fault.NotFound, code: fault.CodeNotFound},
		{name: "restore a version that is there", viewer: "olivia", call: restoreActive, kind: fault.Refused, code: fault.CodeAlreadyThere},
		// Whether GitHub lists the deleted to those who may not restore is not
		// documented; the fake does not, so that there is nothing to be told apart.
		{name: "restore a version without the right", viewer: "marco", call: restoreDeleted, kind: fault.NotFound, code: fault.CodeNotFound},
		{name: "restore a package that is there", viewer: "olivia", call: restoreThePackage, kind: fault.Refused, code: fault.CodeAlreadyThere},
		{name: "restore a package that is nowhere", viewer: "stranger", before: deleteNow, call: restoreThePackage, kind: fault.NotFound, code: fault.CodeNotFound},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			if tt.before != nil {
				tt.before(s)
			}
			err := tt.call(t.Context(), s.as(tt.viewer, allScopes()...), s)
			e := wantFault(t, err, tt.kind, tt.code)
			if e.Said == "" {
				t.Error("GitHub's words are lost")
			}
			if at, ok := e.Args["At"].(time.Time); tt.code == fault.CodeAlreadyGone && (!ok || at.IsZero()) {
				t.Errorf("args %v", e.Args)
			}
			for _, r := range s.fake.Requests()[1:] {
				if r.Method != http.MethodGet || r.Header.Get("If-None-Match") != "" {
					t.Errorf("asked by %s with ETag %q", r, r.Header.Get("If-None-Match"))
				}
			}
		})
	}
}

func deleteActive(ctx context.Context, c *Client, s *stage) error {
	return c.DeleteVersion(ctx, s.active)
}

func deleteDeleted(ctx context.Context, c *Client, s *stage) error {
	return c.DeleteVersion(ctx, s.deleted)
}

func deleteNothing(ctx context.Context, c *Client, s *stage) error {
	v, err := s.ref.Version(987654)
	if err != nil {
		return err
	}
	return c.DeleteVersion(ctx, v)
}

func deleteThePackage(ctx context.Context, c *Client, s *stage) error {
	return c.DeletePackage(ctx, s.ref)
}

func restoreActive(ctx context.Context, c *Client, s *stage) error {
	return c.RestoreVersion(ctx, s.active)
}

func restoreDeleted(ctx context.Context, c *Client, s *stage) error {
	return c.RestoreVersion(ctx, s.deleted)
}

func restoreThePackage(ctx context.Context, c *Client, s *stage) error {
	return c.RestorePackage(ctx, s.ref)
}

func deleteNow(s *stage) { s.fake.DeletePackageNow(s.ref) }

// TestNotFoundForWantOfAScope needs a GitHub that hides a missing scope behind a 404.
func TestNotFoundForWantOfAScope(t *testing.T) {
	t.Parallel()
	visible := true
	gh := served(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-OAuth-Scopes", "read:packages")
		if r.Method == http.MethodGet && visible {
			writeJSON(w, 200, map[string]any{"id": 1})
			return
		}
		refuseWith(w, http.StatusNotFound, "Not Found")
	})
	c, ref := gh.For("t", ""), mustRef(t, acme(t), ghpkg.Maven, "x")
	e := wantFault(t, c.DeletePackage(t.Context(), ref), fault.MissingScope, fault.CodeScope)
	if got := ghpkg.Scopes(e.Fix.Scopes).String(); got != "delete:packages repo" || e.Said != "Not Found" {
		t.Errorf("asks for %q, said %q", got, e.Said)
	}
	visible = false
	e = wantFault(t, c.DeletePackage(t.Context(), ref), fault.NotFound, fault.CodeNotFound)
	if e.Fix == nil || e.Fix.Kind != fault.FixGrantScope {
		t.Errorf("no way out: %+v", e)
	}
}

// TestUnansweredChanges breaks the answer, and wants the truth all the same.
func TestUnansweredChanges(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		faults []ghfake.Fault
		code   fault.Code // "": done
		tries  int
	}{
		{"dropped before", []ghfake.Fault{{DropBefore: true}}, fault.CodeNotDone, 1},
		{"dropped after", []ghfake.Fault{{DropAfter: true}}, "", 1},
		{"500, not done", []ghfake.Fault{{Status: 500, Body: `{"message":"Server Error"}`}}, "", 2},
		{"500, done", []ghfake.Fault{{Status: 500, Act: true}}, "", 1},
		{"502 twice", []ghfake.Fault{{Status: 502, Times: 2}}, fault.CodeNotDone, 2},
		{"502, then dropped after", []ghfake.Fault{{Status: 502}, {DropAfter: true}}, "", 2},
		{"500, done, and seen too late", []ghfake.Fault{{Status: 500}, {Status: 404, Act: true, Body: `{"message":"Package not found."}`}}, "", 2},
		{"500, then refused", []ghfake.Fault{{Status: 500}, {Status: 400, Body: `{"message":"No."}`}}, fault.CodeRefused, 2},
		{"the page of a proxy", []ghfake.Fault{{Status: 200, Body: `<html>Sign in</html>`}}, fault.CodeNotDone, 1},
		{"accepted", []ghfake.Fault{{Status: 202, Body: `{}`}}, fault.CodeNotDone, 1},
	}
	for _, change := range []struct {
		name, method string
		call         func(context.Context, *Client, *stage) error
		before       func(*stage)
	}{
		{"delete version", "DELETE", deleteActive, nil},
		{"delete package", "DELETE", deleteThePackage, nil},
		{"restore version", "POST", restoreDeleted, nil},
		{"restore package", "POST", restoreThePackage, deleteNow},
	} {
		for _, tt := range tests {
			t.Run(change.name+"/"+tt.name, func(t *testing.T) {
				t.Parallel()
				s := newStage(t)
				if change.before != nil {
					change.before(s)
				}
				for _, f := range tt.faults {
					f.Method = change.method
					s.fake.Inject(f)
				}
				err := change.call(t.Context(), s.as("olivia", allScopes()...), s)
				if fault.CodeOf(err) != tt.code && (err != nil || tt.code != "") {
					t.Errorf("error %v, want code %q", err, tt.code)
				}
				tries := 0
				for _, r := range s.fake.Requests() {
					if r.Method == change.method {
						tries++
					}
				}
				if tries != tt.tries {
					t.Errorf("tried %d times, want %d", tries, tt.tries)
				}
			})
		}
	}
}

func TestUnknownWhenGitHubCannotBeAsked(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.fake.Inject(ghfake.Fault{Method: "DELETE", DropAfter: true})
	s.fake.Inject(ghfake.Fault{Method: "GET", Status: 503, Times: -1})
	err := s.as("olivia", allScopes()...).DeleteVersion(t.Context(), s.active)
	wantFault(t, err, fault.Unknown, fault.CodeUnknown)
}

func TestNothingSentIsNotUnknown(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	err := New(options(t, server.URL, server.URL)).For("t", "").DeletePackage(t.Context(), mustRef(t, acme(t), ghpkg.NPM, "x"))
	wantFault(t, err, fault.Upstream, fault.CodeNotDone)
}

// TestALeavingBrowserDoesNotLeaveItUnknown cancels while GitHub is at work.
func TestALeavingBrowserDoesNotLeaveItUnknown(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	gh := served(t, func(w http.ResponseWriter, _ *http.Request) {
		cancel()
		w.WriteHeader(http.StatusNoContent)
	})
	if err := gh.For("t", "").DeletePackage(ctx, mustRef(t, acme(t), ghpkg.NPM, "x")); err != nil {
		t.Error(err)
	}
}

// slow is a GitHub that does not answer a DELETE, and does it after a while or
// never (0).
func slow(t *testing.T, after time.Duration) *GitHub {
	t.Helper()
	var done bool
	o := options(t, "https://github.com", "https://api.github.com")
	o.MutationInterval = time.Second
	o.Transport = transport(func(r *http.Request) (*http.Response, error) {
		switch {
		case r.Method == http.MethodDelete:
			if after > 0 {
				time.AfterFunc(after, func() { done = true })
			}
			<-r.Context().Done()
			return nil, r.Context().Err()
		case done:
			return reply(404, `{"message":"Package not found."}`), nil
		}
		return reply(200, `{"id":1}`), nil
	})
	return New(o)
}

func TestTimeouts(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		after time.Duration
		code  fault.Code
	}{
		{"done meanwhile", 5 * time.Second, ""},
		{"done as GitHub gives up", 9900 * time.Millisecond, ""},
		{"never done", 0, fault.CodeNotDone},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				err := slow(t, tt.after).For("t", "").DeletePackage(t.Context(), mustRef(t, acme(t), ghpkg.NPM, "x"))
				if fault.CodeOf(err) != tt.code && (err != nil || tt.code != "") {
					t.Errorf("error %v, want code %q", err, tt.code)
				}
				if took := time.Since(start); took > mutationTime {
					t.Errorf("it took %s", took)
				}
			})
		})
	}
}

func TestASilentGitHubEndsInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		err := New(silent(t)).For("t", "").DeletePackage(t.Context(), mustRef(t, acme(t), ghpkg.NPM, "x"))
		wantFault(t, err, fault.Unknown, fault.CodeUnknown)
		if took := time.Since(start); took > mutationTime {
			t.Errorf("it took %s", took)
		}
	})
}

// TestChangesOfOneTokenGoInSeries sends two at once: the second waits, a third
// that would wait too long is told to come back.
func TestChangesOfOneTokenGoInSeries(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		inside, sent := 0, []time.Time{}
		o := options(t, "https://github.com", "https://api.github.com")
		o.MutationInterval = 1500 * time.Millisecond
		o.Transport = transport(func(*http.Request) (*http.Response, error) {
			if inside++; inside > 1 {
				t.Error("two at a time")
			}
			sent = append(sent, time.Now())
			time.Sleep(200 * time.Millisecond)
			inside--
			return reply(http.StatusNoContent, ""), nil
		})
		c, ref := New(o).For("t", ""), mustRef(t, acme(t), ghpkg.NPM, "x")
		results := make(chan error, 3)
		for range 3 {
			go func() { results <- c.DeletePackage(context.Background(), ref) }()
		}
		busy := 0
		for range 3 {
			if err := <-results; err != nil {
				busy++
				if e := wantFault(t, err, fault.RateLimited, fault.CodeBusy); e.RetryAfter <= 0 {
					t.Errorf("wait %s", e.RetryAfter)
				}
			}
		}
		if busy != 1 || len(sent) != 2 || sent[1].Sub(sent[0]) != 1700*time.Millisecond {
			t.Errorf("%d told to wait, sent at %v", busy, sent)
		}
	})
}

func TestDroppedConnectionIsNoTimeout(t *testing.T) {
	t.Parallel()
	for _, err := range []error{io.ErrUnexpectedEOF, &net.OpError{Op: "read", Err: errors.New("connection reset")}} {
		if timedOut(err) || neverSent(err) {
			t.Errorf("%v", err)
		}
	}
	if !strings.Contains((&answer{status: 500}).Error(), "500") {
		t.Error("the cause does not name the status")
	}
}
