package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/text/unicode/norm"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/store"
)

// draft is an operation of octavia's, frozen n minutes after epoch.
func draft(n int, change func(*ghpkg.Operation)) ghpkg.Operation {
	op := ghpkg.Operation{
		ID: fmt.Sprintf("00000000-0000-7000-8000-%012d", n), Actor: ghpkg.Actor{ID: 1, Login: "Octavia"},
		Action: ghpkg.ActionDelete, State: ghpkg.OperationDraft, CreatedAt: epoch.Add(time.Duration(n) * time.Minute),
	}
	if change != nil {
		change(&op)
	}
	return op
}

// frozen is n versions of a container package, each as change says.
func frozen(t testing.TB, n int, change func(*ghpkg.OperationItem)) []ghpkg.OperationItem {
	t.Helper()
	acme := owner(t, ghpkg.Organization, "Acme")
	items := make([]ghpkg.OperationItem, n)
	for i := range items {
		items[i] = ghpkg.OperationItem{
			Seq: i + 1, Check: ghpkg.CheckOK, State: ghpkg.ItemPending,
			Target: ghpkg.Target{
				Owner: acme, Type: ghpkg.Container, Name: "api", Visibility: ghpkg.Private, PackageID: 100,
				VersionID: int64(1000 + i), VersionName: fmt.Sprintf("sha256:%06d", i+1),
			},
		}
		if change != nil {
			change(&items[i])
		}
	}
	return items
}

func insert(t testing.TB, s *store.Store, op ghpkg.Operation, items []ghpkg.OperationItem) ghpkg.Operation {
	t.Helper()
	if err := s.InsertOperation(t.Context(), op, items); err != nil {
		t.Fatal(err)
	}
	return op
}

// started is an operation that runs on n items with the session "s1".
func started(t testing.TB, s *store.Store, id, n int) ghpkg.Operation {
	t.Helper()
	op := insert(t, s, draft(id, nil), frozen(t, n, nil))
	op.State, op.Session, op.StartedAt = ghpkg.OperationRunning, "s1", op.CreatedAt.Add(time.Second)
	if ok, err := s.StartOperation(t.Context(), op, n); !ok || err != nil {
		t.Fatalf("StartOperation: %v, %v", ok, err)
	}
	return op
}

func operation(t testing.TB, s *store.Store, id string) ghpkg.Operation {
	t.Helper()
	op, ok, err := s.Operation(t.Context(), id, ghpkg.VisibleTo{All: true})
	if !ok || err != nil {
		t.Fatalf("Operation: %v, %v", ok, err)
	}
	return op
}

func items(t testing.TB, s *store.Store, id string, q ghpkg.ItemQuery) ([]ghpkg.OperationItem, int) {
	t.Helper()
	if q.Limit == 0 {
		q.Limit = 1000
	}
	page, total, err := s.OperationItems(t.Context(), id, q)
	if err != nil {
		t.Fatal(err)
	}
	return page, total
}

// seqs are the places of the items that q selects, in its order.
func seqs(t testing.TB, s *store.Store, id string, q ghpkg.ItemQuery) []int {
	t.Helper()
	page, _ := items(t, s, id, q)
	all := make([]int, len(page))
	for i, item := range page {
		all[i] = item.Seq
	}
	return all
}

func TestOperationIsKeptWhole(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s := open(t, databaseURL)
		op := draft(1, func(op *ghpkg.Operation) {
			op.Actor.ProxyUser, op.Source, op.Complete = "octavia@acme.example", "/orgs/acme/packages?q=낡은", true
			op.Undoes, op.Continues, op.Action = "op-0", "op-9", ghpkg.ActionRestore
		})
		want := frozen(t, 3, nil)
		want[0].CreatedAt, want[0].DeletedAt = epoch.Add(-time.Hour), epoch
		want[0].Target.Tags, want[0].Check = []string{"v1", "최신"}, ghpkg.CheckTooLate
		want[1].Target.Tags = []string{}
		want[2] = ghpkg.OperationItem{Seq: 3, Check: ghpkg.CheckUnknown, State: ghpkg.ItemPending, Target: ghpkg.Target{
			Owner: owner(t, ghpkg.User, "hubot"), Type: ghpkg.Maven, Name: "com.acme.über", UpdatedAt: epoch,
		}}
		insert(t, s, op, want)

		op.Counts, op.Whole = ghpkg.ItemCounts{ghpkg.ItemPending: 3}, 1
		if diff := cmp.Diff(op, operation(t, s, op.ID)); diff != "" {
			t.Errorf("the operation (-want +got):\n%s", diff)
		}
		got, total := items(t, s, op.ID, ghpkg.ItemQuery{})
		if diff := cmp.Diff(want, got, compareOwners); diff != "" || total != 3 {
			t.Errorf("%d items (-want +got):\n%s", total, diff)
		}
		if err := s.InsertOperation(t.Context(), op, want); err == nil {
			t.Error("an operation was written over")
		}
	})
}

func TestOperationIsKeptWholeOrNotAtAll(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s := open(t, databaseURL)
		twice := append(frozen(t, 40, nil), frozen(t, 1, nil)...)
		if err := s.InsertOperation(t.Context(), draft(1, nil), twice); err == nil {
			t.Error("two items took the same place")
		}
		if _, ok, err := s.Operation(t.Context(), draft(1, nil).ID, octavia); ok || err != nil {
			t.Errorf("half an operation is there: %v, %v", ok, err)
		}
		wrong := draft(2, func(op *ghpkg.Operation) { op.State = "thinking" })
		if err := s.InsertOperation(t.Context(), wrong, nil); err == nil {
			t.Error("a state that there is not was taken")
		}
		if err := s.InsertOperation(t.Context(), draft(3, nil), frozen(t, 1, func(i *ghpkg.OperationItem) { i.State = "lost" })); err == nil {
			t.Error("an item's state that there is not was taken")
		}
	})
}

func TestEveryStateIsTaken(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s := open(t, databaseURL)
		states := ghpkg.ItemStates()
		want := ghpkg.ItemCounts{}
		all := frozen(t, 28, func(i *ghpkg.OperationItem) { // so many that each state has another number
			i.State = states[0]
			for n, last := 0, 0; n < len(states); n++ {
				if last += n + 1; i.Seq <= last {
					i.State = states[n]
					break
				}
			}
			want[i.State]++
		})
		for n, state := range ghpkg.OperationStates() {
			op := insert(t, s, draft(n, func(op *ghpkg.Operation) { op.State = state }), all)
			if diff := cmp.Diff(want, operation(t, s, op.ID).Counts); diff != "" {
				t.Errorf("counts of the one that is %s (-want +got):\n%s", state, diff)
			}
		}
	})
}

func TestOperationsAreSeenByWhoStartedThemAndAdmins(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s := open(t, databaseURL)
		mine := insert(t, s, draft(1, nil), frozen(t, 2, nil))
		theirs := insert(t, s, draft(2, func(op *ghpkg.Operation) { op.Actor = ghpkg.Actor{ID: 2, Login: "hubot"} }), frozen(t, 1, nil))
		tests := []struct {
			name    string
			visible ghpkg.VisibleTo
			want    []string
		}{
			{"nobody", ghpkg.VisibleTo{}, nil},
			{"octavia", octavia, []string{mine.ID}},
			{"hubot", ghpkg.VisibleTo{ActorID: 2}, []string{theirs.ID}},
			{"an owner of the organization", ghpkg.VisibleTo{Organizations: []string{"acme"}}, nil},
			{"an admin", ghpkg.VisibleTo{All: true, ActorID: 3}, []string{theirs.ID, mine.ID}},
		}
		for _, tt := range tests {
			list, total, err := s.Operations(t.Context(), tt.visible, ghpkg.OperationQuery{Limit: 10})
			var got []string
			for _, op := range list {
				got = append(got, op.ID)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || total != len(tt.want) || err != nil {
				t.Errorf("%s sees %d, %v (-want +got):\n%s", tt.name, total, err, diff)
			}
			for _, id := range []string{mine.ID, theirs.ID, "no such one", "\x00"} {
				_, ok, err := s.Operation(t.Context(), id, tt.visible)
				if want := slices.Contains(tt.want, id); ok != want || err != nil {
					t.Errorf("%s sees %q: %v, %v; want %v", tt.name, id, ok, err, want)
				}
			}
		}
	})
}

func TestOperationsArePagedNewestFirst(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s := open(t, databaseURL)
		for n := range 7 {
			insert(t, s, draft(n, func(op *ghpkg.Operation) {
				op.CreatedAt = epoch // all at once: the id decides
				if n%2 == 1 {
					op.State = ghpkg.OperationDone
				}
				switch n {
				case 2:
					op.Undoes = "first"
				case 4:
					op.Continues = "first"
				}
			}), frozen(t, n+1, nil))
		}
		tests := []struct {
			q     ghpkg.OperationQuery
			sizes []int
			total int
		}{
			{ghpkg.OperationQuery{Limit: 3}, []int{7, 6, 5}, 7},
			{ghpkg.OperationQuery{Offset: 3, Limit: 3}, []int{4, 3, 2}, 7},
			{ghpkg.OperationQuery{Offset: 6, Limit: 3}, []int{1}, 7},
			{ghpkg.OperationQuery{Offset: 9, Limit: 3}, nil, 7},
			{ghpkg.OperationQuery{}, nil, 7},
			{ghpkg.OperationQuery{State: ghpkg.OperationDone, Offset: 1, Limit: 1}, []int{4}, 3},
			{ghpkg.OperationQuery{State: "'", Limit: 3}, nil, 0},
			{ghpkg.OperationQuery{Follows: "first", Limit: 3}, []int{5, 3}, 2},
			{ghpkg.OperationQuery{Follows: "first", State: ghpkg.OperationDone, Limit: 3}, nil, 0},
		}
		for _, tt := range tests {
			list, total, err := s.Operations(t.Context(), octavia, tt.q)
			var sizes []int
			for _, op := range list {
				sizes = append(sizes, op.Total())
			}
			if diff := cmp.Diff(tt.sizes, sizes); diff != "" || total != tt.total || err != nil {
				t.Errorf("%+v: %d, %v (-want +got):\n%s", tt.q, total, err, diff)
			}
		}
	})
}

func TestItemsAreFoundAndSorted(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s := open(t, databaseURL)
		names := []string{"beta", "Alpha", "alpha", "100%_done", `c:\dir`, "Über"}
		all := frozen(t, len(names), func(i *ghpkg.OperationItem) {
			i.Target.Name, i.Target.VersionName = names[i.Seq-1], ""
			i.CreatedAt = epoch.Add(time.Duration(-i.Seq/2) * time.Hour)
		})
		all[0].Target.Tags, all[0].State = []string{"v1.0", "한글"}, ghpkg.ItemRefused
		all[1].Target.VersionName, all[1].CreatedAt = "1.2.3", time.Time{}
		all[2].Check, all[2].State = ghpkg.CheckLastVersion, ghpkg.ItemRefused
		op := insert(t, s, draft(1, nil), all)
		insert(t, s, draft(2, nil), all) // of which nothing is seen

		tests := []struct {
			name string
			q    ghpkg.ItemQuery
			want []int
		}{
			{"all, as they are worked on", ghpkg.ItemQuery{}, []int{1, 2, 3, 4, 5, 6}},
			{"another order than there is", ghpkg.ItemQuery{Sort: "-downloads"}, []int{1, 2, 3, 4, 5, 6}},
			{"by name, case ignored", ghpkg.ItemQuery{Sort: ghpkg.SortName}, []int{4, 3, 2, 1, 5, 6}},
			{"by name downwards", ghpkg.ItemQuery{Sort: "-name"}, []int{6, 5, 1, 2, 3, 4}},
			{"by age, unknown first, equal ones in their order", ghpkg.ItemQuery{Sort: ghpkg.SortCreated}, []int{2, 6, 4, 5, 3, 1}},
			{"by age downwards", ghpkg.ItemQuery{Sort: "-created"}, []int{1, 3, 4, 5, 6, 2}},
			{"part of a name, any case", ghpkg.ItemQuery{Text: "LPH"}, []int{2, 3}},
			{"case beyond ASCII", ghpkg.ItemQuery{Text: "ÜBER"}, []int{6}},
			{"a version", ghpkg.ItemQuery{Text: "2.3"}, []int{2}},
			{"a tag", ghpkg.ItemQuery{Text: "한글"}, []int{1}},
			{"a decomposed tag", ghpkg.ItemQuery{Text: norm.NFD.String("한글")}, []int{1}},
			{"no wildcards", ghpkg.ItemQuery{Text: "%_d"}, []int{4}},
			{"nor an escape", ghpkg.ItemQuery{Text: `\`}, []int{5}},
			{"nothing across two texts", ghpkg.ItemQuery{Text: "beta\x1fv"}, []int{}},
			{"a state", ghpkg.ItemQuery{State: ghpkg.ItemRefused}, []int{1, 3}},
			{"a check", ghpkg.ItemQuery{Check: ghpkg.CheckLastVersion}, []int{3}},
			{"all of them together", ghpkg.ItemQuery{Text: "a", State: ghpkg.ItemRefused, Check: ghpkg.CheckOK, Sort: "-name"}, []int{1}},
			{"no such state", ghpkg.ItemQuery{State: "' OR 1 = 1"}, []int{}},
		}
		for _, tt := range tests {
			if diff := cmp.Diff(tt.want, seqs(t, s, op.ID, tt.q)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.name, diff)
			}
			var paged []int
			for offset := range len(tt.want) + 1 {
				q := tt.q
				q.Offset, q.Limit = offset, 1
				page, total := items(t, s, op.ID, q)
				if total != len(tt.want) {
					t.Errorf("%s: %d in all, want %d", tt.name, total, len(tt.want))
				}
				for _, item := range page {
					paged = append(paged, item.Seq)
				}
			}
			if diff := cmp.Diff(tt.want, paged, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%s, one by one (-want +got):\n%s", tt.name, diff)
			}
		}
	})
}

// Where many are equal, the pages together show each once, in the order in
// which they are worked on.
func TestPagesOfEqualItemsAreStable(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s := open(t, databaseURL)
		const n = 300
		op := insert(t, s, draft(1, nil), frozen(t, n, func(i *ghpkg.OperationItem) { i.Target.VersionName = "" }))
		for _, sort := range []ghpkg.Sort{"", "name", "-name", "created", "-created"} {
			var got []int
			for offset := 0; offset < n; offset += 7 {
				got = append(got, seqs(t, s, op.ID, ghpkg.ItemQuery{Sort: sort, Offset: offset, Limit: 7})...)
			}
			if !slices.IsSorted(got) || len(slices.Compact(got)) != n {
				t.Errorf("sorted by %q: %d items, %v", sort, len(got), got)
			}
		}
	})
}

func TestOperationSummary(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s := open(t, databaseURL)
		all := frozen(t, 6, nil)
		all[0].Target.Tags, all[0].Check = []string{"v1", "v2"}, ghpkg.CheckLastTagged
		all[1].Target.Tags, all[1].DeletedAt = []string{"v3"}, epoch
		all[2].Target.VersionID, all[2].Target.PackageID, all[2].DeletedAt = 0, 101, epoch.Add(-time.Hour) // another "api"
		all[2].Versions = 12
		all[3].Target.Visibility, all[3].Target.Type, all[3].Target.PackageID = ghpkg.Public, ghpkg.NPM, 102
		all[4].Target.PackageID, all[4].Target.VersionID, all[4].Target.Type = 0, 0, ghpkg.NPM // known by name only
		all[5].Target.PackageID, all[5].Target.Type, all[5].Target.Owner = 0, ghpkg.NPM, owner(t, ghpkg.Organization, "ACME")
		all[5].Target.VersionID, all[5].Check = 0, ghpkg.CheckGone // nothing goes with it
		op := insert(t, s, draft(1, nil), all)
		insert(t, s, draft(2, nil), frozen(t, 3, nil))

		got, err := s.OperationSummary(t.Context(), op.ID)
		want := ghpkg.OperationSummary{
			Packages: 4, Whole: 3, Versions: 12, Uncounted: 1, Tags: 3, Public: 1, Types: []ghpkg.Type{ghpkg.NPM, ghpkg.Container},
			Checks:         map[ghpkg.ItemCheck]int{ghpkg.CheckOK: 4, ghpkg.CheckLastTagged: 1, ghpkg.CheckGone: 1},
			LeastDeletedAt: epoch.Add(-time.Hour), Organizations: []string{"ACME"},
		}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
		got, err = s.OperationSummary(t.Context(), "no such one")
		if diff := cmp.Diff(ghpkg.OperationSummary{Checks: map[ghpkg.ItemCheck]int{}}, got); diff != "" || err != nil {
			t.Errorf("of nothing: %v (-want +got):\n%s", err, diff)
		}
	})
}
