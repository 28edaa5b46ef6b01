package notices_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/notices"
)

func TestADeletionArrives(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		to := listen(t)
		d, secret := w.add(t, to, nil)
		e := w.done(t, nil)
		w.work(t)
		got := to.all()
		if len(got) != 1 {
			t.Fatalf("%d notices arrived", len(got))
		}
		one := got[0]
		if !one.signed(secret) || one.signed("") {
			t.Errorf("the signature %q is not of %s", one.signature, one.body)
		}
		until := e.At.Add(30 * 24 * time.Hour)
		want := notices.News{
			Event: "deleted", Delivery: one.delivery, At: e.At, Portal: "https://stockroom.acme.example",
			Actor: &notices.Actor{ID: 7, Login: "olivia"}, Reason: "too old", Ledger: "https://stockroom.acme.example/ledger/" + e.ID,
			Target: &notices.Target{
				URL:   "https://stockroom.acme.example/orgs/Acme/packages/container/team/web/-/versions/200",
				Owner: "Acme", Type: "container", Name: "team/web", ID: 100, VersionID: 200, VersionName: "sha256:1", Tags: []string{"v1"},
			},
			Until: &until,
		}
		if diff := cmp.Diff(want, one.news); diff != "" || one.delivery == "" || one.event != "deleted" {
			t.Errorf("%q (-want +got):\n%s", one.event, diff)
		}
		kept := w.deliveries(t, d)
		if len(kept) != 1 || kept[0].State != ghpkg.DeliveryDone || kept[0].Status != 200 || kept[0].Answer != "thanks" || kept[0].ID != one.delivery {
			t.Errorf("kept: %+v", kept)
		}
	})
}

// TestWhoIsTold: each destination hears what it was chosen for, and nothing else.
func TestWhoIsTold(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.done(t, nil) // before anybody was there
		w.clock.advance(time.Second)
		all, restored, globex, paused := listen(t), listen(t), listen(t), listen(t)
		w.add(t, all, nil)
		w.add(t, restored, func(d *notices.Wanted) { d.Events = []ghpkg.NoticeEvent{ghpkg.NoticeRestored} })
		w.add(t, globex, func(d *notices.Wanted) { d.Owners = []string{"GLOBEX"} })
		p, _ := w.add(t, paused, nil)
		if err := w.Pause(t.Context(), olivia(), p.ID); err != nil {
			t.Fatal(err)
		}
		named := func(name string, change func(*ghpkg.Entry)) {
			w.done(t, func(e *ghpkg.Entry) {
				e.Target.Name = name
				if change != nil {
					change(e)
				}
			})
		}
		named("one", nil)
		named("refused", func(e *ghpkg.Entry) { e.Outcome = ghpkg.OutcomeRefused })
		named("part", func(e *ghpkg.Entry) { e.Operation = "of an operation" })
		named("back", func(e *ghpkg.Entry) { e.Action = ghpkg.ActionRestore })
		w.done(t, func(e *ghpkg.Entry) { e.Action, e.Target = ghpkg.ActionLogin, ghpkg.Target{} })
		other, err := ghpkg.NewOwner(ghpkg.Organization, "globex")
		if err != nil {
			t.Fatal(err)
		}
		named("theirs", func(e *ghpkg.Entry) { e.Target.Owner = other })
		w.work(t)
		if err := w.Resume(t.Context(), olivia(), p.ID); err != nil {
			t.Fatal(err)
		}
		w.work(t)
		for _, tt := range []struct {
			name string
			to   *receiver
			want string
		}{
			{"all", all, "deleted one; restored back; deleted theirs"},
			{"restorations", restored, "restored back"},
			{"one owner", globex, "deleted theirs"},
			{"paused meanwhile", paused, ""},
		} {
			got := tt.to.all()
			names := map[string]bool{}
			for _, one := range got {
				names[one.event+" "+one.news.Target.Name] = true
			}
			want := map[string]bool{}
			for _, s := range splitList(tt.want) {
				want[s] = true
			}
			if diff := cmp.Diff(want, names); diff != "" || len(got) != len(want) {
				t.Errorf("%s, %d (-want +got):\n%s", tt.name, len(got), diff)
			}
		}
	})
}

// TestTheLastWordIsToldOnce: an outcome that is written again is not news.
func TestTheLastWordIsToldOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		to := listen(t)
		w.add(t, to, nil)
		e := w.done(t, func(e *ghpkg.Entry) { e.Outcome = ghpkg.OutcomeUnknown })
		w.work(t)
		if got := to.events(); got != "" {
			t.Errorf("what is not known was told: %s", got)
		}
		for range 2 {
			if err := w.db.Settle(t.Context(), e.ID, ghpkg.Settlement{At: w.clock.Now(), Outcome: ghpkg.OutcomeDone}); err != nil {
				t.Fatal(err)
			}
			w.work(t)
		}
		if got := to.events(); got != "deleted team/web" {
			t.Errorf("told: %q", got)
		}
	})
}

func TestOperationsAreToldOf(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		to, globex := listen(t), listen(t)
		told, _ := w.add(t, to, nil)
		w.add(t, globex, func(d *notices.Wanted) { d.Owners = []string{"globex"} })
		op := ghpkg.Operation{ID: w.log.NewID(), Actor: ghpkg.Actor{ID: 7, Login: "olivia"}, Action: ghpkg.ActionDelete, State: ghpkg.OperationDraft, CreatedAt: w.clock.Now()}
		items := make([]ghpkg.OperationItem, 3)
		for i := range items {
			login := []string{"acme", "acme", "globex"}[i]
			owner, err := ghpkg.NewOwner(ghpkg.Organization, login)
			if err != nil {
				t.Fatal(err)
			}
			items[i] = ghpkg.OperationItem{Seq: i + 1, Check: ghpkg.CheckOK, State: ghpkg.ItemPending, Target: ghpkg.Target{Owner: owner, Type: ghpkg.NPM, Name: "secret-name", PackageID: int64(i)}}
		}
		if err := w.db.InsertOperation(t.Context(), op, items); err != nil {
			t.Fatal(err)
		}
		op.State, op.Session, op.StartedAt, op.Reason = ghpkg.OperationRunning, "s1", w.clock.Now(), "the disk is full"
		if ok, err := w.db.StartOperation(t.Context(), op, 3); !ok || err != nil {
			t.Fatal(ok, err)
		}
		move := func(to, from ghpkg.OperationState) {
			t.Helper()
			op.State = to
			if ok, err := w.db.MoveOperation(t.Context(), op, from); !ok || err != nil {
				t.Fatal(ok, err)
			}
		}
		move(ghpkg.OperationWaiting, ghpkg.OperationRunning)
		w.work(t)
		op.Why, op.PausedAt = string(fault.CodeTokenRevoked), w.clock.Now()
		move(ghpkg.OperationPaused, ghpkg.OperationWaiting)
		op.Why = ""
		move(ghpkg.OperationRunning, ghpkg.OperationPaused) // before anybody looked
		w.work(t)
		op.EndedAt = w.clock.Now()
		move(ghpkg.OperationDone, ghpkg.OperationRunning)
		w.work(t)
		const all = "operation_paused paused 3 of acme,globex; operation_finished done 3 of acme,globex"
		if got := to.events(); got != all {
			t.Errorf("told: %s", got)
		}
		for _, delivery := range w.deliveries(t, told) {
			if !strings.Contains(delivery.Body, `"actor":{"id":7,"login":"olivia"}`) || !strings.Contains(delivery.Body, `"reason":"the disk is full"`) {
				t.Errorf("who did it, and why, is not told: %s", delivery.Body)
			}
		}
		if got := globex.events(); got != "operation_paused paused 3 of globex; operation_finished done 3 of globex" {
			t.Errorf("globex alone is told: %s", got)
		}
	})
}

// TestWhatAPersonDoesIsToldOnce: who pauses an operation knows it, and what is
// stopped is paused first. What is read at one time is told in its order, with
// the moments at which it happened.
func TestWhatAPersonDoesIsToldOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		to := listen(t)
		w.add(t, to, nil)
		began := w.clock.Now()
		for range 8 { // however their ids sort
			op := ghpkg.Operation{ID: w.log.NewID(), Actor: ghpkg.Actor{ID: 7, Login: "olivia"}, Action: ghpkg.ActionDelete, State: ghpkg.OperationDraft, CreatedAt: w.clock.Now()}
			owner, err := ghpkg.NewOwner(ghpkg.Organization, "acme")
			if err != nil {
				t.Fatal(err)
			}
			item := ghpkg.OperationItem{Seq: 1, Check: ghpkg.CheckOK, State: ghpkg.ItemPending, Target: ghpkg.Target{Owner: owner, Type: ghpkg.NPM, Name: "n", PackageID: 1}}
			if err := w.db.InsertOperation(t.Context(), op, []ghpkg.OperationItem{item}); err != nil {
				t.Fatal(err)
			}
			op.State, op.Session, op.StartedAt = ghpkg.OperationRunning, "s1", w.clock.Now()
			if ok, err := w.db.StartOperation(t.Context(), op, 1); !ok || err != nil {
				t.Fatal(ok, err)
			}
			for _, step := range []struct {
				state, from ghpkg.OperationState
				why         fault.Code
			}{
				{ghpkg.OperationPaused, ghpkg.OperationRunning, fault.CodeTokenRevoked},
				{ghpkg.OperationRunning, ghpkg.OperationPaused, ""},
				{ghpkg.OperationPaused, ghpkg.OperationRunning, ""},
				{ghpkg.OperationStopped, ghpkg.OperationPaused, ""},
			} {
				op.State, op.Why, op.PausedAt, op.EndedAt = step.state, string(step.why), time.Time{}, time.Time{}
				switch step.state {
				case ghpkg.OperationPaused:
					op.PausedAt = w.clock.Now()
				case ghpkg.OperationStopped:
					op.EndedAt = w.clock.Now()
				}
				if ok, err := w.db.MoveOperation(t.Context(), op, step.from); !ok || err != nil {
					t.Fatal(ok, err)
				}
				w.clock.advance(time.Second)
			}
		}
		w.clock.advance(time.Minute)
		w.work(t)
		got := to.all()
		slices.SortFunc(got, func(a, b received) int { return strings.Compare(a.delivery, b.delivery) }) // as they were composed
		if len(got) != 16 {
			t.Fatalf("%d notices arrived, want 16", len(got))
		}
		for i, one := range got {
			want, state, at := "operation_paused", ghpkg.OperationPaused, began.Add(time.Duration(i/2*4)*time.Second)
			if i%2 == 1 {
				want, state, at = "operation_finished", ghpkg.OperationStopped, at.Add(3*time.Second)
			}
			if one.event != want || one.news.Operation.State != state || !one.news.At.Equal(at) {
				t.Errorf("notice %d is %s, %s at %s; want %s, %s at %s", i, one.event, one.news.Operation.State, one.news.At, want, state, at)
			}
		}
	})
}

// TestWhatIsAboutToExpire is told of once, by owner, before it is too late.
func TestWhatIsAboutToExpire(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		to := listen(t)
		d, _ := w.add(t, to, func(d *notices.Wanted) { d.Events = []ghpkg.NoticeEvent{ghpkg.NoticeExpiring} })
		version := func(id int64, action ghpkg.Action) {
			w.done(t, func(e *ghpkg.Entry) { e.Target.VersionID, e.Action = id, action })
		}
		whole := func(id int64, name string, action ghpkg.Action) {
			w.done(t, func(e *ghpkg.Entry) {
				e.Target.PackageID, e.Target.Name, e.Target.VersionID, e.Action = id, name, 0, action
			})
		}
		first := ghpkg.RestorableUntil(w.clock.Now())
		version(1, ghpkg.ActionDelete)
		w.clock.advance(time.Minute)
		version(2, ghpkg.ActionDelete)
		whole(3, "three", ghpkg.ActionDelete)
		whole(4, "four", ghpkg.ActionDelete)
		w.clock.advance(time.Hour)
		version(2, ghpkg.ActionRestore)
		whole(4, "four", ghpkg.ActionRestore)
		w.work(t)
		told := map[int]string{}
		for day := 1; day <= 32; day++ {
			w.clock.advance(24 * time.Hour)
			w.work(t)
			if got := to.events(); got != "" {
				told[day] = got
				if until := `"restorable_until":"` + first.Format(time.RFC3339Nano) + `"}`; !strings.HasSuffix(w.deliveries(t, d)[0].Body, until) {
					t.Errorf("the first to go is told as %s, want %s", w.deliveries(t, d)[0].Body, until)
				}
			}
		}
		if diff := cmp.Diff(map[int]string{27: "expiring Acme 2"}, told); diff != "" {
			t.Errorf("by day (-want +got):\n%s", diff)
		}
	})
}
