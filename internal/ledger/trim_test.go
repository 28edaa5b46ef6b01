package ledger_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/ledger"
)

const (
	day       = 24 * time.Hour
	retention = 400 * day
)

var everybodys = ghpkg.VisibleTo{All: true}

// TestTrimKeepsWholeDays: what was done on a day is kept for so many days, and
// removed with the begin of the next, all of it at once.
func TestTrimKeepsWholeDays(t *testing.T) {
	t.Parallel()
	l, s, advance := newLedger(t) // it is 9:30
	deleted := change(t, ghpkg.ActionDelete, 0)
	for range 2 { // at 9:30 and at 21:30
		if _, err := l.For(octavia, &registry{}).Apply(t.Context(), deleted); err != nil {
			t.Fatal(err)
		}
		advance(12 * time.Hour)
	}
	midnight := epoch.Truncate(day)
	for _, tt := range []struct {
		at      time.Time
		entries int
	}{
		{midnight.Add(retention), 0}, {midnight.Add(retention + day - 1), 0}, {midnight.Add(retention + day), 2}, {midnight.Add(retention + day + time.Hour), 0},
	} {
		advance(tt.at.Sub(timeOf(t, l)))
		got, err := l.Trim(t.Context(), retention)
		if err != nil || got.Entries != tt.entries {
			t.Fatalf("at %s: %+v, %v; want %d entries", tt.at, got, err, tt.entries)
		}
		if want := tt.at.Truncate(day).Add(-retention); !got.Before.Equal(want) {
			t.Errorf("at %s: everything of before %s is gone, want %s", tt.at, got.Before, want)
		}
		if removed := tt.entries > 0; (got.Link == 4) != removed || (len(got.Hash) > 0) != removed {
			t.Errorf("at %s: the last link that was removed is %d (%s)", tt.at, got.Link, got.Hash)
		}
	}
	entries, total, err := l.Entries(t.Context(), ghpkg.LedgerFilter{Actions: []ghpkg.Action{ghpkg.ActionTrim}, VisibleTo: everybodys}, ghpkg.LedgerPage{Limit: 9})
	if err != nil || total != 1 || entries[0].Reason != "STOCKROOM_LEDGER_RETENTION=400d" || !strings.HasPrefix(entries[0].Message, "2 entries of before 2026-11-21T00:00:00Z ") {
		t.Errorf("the ledger says %+v, %v", entries, err)
	}
	if _, total, err := l.Entries(t.Context(), ghpkg.LedgerFilter{VisibleTo: her}, ghpkg.LedgerPage{}); total != 0 || err != nil {
		t.Errorf("%d entries are anybody's own, %v", total, err)
	}
	if v, err := s.VerifyLedger(t.Context(), ""); err != nil || !v.Intact() || v.Removed != 4 {
		t.Errorf("%+v, %v", v, err)
	}
}

// timeOf returns what the ledger's clock says, to the millisecond.
func timeOf(t *testing.T, l *ledger.Ledger) time.Time {
	t.Helper()
	at, ok := ledger.BegunAt(l.NewID())
	if !ok {
		t.Fatal("an id does not tell its time")
	}
	return at
}

func TestBegunAt(t *testing.T) {
	t.Parallel()
	l, _, advance := newLedger(t)
	advance(1500 * time.Millisecond)
	if at := timeOf(t, l); !at.Equal(epoch.Add(1500 * time.Millisecond)) {
		t.Errorf("the id is of %s", at)
	}
	id := l.NewID()
	for _, other := range []string{
		"", "none", strings.ToUpper(id), "{" + id + "}", "urn:uuid:" + id, strings.ReplaceAll(id, "-", ""), id + "0", id[:14] + "4" + id[15:],
	} {
		if at, ok := ledger.BegunAt(other); ok {
			t.Errorf("%q is of %s", other, at)
		}
	}
}

// TestResumeOfARemovedEntry: a change that was begun so long ago that its entry
// may have been removed is not taken for one that was never sent.
func TestResumeOfARemovedEntry(t *testing.T) {
	t.Parallel()
	l, _, advance := newLedger(t)
	c := change(t, ghpkg.ActionDelete, 7)
	c.Entry = l.NewID()
	since := timeOf(t, l)
	if _, err := l.For(octavia, &registry{}).Apply(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	other := c
	other.Entry = l.NewID() // which was not written down
	for _, tt := range []struct {
		change ghpkg.Change
		after  time.Duration
		want   fault.Code
	}{
		{other, 0, fault.CodeNotDone}, {other, ghpkg.LeastRetention, fault.CodeNotDone}, {c, 0, ""},
		{other, time.Millisecond, fault.CodeUnknown}, {c, 0, ""}, {c, 2 * day, fault.CodeUnknown}, // for then it is removed
	} {
		if advance(tt.after); tt.after == 2*day {
			if got, err := l.Trim(t.Context(), ghpkg.LeastRetention); got.Entries != 1 || err != nil {
				t.Fatalf("%+v, %v", got, err)
			}
		}
		reg := &registry{}
		err := l.For(octavia, reg).Resume(t.Context(), tt.change, since)
		if err == nil && tt.want != "" || err != nil && fault.CodeOf(err) != tt.want || len(reg.calls) > 0 {
			t.Errorf("after %s: %v, want %q; asked %q", tt.after, err, tt.want, reg.calls)
		}
	}
}
