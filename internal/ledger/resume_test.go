package ledger_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/ledger"
)

func TestEntriesGetTheIDThatTheyWerePromised(t *testing.T) {
	t.Parallel()
	l, _, _ := newLedger(t)
	before, promised := l.NewID(), l.NewID()
	if before >= promised {
		t.Errorf("the id %s does not come after %s", promised, before)
	}
	c := change(t, ghpkg.ActionDelete, 7)
	c.Entry = promised
	got, err := l.For(octavia, &registry{}).Apply(t.Context(), c)
	if err != nil || got.ID != promised {
		t.Errorf("Apply = %q, %v; want %s", got.ID, err, promised)
	}
	if kept, err := l.Entry(t.Context(), promised, her); err != nil || kept.Outcome != ghpkg.OutcomeDone {
		t.Errorf("kept %+v, %v", kept, err)
	}
	if again, err := l.For(octavia, &registry{}).Apply(t.Context(), c); fault.KindOf(err) != fault.Internal {
		t.Errorf("an id was used twice: %+v, %v", again, err)
	}
}

// killed leaves an attempt in the ledger whose process did not live to see the
// outcome.
func killed(t *testing.T, l *ledger.Ledger, c ghpkg.Change) {
	t.Helper()
	died := &registry{during: func(context.Context) { panic("killed") }}
	defer func() {
		if recover() == nil {
			t.Fatal("it lived")
		}
	}()
	_, _ = l.For(octavia, died).Apply(t.Context(), c) // does not return
}

func TestResumeSettlesWhatAKilledProcessLeft(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		became  error
		outcome ghpkg.Outcome
		code    fault.Code
	}{
		{"it happened", nil, ghpkg.OutcomeDone, ""},
		{"it did not", &fault.Error{Kind: fault.Upstream, Code: fault.CodeNotDone}, ghpkg.OutcomeFailed, fault.CodeNotDone},
		{"GitHub cannot say", &fault.Error{Kind: fault.Unknown, Code: fault.CodeUnknown}, ghpkg.OutcomeUnknown, fault.CodeUnknown},
		{"a limit", &fault.Error{Kind: fault.RateLimited, Code: fault.CodeRateLimited}, ghpkg.OutcomePending, ""},
		{"a revoked token", &fault.Error{Kind: fault.SignedOut, Code: fault.CodeTokenRevoked}, ghpkg.OutcomePending, ""},
		{"no time to ask", &fault.Error{Kind: fault.Timeout, Code: fault.CodeTimeout}, ghpkg.OutcomePending, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l, _, _ := newLedger(t)
			c := change(t, ghpkg.ActionDelete, 7)
			c.Entry = l.NewID()
			killed(t, l, c)
			reg := &registry{err: tt.became}
			if err := l.For(octavia, reg).Resume(t.Context(), c, epoch); !errors.Is(err, tt.became) {
				t.Errorf("error %v, want the registry's", err)
			}
			if want := []string{"became delete acme/npm/widget#7 since 09:30:00"}; !slices.Equal(reg.calls, want) {
				t.Errorf("calls %q, want %q", reg.calls, want)
			}
			kept, err := l.Entry(t.Context(), c.Entry, her)
			if err != nil || kept.Outcome != tt.outcome || kept.Code != string(tt.code) {
				t.Errorf("kept %s, code %q, %v; want %s", kept.Outcome, kept.Code, err, tt.outcome)
			}
		})
	}
}

// TestResumeBelievesWhatIsWrittenDown: the process died between the ledger's
// outcome and the item's.
func TestResumeBelievesWhatIsWrittenDown(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		apply error
		code  fault.Code // of what Resume returns; "": it happened
		said  string
		asked int
	}{
		{"done", nil, "", "", 0},
		{"refused", &fault.Error{Kind: fault.Refused, Code: fault.CodeLastVersion, Said: "No."}, fault.CodeLastVersion, "No.", 0},
		{"limited", &fault.Error{Kind: fault.RateLimited, Code: fault.CodeSecondaryLimit}, fault.CodeNotDone, "", 0},
		{"out of budget", &fault.Error{Kind: fault.RateLimited, Code: fault.CodeRateLimited}, fault.CodeNotDone, "", 0},
		{"another's turn", &fault.Error{Kind: fault.RateLimited, Code: fault.CodeBusy}, fault.CodeNotDone, "", 0},
		{"nobody's token", &fault.Error{Kind: fault.SignedOut, Code: fault.CodeSignedOut}, fault.CodeNotDone, "", 0},
		{"signed out", &fault.Error{Kind: fault.SignedOut, Code: fault.CodeTokenRevoked}, fault.CodeNotDone, "", 0},
		{"not done", &fault.Error{Kind: fault.Upstream, Code: fault.CodeNotDone}, fault.CodeNotDone, "", 0},
		{"an answer that was none", &fault.Error{Kind: fault.Timeout, Code: fault.CodeTimeout}, "", "", 1},
		{"unknown", &fault.Error{Kind: fault.Unknown, Code: fault.CodeUnknown}, "", "", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l, _, _ := newLedger(t)
			c := change(t, ghpkg.ActionDelete, 7)
			c.Entry = l.NewID()
			if _, err := l.For(octavia, &registry{err: tt.apply}).Apply(t.Context(), c); !errors.Is(err, tt.apply) {
				t.Fatal(err)
			}
			reg := &registry{}
			err := l.For(octavia, reg).Resume(t.Context(), c, epoch)
			if len(reg.calls) != tt.asked {
				t.Errorf("calls %q, want %d", reg.calls, tt.asked)
			}
			if tt.code == "" {
				if kept, entryErr := l.Entry(t.Context(), c.Entry, her); err != nil || kept.Outcome != ghpkg.OutcomeDone {
					t.Errorf("error %v, kept %s, %v", err, kept.Outcome, entryErr)
				}
				return
			}
			if e, ok := errors.AsType[*fault.Error](err); !ok || e.Code != tt.code || e.Said != tt.said {
				t.Errorf("error %v, want %s", err, tt.code)
			}
		})
	}
}

// counting counts the outcomes that are written down.
type counting struct {
	ledger.Log
	outcomes int
}

func (c *counting) Settle(ctx context.Context, id string, s ghpkg.Settlement) error {
	c.outcomes++
	return c.Log.Settle(ctx, id, s)
}

// TestResumeRepeatsNoOutcome: however often an operation asks, what is unknown
// is written down as that once.
func TestResumeRepeatsNoOutcome(t *testing.T) {
	t.Parallel()
	_, s, _ := newLedger(t)
	log := &counting{Log: s}
	l := ledger.New(log, func() time.Time { return epoch }, slog.New(slog.DiscardHandler))
	c := change(t, ghpkg.ActionDelete, 7)
	c.Entry = l.NewID()
	killed(t, l, c)
	cannotSay := &fault.Error{Kind: fault.Unknown, Code: fault.CodeUnknown}
	for range 3 {
		if err := l.For(octavia, &registry{err: cannotSay}).Resume(t.Context(), c, epoch); !errors.Is(err, cannotSay) {
			t.Errorf("error %v, want the registry's", err)
		}
	}
	if log.outcomes != 1 {
		t.Errorf("%d outcomes were written down, want 1", log.outcomes)
	}
}

// TestResumeOfAnAbandonedAttempt: the ledger gave the attempt up at the start,
// before the operation came to ask.
func TestResumeOfAnAbandonedAttempt(t *testing.T) {
	t.Parallel()
	l, _, advance := newLedger(t)
	c := change(t, ghpkg.ActionRestore, 0)
	c.Entry = l.NewID()
	killed(t, l, c)
	advance(time.Hour)
	if err := l.Recover(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := l.For(octavia, &registry{}).Resume(t.Context(), c, epoch); err != nil {
		t.Error(err)
	}
	if kept, err := l.Entry(t.Context(), c.Entry, her); err != nil || kept.Outcome != ghpkg.OutcomeDone {
		t.Errorf("kept %s, %v", kept.Outcome, err)
	}
}

func TestWhatWasNotBegunWasNotSent(t *testing.T) {
	t.Parallel()
	l, s, _ := newLedger(t)
	c, reg := change(t, ghpkg.ActionDelete, 7), &registry{}
	c.Entry = l.NewID()
	if err := l.For(octavia, reg).Resume(t.Context(), c, epoch); fault.CodeOf(err) != fault.CodeNotDone || len(reg.calls) != 0 {
		t.Errorf("error %v, calls %q", err, reg.calls)
	}
	if _, total, err := l.Entries(t.Context(), ghpkg.LedgerFilter{VisibleTo: her}, ghpkg.LedgerPage{Limit: 9}); total != 0 || err != nil {
		t.Errorf("%d entries were invented, %v", total, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := l.For(octavia, reg).Resume(t.Context(), c, epoch); fault.KindOf(err) != fault.Internal {
		t.Errorf("without a database: %v", err)
	}
}
