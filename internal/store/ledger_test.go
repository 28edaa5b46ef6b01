package store_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/store"
)

var compareOwners = cmp.AllowUnexported(ghpkg.Owner{})

func owner(t testing.TB, kind ghpkg.OwnerKind, login string) ghpkg.Owner {
	t.Helper()
	o, err := ghpkg.NewOwner(kind, login)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// attempt is the n-th deletion of a package, n minutes after epoch.
func attempt(t *testing.T, n int, change func(*ghpkg.Entry)) ghpkg.Entry {
	t.Helper()
	e := ghpkg.Entry{
		ID: fmt.Sprintf("00000000-0000-7000-8000-%012d", n), At: epoch.Add(time.Duration(n) * time.Minute),
		Actor:  ghpkg.Actor{ID: 1, Login: "Octavia"},
		Action: ghpkg.ActionDelete, Outcome: ghpkg.OutcomePending,
		Target: ghpkg.Target{Owner: owner(t, ghpkg.Organization, "Acme"), Type: ghpkg.NPM, Name: "widget", PackageID: 100},
	}
	if change != nil {
		change(&e)
	}
	return e
}

// write begins and settles entries as their outcomes say.
func write(t *testing.T, s *store.Store, entries ...ghpkg.Entry) {
	t.Helper()
	for _, e := range entries {
		if err := s.Begin(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		if e.Outcome != ghpkg.OutcomePending {
			settle(t, s, e.ID, ghpkg.Settlement{At: e.At, Outcome: e.Outcome, Message: e.Message, Code: e.Code})
		}
	}
}

func settle(t *testing.T, s *store.Store, id string, o ghpkg.Settlement) {
	t.Helper()
	if err := s.Settle(t.Context(), id, o); err != nil {
		t.Fatal(err)
	}
}

var octavia = ghpkg.VisibleTo{ActorID: 1}

func TestLedgerKeepsWhatHappened(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s, ctx := open(t, databaseURL), t.Context()
		want := attempt(t, 1, func(e *ghpkg.Entry) {
			e.Actor.ProxyUser = "octavia@acme.example"
			e.Target = ghpkg.Target{
				Owner: owner(t, ghpkg.Organization, "Acme"), Type: ghpkg.Container, Name: "team/api", Visibility: ghpkg.Private,
				PackageID: 1 << 40, VersionID: 1 << 41, VersionName: "sha256:0abc", Tags: []string{"v1", "최신"},
			}
			e.Reason, e.From, e.Operation = "disk is full", "192.0.2.7", "op-1"
		})
		write(t, s, want)
		for _, o := range []ghpkg.Settlement{
			{},
			{At: epoch, Outcome: ghpkg.OutcomeUnknown, Code: "unknown"},
			{At: epoch, Outcome: ghpkg.OutcomeRefused, Message: "You cannot delete it.", Code: "refused"},
		} {
			if o.Outcome != "" {
				settle(t, s, want.ID, o)
				want.Outcome, want.Message, want.Code = o.Outcome, o.Message, o.Code
			}
			got, ok, err := s.Entry(ctx, want.ID, octavia)
			if diff := cmp.Diff(want, got, compareOwners); diff != "" || !ok || err != nil {
				t.Errorf("Entry: %v, %v (-want +got):\n%s", ok, err, diff)
			}
		}
		if err := s.Begin(ctx, want); err == nil {
			t.Error("an entry was written over")
		}
		if err := s.Settle(ctx, "nobody's", ghpkg.Settlement{Outcome: ghpkg.OutcomeDone}); err == nil {
			t.Error("an outcome without an attempt was taken")
		}
		if err := s.Settle(ctx, want.ID, ghpkg.Settlement{Outcome: ghpkg.OutcomePending}); err == nil {
			t.Error("pending was taken as an outcome")
		}
	})
}

func TestLedgerFilters(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s := open(t, databaseURL)
		write(t, s,
			attempt(t, 1, func(e *ghpkg.Entry) { e.Reason, e.Outcome = "100% done_or 'not'", ghpkg.OutcomeDone }),
			attempt(t, 2, func(e *ghpkg.Entry) { e.Action, e.Reason, e.Target.PackageID = ghpkg.ActionRestore, "1000 ÄPFEL", 77 }),
			attempt(t, 3, func(e *ghpkg.Entry) {
				e.Actor, e.Target.Name = ghpkg.Actor{ID: 1, Login: "octavia-renamed"}, "Über/widget"
				e.Outcome, e.Message = ghpkg.OutcomeRefused, "LAST tagged VERSION"
			}),
			attempt(t, 4, func(e *ghpkg.Entry) {
				e.Target.Type, e.Target.Tags, e.Target.VersionName = ghpkg.Container, []string{"v1", "한글"}, `sha256:c:\dir`
				e.Target.Owner, e.Target.PackageID = owner(t, ghpkg.User, "octavia"), 0
			}),
			attempt(t, 5, func(e *ghpkg.Entry) {
				e.Action, e.Target, e.Outcome = ghpkg.ActionLogin, ghpkg.Target{}, ghpkg.OutcomeDone
			}),
		)
		tests := []struct {
			name   string
			filter ghpkg.LedgerFilter
			want   string // the last digits of the ids, the newest first
		}{
			{"everything", ghpkg.LedgerFilter{}, "54321"},
			{"actor, case ignored", ghpkg.LedgerFilter{Actor: "OCTAVIA"}, "5421"},
			{"action", ghpkg.LedgerFilter{Actions: []ghpkg.Action{ghpkg.ActionRestore}}, "2"},
			{"either of two actions", ghpkg.LedgerFilter{Actions: []ghpkg.Action{ghpkg.ActionRestore, ghpkg.ActionLogin}}, "52"},
			{"owner, case ignored", ghpkg.LedgerFilter{Owner: "aCME"}, "321"},
			{"package, exact", ghpkg.LedgerFilter{Package: "widget"}, "421"},
			{"package, by its id", ghpkg.LedgerFilter{PackageID: 77}, "2"},
			{"package, by its name and its id", ghpkg.LedgerFilter{Package: "widget", PackageID: 77}, "42"}, // 4 may be about it
			{"type", ghpkg.LedgerFilter{Type: ghpkg.Container}, "4"},
			{"outcome", ghpkg.LedgerFilter{Outcome: ghpkg.OutcomeDone}, "51"},
			{"pending", ghpkg.LedgerFilter{Outcome: ghpkg.OutcomePending}, "42"},
			{"since is inclusive", ghpkg.LedgerFilter{Since: epoch.Add(4 * time.Minute)}, "54"},
			{"until is exclusive", ghpkg.LedgerFilter{Until: epoch.Add(2 * time.Minute)}, "1"},
			{"two at once", ghpkg.LedgerFilter{Owner: "acme", Outcome: ghpkg.OutcomeDone}, "1"},
			{"percent is a percent", ghpkg.LedgerFilter{Query: "100%"}, "1"},
			{"underscore is an underscore", ghpkg.LedgerFilter{Query: "e_o"}, "1"},
			{"backslash is a backslash", ghpkg.LedgerFilter{Query: `C:\D`}, "4"},
			{"quote", ghpkg.LedgerFilter{Query: "'not'"}, "1"},
			{"reason beyond ASCII", ghpkg.LedgerFilter{Query: "äpfel"}, "2"},
			{"name beyond ASCII, decomposed", ghpkg.LedgerFilter{Query: "u\u0308BER"}, "3"},
			{"tag, decomposed Korean", ghpkg.LedgerFilter{Query: "\u1112\u1161\u11ab"}, "4"},
			{"message", ghpkg.LedgerFilter{Query: "last TAGGED"}, "3"},
			{"not across texts", ghpkg.LedgerFilter{Query: "v1한"}, ""},
			{"separator", ghpkg.LedgerFilter{Query: "\x1f"}, ""},
			{"hostile", ghpkg.LedgerFilter{Query: "') OR 1=1 --", Package: "'; DROP TABLE ledger_attempts; --"}, ""},
			{"NUL and no UTF-8", ghpkg.LedgerFilter{Query: "\x00\xff", Actor: "\x00\xff", Owner: "\x00", Package: "\xff", Outcome: "\x00"}, ""},
			{"longer than any pattern", ghpkg.LedgerFilter{Query: strings.Repeat("%", 100_000)}, ""},
		}
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				tt.filter.VisibleTo = octavia
				if got := digits(t, s, tt.filter, ghpkg.LedgerPage{Limit: 50}, len(tt.want)); got != tt.want {
					t.Errorf("got %q, want %q", got, tt.want)
				}
			})
		}
		all := ghpkg.LedgerFilter{VisibleTo: octavia}
		for page, want := range map[ghpkg.LedgerPage]string{
			{Limit: 2}: "54", {Limit: 2, Offset: 4}: "1", {Limit: 2, Offset: 9}: "", {Limit: 2, OldestFirst: true}: "12", {}: "",
		} {
			if got := digits(t, s, all, page, 5); got != want {
				t.Errorf("page %+v: got %q, want %q", page, got, want)
			}
		}
	})
}

// digits returns the last digits of the selected entries' ids, and checks the total.
func digits(t *testing.T, s *store.Store, f ghpkg.LedgerFilter, page ghpkg.LedgerPage, wantTotal int) string {
	t.Helper()
	entries, total, err := s.Entries(t.Context(), f, page)
	if err != nil {
		t.Fatal(err)
	}
	if total != wantTotal {
		t.Errorf("total = %d, want %d", total, wantTotal)
	}
	var b strings.Builder
	for _, e := range entries {
		b.WriteByte(e.ID[len(e.ID)-1])
	}
	return b.String()
}

func TestLedgerShowsOnlyWhatIsVisible(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s := open(t, databaseURL)
		write(t, s,
			attempt(t, 1, nil),
			attempt(t, 2, func(e *ghpkg.Entry) { e.Actor.ID = 2; e.Target.Owner = owner(t, ghpkg.User, "acme") }),
			attempt(t, 3, func(e *ghpkg.Entry) { e.Actor.ID = 2; e.Target.Owner = owner(t, ghpkg.Organization, "other") }),
			attempt(t, 4, func(e *ghpkg.Entry) { e.Actor.ID = 3; e.Action, e.Target = ghpkg.ActionLogin, ghpkg.Target{} }),
			attempt(t, 5, func(e *ghpkg.Entry) { e.Actor = ghpkg.Actor{}; e.Target = ghpkg.Target{} }),
		)
		tests := []struct {
			name    string
			visible ghpkg.VisibleTo
			want    string
		}{
			{"nobody", ghpkg.VisibleTo{}, ""},
			{"everything", ghpkg.VisibleTo{All: true}, "54321"},
			{"one's own deeds", ghpkg.VisibleTo{ActorID: 2}, "32"},
			{"an organization, not the user of its name", ghpkg.VisibleTo{Organizations: []string{"ACME"}}, "1"},
			{"both", ghpkg.VisibleTo{ActorID: 3, Organizations: []string{"other", "acme"}}, "431"},
			{"no login at all", ghpkg.VisibleTo{Organizations: []string{""}}, ""},
		}
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				got := digits(t, s, ghpkg.LedgerFilter{VisibleTo: tt.visible}, ghpkg.LedgerPage{Limit: 50}, len(tt.want))
				if got != tt.want {
					t.Errorf("got %q, want %q", got, tt.want)
				}
				for n := 1; n <= 5; n++ {
					_, ok, err := s.Entry(t.Context(), attempt(t, n, nil).ID, tt.visible)
					if want := strings.Contains(tt.want, fmt.Sprint(n)); ok != want || err != nil {
						t.Errorf("Entry(%d) = %v, %v; want %v", n, ok, err, want)
					}
				}
			})
		}
	})
}

func TestLedgerTakesHostileText(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s := open(t, databaseURL)
		hostile := "a\x00b\xffc\u202e<script>" + strings.Repeat("x", 10_000)
		e := attempt(t, 1, func(e *ghpkg.Entry) {
			e.Reason, e.From, e.Message, e.Outcome = hostile, hostile, hostile, ghpkg.OutcomeFailed
			e.Target.Name, e.Target.Tags, e.Actor.ProxyUser = hostile, []string{hostile}, hostile
		})
		write(t, s, e)
		got, ok, err := s.Entry(t.Context(), e.ID, octavia)
		if !ok || err != nil {
			t.Fatalf("Entry = %v, %v", ok, err)
		}
		if want := strings.NewReplacer("\x00", "\uFFFD", "\xff", "\uFFFD").Replace(hostile); got.Reason != want {
			t.Errorf("reason %.30q, want %.30q", got.Reason, want)
		}
	})
}

func TestSettleTogether(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s, e := open(t, databaseURL), attempt(t, 1, nil)
		write(t, s, e)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() { settle(t, s, e.ID, ghpkg.Settlement{At: epoch, Outcome: ghpkg.OutcomeDone}) })
		}
		wg.Wait()
		if got := digits(t, s, ghpkg.LedgerFilter{VisibleTo: octavia}, ghpkg.LedgerPage{Limit: 5}, 1); got != "1" {
			t.Errorf("entries %q, want one", got)
		}
	})
}

func TestSettleAbandoned(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s, ctx := open(t, databaseURL), t.Context()
		write(t, s,
			attempt(t, 1, nil),
			attempt(t, 2, func(e *ghpkg.Entry) { e.Outcome = ghpkg.OutcomeDone }),
			attempt(t, 3, nil),
		)
		unknown := ghpkg.Settlement{At: epoch, Outcome: ghpkg.OutcomeUnknown, Code: "unknown"}
		for range 2 {
			if err := s.SettleAbandoned(ctx, epoch.Add(3*time.Minute), unknown); err != nil {
				t.Fatal(err)
			}
		}
		check := func(outcome ghpkg.Outcome, want string) {
			t.Helper()
			f := ghpkg.LedgerFilter{Outcome: outcome, VisibleTo: octavia}
			if got := digits(t, s, f, ghpkg.LedgerPage{Limit: 5}, len(want)); got != want {
				t.Errorf("%s: got %q, want %q", outcome, got, want)
			}
		}
		check(ghpkg.OutcomeUnknown, "1")
		check(ghpkg.OutcomeDone, "2")
		check(ghpkg.OutcomePending, "3")
		// The answer came after all.
		settle(t, s, attempt(t, 1, nil).ID, ghpkg.Settlement{At: epoch, Outcome: ghpkg.OutcomeDone})
		check(ghpkg.OutcomeDone, "21")
	})
}

// TestLedgerIsAppendOnly: no code of ours changes what was written, and one file
// alone removes from it: rows of links up to one, or the first of these.
func TestLedgerIsAppendOnly(t *testing.T) {
	t.Parallel()
	changes := regexp.MustCompile(`(?is)(update\s+(only\s+)?|delete\s+from\s+(only\s+)?|drop\s+table\s+(if\s+exists\s+)?|truncate\s+(table\s+)?|alter\s+table\s+|replace\s+into\s+|merge\s+into\s+)"?ledger_\w*[^\x60]*`)
	conflict := regexp.MustCompile(`(?i)on\s+conflict[^\x60]*do\s+update`)
	allowed := []string{
		"DELETE FROM ledger_chain WHERE seq <= $1",
		"DELETE FROM ledger_outcomes WHERE attempt_id = $1 AND seq = 1",
		"DELETE FROM ledger_outcomes WHERE attempt_id IN (SELECT attempt_id FROM ledger_chain WHERE seq <= $1)",
		"DELETE FROM ledger_attempts WHERE id IN (SELECT attempt_id FROM ledger_chain WHERE seq <= $1)",
	}
	const remover = "internal/store/ledger_trim.go"
	var removed []string
	sources(t, func(path, text string) {
		if strings.HasPrefix(path, "internal/store/ledger") || strings.HasPrefix(path, "internal/store/chain") {
			if found := conflict.FindString(text); found != "" {
				t.Errorf("%s writes over what was written: %s", path, found)
			}
		}
		for _, found := range changes.FindAllString(text, -1) {
			if path != remover || !slices.Contains(allowed, found) {
				t.Errorf("%s changes what was written: %s", path, found)
			}
			removed = append(removed, found)
		}
	})
	if diff := cmp.Diff(slices.Sorted(slices.Values(allowed)), slices.Sorted(slices.Values(removed))); diff != "" {
		t.Errorf("what is removed from the ledger (-allowed +found):\n%s", diff)
	}
}

// sources calls do with each Go file of the program.
func sources(t *testing.T, do func(path, text string)) {
	t.Helper()
	files := 0
	err := fs.WalkDir(os.DirFS("../.."), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(filepath.Join("../..", path))
		files++
		do(path, string(text))
		return err
	})
	if err != nil || files < 100 {
		t.Errorf("%d files, %v", files, err)
	}
}
