package ghclient

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// left is what a process that died left behind: a change, and an account whose
// turn it may still hold.
type left struct {
	*stage
	clock *tide
	kept  *inMemory // stands for a database: the process that asks is another one
	token string
}

func newLeft(t *testing.T) *left {
	t.Helper()
	l := &left{stage: newStage(t), clock: newTide(), kept: newInMemory()}
	l.token = l.fake.Token("olivia", allScopes()...)
	return l
}

// start returns the client of a new process.
func (l *left) start(t *testing.T) *Client {
	o := options(t, l.fake.URL, l.fake.APIURL)
	o.Now, o.Sleep, o.Accounts, o.MutationInterval = l.clock.now, l.clock.sleep, l.kept, time.Second
	return New(o).For(l.token, "olivia")
}

// take begins a turn that nobody ends.
func (l *left) take(t *testing.T) {
	t.Helper()
	if _, err := l.start(t).account.enter(t.Context(), patience{}); err != nil {
		t.Fatal(err)
	}
}

// change is one of the stage's package, or of a version of it.
func (l *left) change(action ghpkg.Action, version int64) ghpkg.Change {
	return ghpkg.Change{Action: action, Target: ghpkg.Target{Owner: l.ref.Owner(), Type: l.ref.Type(), Name: l.ref.Name(), PackageID: l.id, VersionID: version}}
}

func TestWhatBecameOfAChange(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*left) ghpkg.Change
		before func(*left)
		kind   fault.Kind
		code   fault.Code // "": it happened
		waits  time.Duration
	}{
		{"version, deleted", func(l *left) ghpkg.Change { return l.change(ghpkg.ActionDelete, l.deleted.ID()) }, nil, 0, "", 0},
		{"version, still there", func(l *left) ghpkg.Change { return l.change(ghpkg.ActionDelete, l.active.ID()) }, nil, fault.Upstream, fault.CodeNotDone, overTime},
		{"version, restored", func(l *left) ghpkg.Change { return l.change(ghpkg.ActionRestore, l.active.ID()) }, nil, 0, "", 0},
		{"version, still deleted", func(l *left) ghpkg.Change { return l.change(ghpkg.ActionRestore, l.deleted.ID()) }, nil, fault.Upstream, fault.CodeNotDone, overTime},
		{"version that is nowhere", func(l *left) ghpkg.Change { return l.change(ghpkg.ActionDelete, 987654) }, nil, fault.Unknown, fault.CodeUnknown, 0},
		{"package, deleted", func(l *left) ghpkg.Change { return l.change(ghpkg.ActionDelete, 0) }, func(l *left) { deleteNow(l.stage) }, 0, "", 0},
		{"package, deleted, of the viewer's own", func(l *left) ghpkg.Change { return l.own(t) }, nil, 0, "", 0},
		{"package, deleted, and hidden from who owns nothing", func(l *left) ghpkg.Change { return l.change(ghpkg.ActionDelete, 0) },
			func(l *left) { deleteNow(l.stage); l.demote() }, fault.Unknown, fault.CodeUnknown, 0},
		{"package, still there, and access lost", func(l *left) ghpkg.Change { return l.change(ghpkg.ActionDelete, 0) },
			func(l *left) { l.fake.RemoveMember("acme", "olivia") }, fault.Unknown, fault.CodeUnknown, 0},
		{"package that nobody saw", func(l *left) ghpkg.Change { return l.unseen() }, func(l *left) { deleteNow(l.stage) }, fault.Unknown, fault.CodeUnknown, 0},
		{"package, deleted, and GitHub fails to say who owns it", func(l *left) ghpkg.Change { return l.change(ghpkg.ActionDelete, 0) },
			func(l *left) {
				deleteNow(l.stage)
				l.fake.Inject(ghfake.Fault{PathPattern: "/memberships/", Status: 502, Times: 2})
			}, 0, "", 3 * time.Second},
		{"package, still there", func(l *left) ghpkg.Change { return l.change(ghpkg.ActionDelete, 0) }, nil, fault.Upstream, fault.CodeNotDone, overTime},
		{"package, another has its name", func(l *left) ghpkg.Change { return l.another(ghpkg.ActionDelete) }, nil, 0, "", 0},
		{"package, another is there in its place", func(l *left) ghpkg.Change { return l.another(ghpkg.ActionRestore) }, nil, fault.Upstream, fault.CodeNotDone, overTime},
		{"a failure, then an answer", func(l *left) ghpkg.Change { return l.change(ghpkg.ActionDelete, l.deleted.ID()) },
			func(l *left) { l.fake.Inject(ghfake.Fault{Status: 503, Times: 2}) }, 0, "", 3 * time.Second},
		{"failures only", func(l *left) ghpkg.Change { return l.change(ghpkg.ActionDelete, l.deleted.ID()) },
			func(l *left) { l.fake.Inject(ghfake.Fault{Status: 503, Times: -1}) }, fault.Unknown, fault.CodeUnknown, 7 * time.Second},
		{"a refusal to say", func(l *left) ghpkg.Change { return l.change(ghpkg.ActionDelete, l.deleted.ID()) },
			func(l *left) { l.fake.Inject(ghfake.Fault{Status: 403, Body: `{"message":"No."}`, Times: -1}) }, fault.Unknown, fault.CodeUnknown, 0},
		{"a limit", func(l *left) ghpkg.Change { return l.change(ghpkg.ActionDelete, l.deleted.ID()) },
			func(l *left) { l.fake.SecondaryLimit(1, 403, time.Minute) }, fault.RateLimited, fault.CodeSecondaryLimit, 0},
		{"a revoked token", func(l *left) ghpkg.Change { return l.change(ghpkg.ActionDelete, l.deleted.ID()) },
			func(l *left) { l.token = "gone" }, fault.SignedOut, fault.CodeTokenRevoked, 0},
		{"no change", func(l *left) ghpkg.Change { return l.change(ghpkg.ActionLogin, 0) }, nil, fault.Invalid, fault.CodeInvalidRef, 0},
		{"no version", func(l *left) ghpkg.Change { return l.change(ghpkg.ActionDelete, -1) }, nil, fault.Invalid, fault.CodeInvalidRef, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := newLeft(t)
			since := l.clock.now()
			l.take(t)
			change := tt.change(l)
			if tt.before != nil {
				tt.before(l)
			}
			err := l.start(t).Became(t.Context(), change, since)
			if tt.code == "" {
				if err != nil {
					t.Error(err)
				}
			} else {
				wantFault(t, err, tt.kind, tt.code)
			}
			if waited := l.clock.now().Sub(since); waited != tt.waits {
				t.Errorf("it waited %s, want %s", waited, tt.waits)
			}
			if slices.ContainsFunc(l.fake.Requests(), func(r ghfake.Request) bool { return r.Method != http.MethodGet }) {
				t.Errorf("it changed something: %v", l.fake.Requests())
			}
		})
	}
}

// own is the deletion of a package of olivia's that is gone.
func (l *left) own(t *testing.T) ghpkg.Change {
	ref := mustRef(t, mustOwner(t, ghpkg.User, "olivia"), ghpkg.NPM, "hers")
	id := l.fake.AddPackage(ghfake.Package{Owner: "olivia", Type: ghpkg.NPM, Name: "hers"}, ghfake.Version{Name: "1"})
	l.fake.DeletePackageNow(ref)
	return ghpkg.Change{Action: ghpkg.ActionDelete, Target: ghpkg.Target{Owner: ref.Owner(), Type: ref.Type(), Name: ref.Name(), PackageID: id}}
}

// demote leaves olivia a member of the organization.
func (l *left) demote() { l.fake.AddMember("acme", "olivia", ghpkg.RoleMember) }

// unseen is the deletion of a package that was not there for olivia before it.
func (l *left) unseen() ghpkg.Change {
	c := l.change(ghpkg.ActionDelete, 0)
	c.Target.PackageID = 0
	return c
}

// another is a change of a package in whose place another one is.
func (l *left) another(action ghpkg.Action) ghpkg.Change {
	c := l.change(action, 0)
	c.Target.PackageID = 987654
	return c
}

// TestWhatHappensWhileItIsWaitedFor: GitHub was still at it.
func TestWhatHappensWhileItIsWaitedFor(t *testing.T) {
	t.Parallel()
	l := newLeft(t)
	since := l.clock.now()
	l.take(t)
	l.clock.as = func(time.Time) { deleteNow(l.stage) }
	if err := l.start(t).Became(t.Context(), l.change(ghpkg.ActionDelete, 0), since); err != nil {
		t.Error(err)
	}
}

// TestTheTurnSaysWhenItWasSent: a change waits for its turn after it was
// written down, so that it may be younger than it looks, or never left.
func TestTheTurnSaysWhenItWasSent(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		left  func(*testing.T, *left) // from when it was written down until the process died
		waits time.Duration           // from then on
		asks  bool
	}{
		{"sent long after it was written down", func(t *testing.T, l *left) { _ = l.clock.sleep(t.Context(), time.Minute); l.take(t) }, overTime, true},
		{"sent twice", func(t *testing.T, l *left) {
			turn, err := l.start(t).account.enter(t.Context(), patience{})
			if err != nil || !turn.again(t.Context()) {
				t.Fatal("no second try", err)
			}
		}, overTime, true},
		{"sent, and the turn given back", func(t *testing.T, l *left) { takeAndLeave(t, l.start(t).account) }, overTime, true},
		{"sent, and the turn broken at the start", func(t *testing.T, l *left) {
			l.take(t)
			is := l.kept.byName["olivia"]
			is.Holder, is.HeldUntil = "", is.HeldUntil.Add(-HoldTime) // as store.BreakTurns does
			l.kept.byName["olivia"] = is
			_ = l.clock.sleep(t.Context(), 3*time.Second)
		}, overTime - 3*time.Second, true},
		{"sent long ago", func(t *testing.T, l *left) { l.take(t); _ = l.clock.sleep(t.Context(), time.Hour) }, 0, true},
		{"never sent", func(t *testing.T, l *left) { _ = l.clock.sleep(t.Context(), 900*time.Millisecond) }, 0, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := newLeft(t)
			takeAndLeave(t, l.start(t).account) // of the item before
			_ = l.clock.sleep(t.Context(), time.Millisecond)
			since := l.clock.now()
			tt.left(t, l)
			died := l.clock.now()
			err := l.start(t).Became(t.Context(), l.change(ghpkg.ActionDelete, l.active.ID()), since)
			wantFault(t, err, fault.Upstream, fault.CodeNotDone)
			if waited := l.clock.now().Sub(died); waited != tt.waits {
				t.Errorf("it waited %s, want %s", waited, tt.waits)
			}
			if asked := len(l.fake.Requests()) > 0; asked != tt.asks {
				t.Errorf("GitHub was asked: %v", l.fake.Requests())
			}
		})
	}
}

// TestAnAccountOfThisProcessSaysNothing: what is kept in memory does not know
// what a process before this one sent.
func TestAnAccountOfThisProcessSaysNothing(t *testing.T) {
	t.Parallel()
	s, clock := newStage(t), newTide()
	o := options(t, s.fake.URL, s.fake.APIURL)
	o.Now, o.Sleep = clock.now, clock.sleep
	l := &left{stage: s, clock: clock}
	since := clock.now()
	err := New(o).For(s.fake.Token("olivia", allScopes()...), "olivia").Became(t.Context(), l.change(ghpkg.ActionDelete, s.active.ID()), since)
	wantFault(t, err, fault.Upstream, fault.CodeNotDone)
	if waited := clock.now().Sub(since); waited != overTime {
		t.Errorf("it waited %s", waited)
	}
}

// TestHiddenIsNotGone: for want of a scope GitHub hides what is there.
func TestHiddenIsNotGone(t *testing.T) {
	t.Parallel()
	gh := served(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-OAuth-Scopes", "read:org")
		refuseWith(w, http.StatusNotFound, "Not Found")
	})
	change := ghpkg.Change{Action: ghpkg.ActionDelete, Target: ghpkg.Target{Owner: acme(t), Type: ghpkg.NPM, Name: "x"}}
	wantFault(t, gh.For("t", "").Became(t.Context(), change, time.Now()), fault.Unknown, fault.CodeUnknown)
}

func TestLook(t *testing.T) {
	t.Parallel()
	s := &stage{ref: mustRef(t, acme(t), ghpkg.Container, "team/app")}
	var packageID, versionID, goneID int64
	s.fake, s.gh = world(t, func(f *ghfake.Server) {
		packageID = f.AddPackage(ghfake.Package{Owner: "acme", Type: ghpkg.Container, Name: "team/app", Visibility: ghpkg.Private}, ghfake.Version{Name: "sha256:0"})
		versionID = f.AddVersion(packageID, ghfake.Version{Name: "sha256:1", Tags: []string{"latest", "v1"}})
		goneID = f.AddVersion(packageID, ghfake.Version{Name: "sha256:2", DeletedAt: time.Now().Add(-time.Hour)})
	})
	c := s.as("olivia", allScopes()...)
	changed := time.Now().UTC().Truncate(time.Second).Add(-time.Hour)
	s.fake.SetPackage(s.ref, func(p *ghfake.Package) { p.UpdatedAt = changed })
	frozen := ghpkg.Target{Owner: acme(t), Type: ghpkg.Container, Name: "team/app", PackageID: packageID, Visibility: ghpkg.Private}
	version := frozen
	frozen.UpdatedAt = changed
	version.VersionID, version.VersionName, version.Tags = versionID, "sha256:1", []string{"latest", "v1"}
	with := func(t ghpkg.Target, change func(*ghpkg.Target)) ghpkg.Target { change(&t); return t }
	tests := []struct {
		name string
		ask  ghpkg.Target
		want ghpkg.Target
		code fault.Code
		cost int
	}{
		{"a package", with(frozen, func(t *ghpkg.Target) { t.PackageID, t.Visibility, t.UpdatedAt = 1, "", time.Time{} }), frozen, "", 1},
		{"a version", with(version, func(t *ghpkg.Target) { t.VersionName, t.Tags = "sha256:old", []string{"v0"} }), version, "", 1},
		{"a package that is not there", with(frozen, func(t *ghpkg.Target) { t.Name = "nothing" }), ghpkg.Target{}, fault.CodeNotFound, 1},
		{"a version that is deleted", with(version, func(t *ghpkg.Target) { t.VersionID = goneID }), ghpkg.Target{}, fault.CodeNotFound, 1},
		{"a name that leaves", with(frozen, func(t *ghpkg.Target) { t.Name = "../x" }), ghpkg.Target{}, fault.CodeInvalidRef, 0},
		{"a version below zero", with(version, func(t *ghpkg.Target) { t.VersionID = -1 }), ghpkg.Target{}, fault.CodeInvalidRef, 0},
	}
	for _, tt := range tests {
		for range 2 { // the second time it could come from a cache
			s.fake.ResetRequests()
			got, err := c.Look(t.Context(), tt.ask)
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(ghpkg.Owner{})); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.name, diff)
			}
			if fault.CodeOf(err) != tt.code && (err != nil || tt.code != "") {
				t.Errorf("%s: %v", tt.name, err)
			}
			requests := s.fake.Requests()
			if len(requests) != tt.cost || slices.ContainsFunc(requests, func(r ghfake.Request) bool { return r.Header.Get("If-None-Match") != "" }) {
				t.Errorf("%s: asked by %v", tt.name, requests)
			}
		}
	}
}
