package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// TestWhatReadsAShortenedLedger: the notices' cursor, the bin, and the start of
// a program find what they would have found of the whole one.
func TestWhatReadsAShortenedLedger(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s, ctx := open(t, databaseURL), t.Context()
		named := func(n int, name string) ghpkg.Entry {
			return attempt(t, n, func(e *ghpkg.Entry) {
				e.Target.Name, e.Target.PackageID, e.Outcome = name, int64(n), ghpkg.OutcomeDone
			})
		}
		write(t, s, named(1, "old"), named(2, "older"), named(3, "gadget"), named(4, "widget"), attempt(t, 5, nil))
		acme := owner(t, ghpkg.Organization, "acme")
		bin := func() []string {
			t.Helper()
			deleted, err := s.DeletedPackages(ctx, acme, minute(3), octavia)
			still, stillErr := s.StillDeleted(ctx, minute(3), minute(9), 9)
			if err != nil || stillErr != nil {
				t.Fatal(err, stillErr)
			}
			var ids []string
			for _, d := range deleted {
				ids = append(ids, d.EntryID)
			}
			for _, e := range still {
				ids = append(ids, e.ID)
			}
			return ids
		}
		want := bin()
		if len(want) != 4 {
			t.Fatalf("the bin has %v", want)
		}
		if trim, err := s.TrimLedger(ctx, minute(3), ghpkg.Entry{ID: trimID(6), At: minute(6)}); err != nil || trim.Entries != 2 {
			t.Fatalf("%+v, %v", trim, err)
		}
		if diff := cmp.Diff(want, bin()); diff != "" {
			t.Errorf("the bin is another (-before +after):\n%s", diff)
		}
		if err := s.SettleAbandoned(ctx, minute(9), ghpkg.Settlement{At: minute(9), Outcome: ghpkg.OutcomeUnknown}); err != nil {
			t.Fatal(err)
		}
		write(t, s, named(7, "new"))
		head, err := s.LedgerHead(ctx)
		if v := verified(t, s, ""); err != nil || head != 14 || !v.Intact() || v.Links != head {
			t.Errorf("the head is link %d, %v: %+v", head, err, v)
		}
		for from, want := range map[int64]string{0: "347", 2: "347", 4: "347", 6: "47", 11: "7", 14: ""} { // also from where it had read to long ago
			news, err := s.LedgerNews(ctx, from, head)
			got := ""
			for _, e := range news {
				got += e.ID[len(e.ID)-1:]
			}
			if got != want || err != nil {
				t.Errorf("the news after link %d are %q, %v; want %q", from, got, err, want)
			}
		}
		moved, err := s.MoveNoticeCursor(ctx, "ledger", 0, head, nil)
		if news, newsErr := s.HasNews(ctx, minute(9)); !moved || err != nil || news || newsErr != nil {
			t.Errorf("there is always news: %v, %v, %v, %v", moved, err, news, newsErr)
		}
	})
}

// TestCopyOfAShortenedLedger is as good as the original, and goes on.
func TestCopyOfAShortenedLedger(t *testing.T) {
	t.Parallel()
	to := postgresSchema(t)
	source, heads := removedTwice(t, fresh(t, "sqlite:"))
	target := open(t, to)
	v, err := source.CopyTo(t.Context(), target, func(string, int64) {})
	if err != nil || !v.Intact() || v.Noted != 11 || v.Removed != 6 || v.Entries != 3 {
		t.Fatalf("%+v, %v", v, err)
	}
	if v := verified(t, target, heads[6]); !v.Intact() || v.Noted != 6 || !v.Since.Equal(minute(4)) {
		t.Errorf("the last removed link: %+v", v)
	}
	settle(t, target, id(6), ghpkg.Settlement{At: minute(6), Outcome: ghpkg.OutcomeDone})
	trim, err := target.TrimLedger(t.Context(), minute(6), ghpkg.Entry{ID: trimID(9), At: minute(9)})
	if v := verified(t, target, heads[10]); err != nil || trim.Link != 10 || !v.Intact() || v.Noted != 10 || v.Since.Sub(minute(6)) != time.Duration(0) {
		t.Errorf("then %+v, %v: %+v", trim, err, v)
	}
}
