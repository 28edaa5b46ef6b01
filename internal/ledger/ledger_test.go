package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/ledger"
	"github.com/stockroom-dev/stockroom/internal/store"
)

var (
	epoch   = time.Date(2026, 11, 20, 9, 30, 0, 0, time.UTC)
	octavia = ghpkg.Actor{ID: 1, Login: "octavia", ProxyUser: "octavia@acme.example"}
	her     = ghpkg.VisibleTo{ActorID: 1}
	compare = cmp.Options{cmp.AllowUnexported(ghpkg.Owner{}), cmpopts.IgnoreFields(ghpkg.Entry{}, "ID")}
)

// registry notes what it is asked for, and answers with err.
type registry struct {
	calls  []string
	err    error
	during func(context.Context) // called while the change is on its way
}

func (r *registry) call(ctx context.Context, call string) error {
	r.calls = append(r.calls, call)
	if r.during != nil {
		r.during(ctx)
	}
	return r.err
}

func (r *registry) DeletePackage(ctx context.Context, p ghpkg.Ref, id int64) error {
	return r.call(ctx, fmt.Sprintf("delete %s of id %d", p, id))
}

func (r *registry) RestorePackage(ctx context.Context, p ghpkg.Ref) error {
	return r.call(ctx, "restore "+p.String())
}

func (r *registry) DeleteVersion(ctx context.Context, v ghpkg.VersionRef) error {
	return r.call(ctx, "delete "+v.String())
}

func (r *registry) RestoreVersion(ctx context.Context, v ghpkg.VersionRef) error {
	return r.call(ctx, "restore "+v.String())
}

func (r *registry) Became(ctx context.Context, c ghpkg.Change, since time.Time) error {
	return r.call(ctx, "became "+c.String()+" since "+since.Format(time.TimeOnly))
}

func newLedger(t *testing.T) (*ledger.Ledger, *store.Store, func(time.Duration)) {
	t.Helper()
	s, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "stockroom.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	now := epoch
	return ledger.New(s, func() time.Time { return now }, slog.New(slog.DiscardHandler)), s, func(d time.Duration) { now = now.Add(d) }
}

func change(t *testing.T, action ghpkg.Action, versionID int64) ghpkg.Change {
	t.Helper()
	owner, err := ghpkg.NewOwner(ghpkg.Organization, "acme")
	if err != nil {
		t.Fatal(err)
	}
	return ghpkg.Change{
		Action: action,
		Target: ghpkg.Target{Owner: owner, Type: ghpkg.NPM, Name: "widget", PackageID: 100, VersionID: versionID},
		Reason: "no longer used", From: "192.0.2.7", Operation: "op-1",
	}
}

func TestApplySendsAndRecords(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		action  ghpkg.Action
		version int64
		want    string
	}{
		{"delete a package", ghpkg.ActionDelete, 0, "delete acme/npm/widget of id 100"},
		{"restore a package", ghpkg.ActionRestore, 0, "restore acme/npm/widget"},
		{"delete a version", ghpkg.ActionDelete, 7, "delete acme/npm/widget#7"},
		{"restore a version", ghpkg.ActionRestore, 7, "restore acme/npm/widget#7"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l, s, _ := newLedger(t)
			c := change(t, tt.action, tt.version)
			want := ghpkg.Entry{
				At: epoch, Actor: octavia, Action: tt.action, Target: c.Target,
				Reason: c.Reason, From: c.From, Operation: c.Operation, Outcome: ghpkg.OutcomePending,
			}
			reg := &registry{during: func(ctx context.Context) {
				before, _, err := s.Entries(ctx, ghpkg.LedgerFilter{VisibleTo: her}, ghpkg.LedgerPage{Limit: 9})
				if diff := cmp.Diff([]ghpkg.Entry{want}, before, compare); diff != "" || err != nil {
					t.Errorf("while on its way: %v (-want +got):\n%s", err, diff)
				}
			}}
			got, err := l.For(octavia, reg).Apply(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			want.Outcome = ghpkg.OutcomeDone
			if diff := cmp.Diff(want, got, compare); diff != "" {
				t.Errorf("Apply (-want +got):\n%s", diff)
			}
			if !slices.Equal(reg.calls, []string{tt.want}) {
				t.Errorf("calls %q, want %q", reg.calls, tt.want)
			}
			kept, err := l.Entry(t.Context(), got.ID, her)
			if diff := cmp.Diff(got, kept, compare); diff != "" || err != nil {
				t.Errorf("Entry: %v (-want +got):\n%s", err, diff)
			}
		})
	}
}

func TestOutcomeOfEachFault(t *testing.T) {
	t.Parallel()
	want := map[fault.Kind]ghpkg.Outcome{
		fault.Internal: ghpkg.OutcomeFailed, fault.Upstream: ghpkg.OutcomeFailed, fault.Timeout: ghpkg.OutcomeFailed,
		fault.Unknown: ghpkg.OutcomeUnknown, fault.Invalid: ghpkg.OutcomeRefused, fault.SignedOut: ghpkg.OutcomeRefused,
		fault.SSORequired: ghpkg.OutcomeRefused, fault.AppRestricted: ghpkg.OutcomeRefused,
		fault.MissingScope: ghpkg.OutcomeRefused, fault.Forbidden: ghpkg.OutcomeRefused, fault.NotFound: ghpkg.OutcomeRefused,
		fault.Refused: ghpkg.OutcomeRefused, fault.RateLimited: ghpkg.OutcomeRefused,
	}
	l, _, _ := newLedger(t)
	for _, kind := range fault.Kinds() {
		outcome, ok := want[kind]
		if !ok {
			t.Errorf("kind %d has no outcome", kind)
		}
		sent := &fault.Error{Kind: kind, Code: fault.CodeRefused, Op: "test", Said: "GitHub's own words."}
		got, err := l.For(octavia, &registry{err: sent}).Apply(t.Context(), change(t, ghpkg.ActionDelete, 0))
		if !errors.Is(err, sent) {
			t.Errorf("kind %d: error %v, want the registry's", kind, err)
		}
		kept, err := l.Entry(t.Context(), got.ID, her)
		if err != nil || got.Outcome != outcome || got.Message != sent.Said || got.Code != "refused" || kept.Outcome != outcome || kept.Message != sent.Said || kept.Code != "refused" {
			t.Errorf("kind %d: %+v, kept %+v, %v; want %s", kind, got, kept, err, outcome)
		}
	}
	unclassified := errors.New("disk full")
	if got, err := l.For(octavia, &registry{err: unclassified}).Apply(t.Context(), change(t, ghpkg.ActionDelete, 0)); got.Outcome != ghpkg.OutcomeFailed || !errors.Is(err, unclassified) {
		t.Errorf("an error that nobody classified: %+v, %v", got, err)
	}
}

// TestWhatNeverLeftIsNotRefused: a limit, or an earlier change, kept it here.
func TestWhatNeverLeftIsNotRefused(t *testing.T) {
	t.Parallel()
	l, _, _ := newLedger(t)
	for _, code := range []fault.Code{fault.CodeBusy, fault.CodeRateLimited, fault.CodeSecondaryLimit} {
		why := &fault.Error{Kind: fault.RateLimited, Code: code, Op: "test", Unsent: true}
		applied, err := l.For(octavia, &registry{err: why}).Apply(t.Context(), change(t, ghpkg.ActionDelete, 0))
		if applied.Outcome != ghpkg.OutcomeFailed || applied.Code != string(code) || !ledger.Unsent(applied) {
			t.Errorf("%s: %+v, %v", code, applied, err)
		}
		reg := &registry{}
		given, err := l.For(octavia, reg).GiveUp(t.Context(), change(t, ghpkg.ActionDelete, 0), &fault.Error{Kind: fault.RateLimited, Code: code})
		if fault.CodeOf(err) != code || given.Outcome != ghpkg.OutcomeFailed || !ledger.Unsent(given) || len(reg.calls) != 0 {
			t.Errorf("%s, given up: %+v, %v, calls %q", code, given, err, reg.calls)
		}
		why.Unsent = false
		if sent, _ := l.For(octavia, &registry{err: why}).Apply(t.Context(), change(t, ghpkg.ActionDelete, 0)); ledger.Unsent(sent) {
			t.Errorf("%s, said by GitHub: %+v", code, sent)
		}
	}
	for kind, code := range map[fault.Kind]fault.Code{fault.Upstream: fault.CodeUpstream, fault.Timeout: fault.CodeTimeout} {
		given, _ := l.For(octavia, &registry{}).GiveUp(t.Context(), change(t, ghpkg.ActionDelete, 0), &fault.Error{Kind: kind, Code: code})
		if !ledger.Unsent(given) {
			t.Errorf("%s, given up: %+v", code, given)
		}
	}
	failed := &fault.Error{Kind: fault.Upstream, Code: fault.CodeNotDone}
	if sent, _ := l.For(octavia, &registry{err: failed}).Apply(t.Context(), change(t, ghpkg.ActionDelete, 0)); ledger.Unsent(sent) {
		t.Errorf("sent, and not done: %+v", sent)
	}
}

func TestApplyOutlivesTheRequest(t *testing.T) {
	t.Parallel()
	l, _, _ := newLedger(t)
	ctx, cancel := context.WithCancel(t.Context())
	reg := &registry{during: func(context.Context) { cancel() }, err: &fault.Error{Kind: fault.Unknown, Code: fault.CodeUnknown}}
	got, _ := l.For(octavia, reg).Apply(ctx, change(t, ghpkg.ActionDelete, 0))
	kept, err := l.Entry(t.Context(), got.ID, her)
	if err != nil || kept.Outcome != ghpkg.OutcomeUnknown {
		t.Errorf("the outcome is %q, %v", kept.Outcome, err)
	}
}

func TestWhatCannotBeWrittenIsNotSent(t *testing.T) {
	t.Parallel()
	l, s, _ := newLedger(t)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	reg := &registry{}
	_, err := l.For(octavia, reg).Apply(t.Context(), change(t, ghpkg.ActionDelete, 0))
	if fault.KindOf(err) != fault.Internal || len(reg.calls) != 0 {
		t.Errorf("error %v, calls %q", err, reg.calls)
	}
	if _, err = l.For(octavia, reg).Deny(t.Context(), change(t, ghpkg.ActionDelete, 0), &fault.Error{Kind: fault.Forbidden}); fault.KindOf(err) != fault.Internal {
		t.Errorf("Deny: error %v", err)
	}
}

// forgetful is a log that cannot write outcomes.
type forgetful struct{ ledger.Log }

func (forgetful) Settle(context.Context, string, ghpkg.Settlement) error {
	return errors.New("disk full")
}

func TestGitHubsAnswerIsShownEvenIfNotKept(t *testing.T) {
	t.Parallel()
	_, s, _ := newLedger(t)
	var out strings.Builder
	l := ledger.New(forgetful{s}, func() time.Time { return epoch }, slog.New(slog.NewTextHandler(&out, nil)))
	got, err := l.For(octavia, &registry{}).Apply(t.Context(), change(t, ghpkg.ActionDelete, 0))
	if err != nil || got.Outcome != ghpkg.OutcomeDone {
		t.Errorf("Apply = %q, %v; want done", got.Outcome, err)
	}
	logged(t, &out, got.ID)

	c := change(t, ghpkg.ActionDelete, 7)
	c.Entry = l.NewID()
	killed(t, l, c)
	if err := l.For(octavia, &registry{}).Resume(t.Context(), c, epoch); err != nil {
		t.Errorf("Resume: %v; want done", err)
	}
	logged(t, &out, c.Entry)
}

// logged fails the test unless the log was told of the entry's outcome, with
// level and cause, since it was looked at last.
func logged(t *testing.T, out *strings.Builder, entry string) {
	t.Helper()
	for _, want := range []string{"level=ERROR", "entry=" + entry, "outcome=done", "disk full"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the log does not say %s: %s", want, out)
		}
	}
	out.Reset()
}

func TestApplyRefusesWhatIsNoChange(t *testing.T) {
	t.Parallel()
	l, _, _ := newLedger(t)
	reg := &registry{}
	tests := map[string]func(*ghpkg.Change){
		"another action":              func(c *ghpkg.Change) { c.Action = ghpkg.ActionLogin },
		"another action on a version": func(c *ghpkg.Change) { c.Action, c.Target.VersionID = ghpkg.ActionLogin, 7 },
		"no target":                   func(c *ghpkg.Change) { c.Target = ghpkg.Target{} },
		"a name that leaves":          func(c *ghpkg.Change) { c.Target.Name = "../../repos" },
		"a version below zero":        func(c *ghpkg.Change) { c.Target.VersionID = -1 },
	}
	for name, spoil := range tests {
		c := change(t, ghpkg.ActionDelete, 0)
		spoil(&c)
		if _, err := l.For(octavia, reg).Apply(t.Context(), c); fault.KindOf(err) != fault.Invalid || len(reg.calls) != 0 {
			t.Errorf("%s: error %v, calls %q", name, err, reg.calls)
		}
	}
}

func TestDenyAndNote(t *testing.T) {
	t.Parallel()
	l, _, _ := newLedger(t)
	why, reg := &fault.Error{Kind: fault.Forbidden, Code: fault.CodeReadOnly}, &registry{}
	denied, err := l.For(octavia, reg).Deny(t.Context(), change(t, ghpkg.ActionDelete, 0), why)
	if !errors.Is(err, why) || denied.Outcome != ghpkg.OutcomeDenied || denied.Code != "read_only" || len(reg.calls) != 0 {
		t.Errorf("Deny = %+v, %v; calls %q", denied, err, reg.calls)
	}
	if err := l.Note(t.Context(), ghpkg.Entry{Actor: octavia, Action: ghpkg.ActionLogin, From: "192.0.2.7"}); err != nil {
		t.Fatal(err)
	}
	failed := ghpkg.Entry{Actor: octavia, Action: ghpkg.ActionLogout, Outcome: ghpkg.OutcomeFailed, Message: "no", Code: "upstream"}
	if err := l.Note(t.Context(), failed); err != nil {
		t.Fatal(err)
	}
	got, total, err := l.Entries(t.Context(), ghpkg.LedgerFilter{VisibleTo: her}, ghpkg.LedgerPage{Limit: 9})
	failed.At = epoch
	login := ghpkg.Entry{At: epoch, Actor: octavia, Action: ghpkg.ActionLogin, From: "192.0.2.7", Outcome: ghpkg.OutcomeDone}
	if diff := cmp.Diff([]ghpkg.Entry{failed, login, denied}, got, compare); diff != "" || total != 3 || err != nil {
		t.Errorf("Entries: %d, %v (-want +got):\n%s", total, err, diff)
	}
}

func TestEntryOfOthersIsNotFound(t *testing.T) {
	t.Parallel()
	l, _, _ := newLedger(t)
	e, err := l.For(octavia, &registry{}).Apply(t.Context(), change(t, ghpkg.ActionDelete, 0))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Entry(t.Context(), e.ID, ghpkg.VisibleTo{ActorID: 2}); fault.KindOf(err) != fault.NotFound {
		t.Errorf("error %v, want not found", err)
	}
}

func TestDeletedUntilTheWindowCloses(t *testing.T) {
	t.Parallel()
	l, _, advance := newLedger(t)
	c := change(t, ghpkg.ActionDelete, 0)
	e, err := l.For(octavia, &registry{}).Apply(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		after time.Duration
		want  int
	}{{0, 1}, {ghpkg.RestoreWindow - time.Millisecond, 1}, {time.Millisecond, 0}} {
		advance(tt.after)
		got, err := l.Deleted(t.Context(), c.Target.Owner, her)
		if err != nil || len(got) != tt.want {
			t.Fatalf("after %v: %v, %v; want %d", tt.after, got, err, tt.want)
		}
		if tt.want == 1 && (got[0].EntryID != e.ID || !got[0].RestorableUntil().Equal(epoch.Add(ghpkg.RestoreWindow))) {
			t.Errorf("Deleted = %+v", got[0])
		}
	}
}

// TestRecover: what another replica may have on its way is spared for a while,
// and where there is no other, nothing is.
func TestRecover(t *testing.T) {
	t.Parallel()
	const unknown, pending = ghpkg.OutcomeUnknown, ghpkg.OutcomePending
	for _, tt := range []struct {
		name               string
		recover            func(*ledger.Ledger, context.Context) error
		old, young, future ghpkg.Outcome
	}{
		{"beside others", (*ledger.Ledger).Recover, unknown, pending, pending},
		{"alone", (*ledger.Ledger).RecoverAll, unknown, unknown, unknown},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l, s, advance := newLedger(t)
			begin := func(id string, at time.Time) {
				if err := s.Begin(t.Context(), ghpkg.Entry{ID: id, At: at, Actor: octavia, Action: ghpkg.ActionDelete}); err != nil {
					t.Fatal(err)
				}
			}
			begin("old", epoch)
			begin("young", epoch.Add(2*time.Minute))
			begin("future", epoch.Add(time.Hour)) // the clock was set back since
			advance(2*time.Minute + time.Second)
			if err := tt.recover(l, t.Context()); err != nil {
				t.Fatal(err)
			}
			for id, want := range map[string]ghpkg.Outcome{"old": tt.old, "young": tt.young, "future": tt.future} {
				if e, err := l.Entry(t.Context(), id, her); err != nil || e.Outcome != want {
					t.Errorf("%s: %q, %v; want %q", id, e.Outcome, err, want)
				}
			}
		})
	}
}

func TestIDsSortAndCannotBeGuessed(t *testing.T) {
	t.Parallel()
	l, _, advance := newLedger(t)
	var written []string
	for i := range 60 {
		if i%20 == 19 {
			advance(time.Duration(i-30) * time.Minute) // also backwards
		}
		e, err := l.For(octavia, &registry{}).Apply(t.Context(), change(t, ghpkg.ActionDelete, 0))
		if err != nil {
			t.Fatal(err)
		}
		if e.ID[14] != '7' || !strings.Contains("89ab", e.ID[19:20]) {
			t.Errorf("%s is no UUID of version 7", e.ID)
		}
		written = append(written, e.ID)
	}
	if !slices.IsSorted(written) {
		t.Errorf("ids do not sort as they were written: %q", written)
	}
	tails := map[string]bool{}
	for _, id := range written {
		tails[id[24:]] = true
	}
	if len(tails) != len(written) {
		t.Error("the random parts repeat")
	}
}
