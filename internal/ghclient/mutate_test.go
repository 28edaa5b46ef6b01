package ghclient

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
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
	id      int64 // the package's
	active  ghpkg.VersionRef
	deleted ghpkg.VersionRef
}

func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{ref: mustRef(t, acme(t), ghpkg.NPM, "team/x")}
	s.fake, s.gh = world(t, func(f *ghfake.Server) {
		s.id = f.AddPackage(ghfake.Package{Owner: "acme", Type: ghpkg.NPM, Name: "team/x"}, ghfake.Version{Name: "1"})
		s.active = mustVersion(t, s.ref, f.AddVersion(s.id, ghfake.Version{Name: "2"}))
		s.deleted = mustVersion(t, s.ref, f.AddVersion(s.id, ghfake.Version{Name: "3", DeletedAt: time.Now().Add(-time.Hour)}))
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
		{"delete the package", func() error { return c.DeletePackage(t.Context(), s.ref, s.id) }, func() ghpkg.State { return s.fake.PackageState(s.ref) }, ghpkg.Deleted},
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
		{"503, come back later", []ghfake.Fault{{Status: 503, Header: http.Header{"Retry-After": {"30"}}}}, fault.CodeNotDone, 1},
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

// TestWhatWasNeverSeenIsNotGone: GitHub shows nothing to those from whom it hides
// a package, before its deletion and after.
func TestWhatWasNeverSeenIsNotGone(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, viewer string
		seen         bool
		faults       []ghfake.Fault
		code         fault.Code // "": done
		state        ghpkg.State
	}{
		{"hidden", "stranger", false, []ghfake.Fault{{Status: 502}}, fault.CodeUnknown, ghpkg.Active},
		{"hidden, and cut off", "stranger", false, []ghfake.Fault{{DropAfter: true}}, fault.CodeUnknown, ghpkg.Active},
		{"seen, and done", "olivia", true, []ghfake.Fault{{Status: 502, Act: true}}, "", ghpkg.Deleted},
		{"not seen, and done", "olivia", false, []ghfake.Fault{{Status: 502, Act: true}}, fault.CodeUnknown, ghpkg.Deleted},
		{"seen after the first try only", "olivia", false, []ghfake.Fault{{Status: 502}, {Status: 502, Act: true}}, "", ghpkg.Deleted},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			for _, f := range tt.faults {
				f.Method = http.MethodDelete
				s.fake.Inject(f)
			}
			id := s.id
			if !tt.seen {
				id = 0
			}
			err := s.as(tt.viewer, allScopes()...).DeletePackage(t.Context(), s.ref, id)
			if fault.CodeOf(err) != tt.code && (err != nil || tt.code != "") {
				t.Errorf("error %v, want code %q", err, tt.code)
			}
			if state := s.fake.PackageState(s.ref); state != tt.state {
				t.Errorf("the package is %s, want %s", state, tt.state)
			}
		})
	}
}

// TestAnotherOfTheNameIsNotDeleted: what took the name while GitHub failed is not
// met by the second try.
func TestAnotherOfTheNameIsNotDeleted(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	deleteNow(s)
	s.fake.AddPackage(ghfake.Package{Owner: "acme", Type: ghpkg.NPM, Name: "team/x"}, ghfake.Version{Name: "1"})
	s.fake.Inject(ghfake.Fault{Method: http.MethodDelete, Status: 502})
	if err := s.as("olivia", allScopes()...).DeletePackage(t.Context(), s.ref, s.id); err != nil {
		t.Error(err)
	}
	if state := s.fake.PackageState(s.ref); state != ghpkg.Active {
		t.Errorf("the other package is %s", state)
	}
}

// TestAFailureToAnswerIsAskedAgain: what became of a change does not stay unknown
// for one bad answer.
func TestAFailureToAnswerIsAskedAgain(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.fake.Inject(ghfake.Fault{Method: "DELETE", DropAfter: true})
	s.fake.Inject(ghfake.Fault{Method: "GET", Status: 502})
	if err := s.as("olivia", allScopes()...).DeleteVersion(t.Context(), s.active); err != nil {
		t.Error(err)
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
	err := New(options(t, server.URL, server.URL)).For("t", "").DeletePackage(t.Context(), mustRef(t, acme(t), ghpkg.NPM, "x"), 1)
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
	if err := gh.For("t", "").DeletePackage(ctx, mustRef(t, acme(t), ghpkg.NPM, "x"), 1); err != nil {
		t.Error(err)
	}
}

// slow is a GitHub that does not answer a DELETE, and does it after a while or
// never (0).
func slow(t *testing.T, after time.Duration) *GitHub {
	t.Helper()
	var done atomic.Bool
	o := options(t, "https://github.com", "https://api.github.com")
	o.MutationInterval = time.Second
	o.Transport = transport(func(r *http.Request) (*http.Response, error) {
		switch {
		case r.Method == http.MethodDelete:
			if after > 0 {
				time.AfterFunc(after, func() { done.Store(true) })
			}
			<-r.Context().Done()
			return nil, r.Context().Err()
		case done.Load():
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
				err := slow(t, tt.after).For("t", "").DeletePackage(t.Context(), mustRef(t, acme(t), ghpkg.NPM, "x"), 1)
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
		err := New(silent(t)).For("t", "").DeletePackage(t.Context(), mustRef(t, acme(t), ghpkg.NPM, "x"), 1)
		wantFault(t, err, fault.Unknown, fault.CodeUnknown)
		if took := time.Since(start); took > mutationTime {
			t.Errorf("it took %s", took)
		}
	})
}

// TestARequestsDeadlineHolds changes something for a web request that has
// spent some of its time already.
func TestARequestsDeadlineHolds(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		left time.Duration
		kind fault.Kind
	}{
		{"enough to send and to ask", 10 * time.Second, fault.Unknown},
		{"too little to begin", 7 * time.Second, fault.Timeout},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), tt.left)
				defer cancel()
				start := time.Now()
				err := New(silent(t)).For("t", "").DeletePackage(ctx, mustRef(t, acme(t), ghpkg.NPM, "x"), 1)
				if e, ok := errors.AsType[*fault.Error](err); !ok || e.Kind != tt.kind || e.Unsent != (tt.kind == fault.Timeout) {
					t.Errorf("%+v, want kind %d", err, tt.kind)
				}
				if took := time.Since(start); took > tt.left-answerTime {
					t.Errorf("it took %s of %s", took, tt.left)
				}
			})
		})
	}
}

// TestALimitBetweenTwoTries: what another request was told keeps the second try
// here, and the first one was sent.
func TestALimitBetweenTwoTries(t *testing.T) {
	t.Parallel()
	tries, looks := 0, 0
	var c *Client
	o := options(t, "https://github.com", "https://api.github.com")
	o.Transport = transport(func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodGet {
			looks++
			c.account.learn(t.Context(), &answer{status: http.StatusTooManyRequests, header: http.Header{"Retry-After": {"30"}}})
			return reply(200, `{"id":1}`), nil
		}
		tries++
		return reply(500, `{"message":"Server Error"}`), nil
	})
	c = New(o).For("t", "")
	e := wantFault(t, c.DeletePackage(t.Context(), mustRef(t, acme(t), ghpkg.NPM, "x"), 1), fault.Upstream, fault.CodeNotDone)
	if tries != 1 || looks != 1 || e.Unsent || e.Said != "Server Error" {
		t.Errorf("%d tries, %d looks, %+v", tries, looks, e)
	}
}

// TestALateFailureIsNotTriedAgain fails when no time is left for another try.
func TestALateFailureIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		o := options(t, "https://github.com", "https://api.github.com")
		o.Transport = transport(func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodGet {
				return reply(200, `{"id":1}`), nil
			}
			tries++
			time.Sleep(8 * time.Second)
			return reply(500, `{"message":"Server Error"}`), nil
		})
		err := New(o).For("t", "").DeletePackage(t.Context(), mustRef(t, acme(t), ghpkg.NPM, "x"), 1)
		if e := wantFault(t, err, fault.Upstream, fault.CodeNotDone); tries != 1 || e.Said != "Server Error" {
			t.Errorf("%d tries, said %q", tries, e.Said)
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
