package operations_test

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/operations"
)

// memory keeps operations as the database does, as long as the test lasts.
type memory struct {
	mu     sync.Mutex
	ops    map[string]*record
	leases map[int64]held
}

type record struct {
	op    ghpkg.Operation
	items []ghpkg.OperationItem
}

type held struct {
	holder string
	until  time.Time
}

var _ operations.Store = (*memory)(nil)

func newMemory() *memory { return &memory{ops: map[string]*record{}, leases: map[int64]held{}} }

func (m *memory) InsertOperation(_ context.Context, op ghpkg.Operation, items []ghpkg.OperationItem) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ops[op.ID] = &record{op, slices.Clone(items)}
	return nil
}

func (r *record) counted() ghpkg.Operation {
	op := r.op
	op.Counts = ghpkg.ItemCounts{}
	for _, item := range r.items {
		op.Counts[item.State]++
	}
	return op
}

func (m *memory) Operation(_ context.Context, id string, v ghpkg.VisibleTo) (ghpkg.Operation, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.ops[id]
	if !ok || !v.All && v.ActorID != r.op.Actor.ID {
		return ghpkg.Operation{}, false, nil
	}
	return r.counted(), true, nil
}

func (m *memory) all(keep func(ghpkg.Operation) bool) []ghpkg.Operation {
	var list []ghpkg.Operation
	for _, r := range m.ops {
		if keep(r.op) {
			list = append(list, r.counted())
		}
	}
	return list
}

func (m *memory) Operations(_ context.Context, v ghpkg.VisibleTo, q ghpkg.OperationQuery) ([]ghpkg.Operation, int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := m.all(func(op ghpkg.Operation) bool {
		return (v.All || v.ActorID == op.Actor.ID) && (q.State == "" || q.State == op.State) &&
			(q.Follows == "" || q.Follows == op.Undoes || q.Follows == op.Continues)
	})
	slices.SortFunc(list, func(a, b ghpkg.Operation) int { return cmp.Compare(b.ID, a.ID) })
	return page(list, q.Offset, q.Limit), len(list), nil
}

func page[T any](list []T, offset, limit int) []T {
	return list[min(offset, len(list)):min(offset+limit, len(list))]
}

func (m *memory) OperationItems(_ context.Context, id string, q ghpkg.ItemQuery) ([]ghpkg.OperationItem, int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []ghpkg.OperationItem
	if r, ok := m.ops[id]; ok {
		for _, item := range r.items {
			if (q.State == "" || q.State == item.State) && (q.Check == "" || q.Check == item.Check) &&
				strings.Contains(item.Target.Name+" "+item.Target.VersionName, q.Text) {
				list = append(list, item)
			}
		}
	}
	return slices.Clone(page(list, q.Offset, q.Limit)), len(list), nil
}

func (m *memory) OperationSummary(context.Context, string) (ghpkg.OperationSummary, error) {
	return ghpkg.OperationSummary{}, nil
}

func (m *memory) RemoveItems(_ context.Context, id string, seqs []int) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.ops[id]
	if r.op.State != ghpkg.OperationDraft {
		return 0, nil
	}
	before := len(r.items)
	r.items = slices.DeleteFunc(r.items, func(i ghpkg.OperationItem) bool { return slices.Contains(seqs, i.Seq) })
	return before - len(r.items), nil
}

func (m *memory) SetChecks(_ context.Context, id string, checks map[int]ghpkg.ItemCheck) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, item := range m.ops[id].items {
		if check, ok := checks[item.Seq]; ok {
			m.ops[id].items[i].Check = check
		}
	}
	return nil
}

func (m *memory) DiscardDraft(_ context.Context, id string) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.ops[id] == nil || m.ops[id].op.State != ghpkg.OperationDraft {
		return false, nil
	}
	delete(m.ops, id)
	return true, nil
}

func (m *memory) DiscardDrafts(_ context.Context, before time.Time) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := len(m.ops)
	maps.DeleteFunc(m.ops, func(_ string, o *record) bool {
		return o.op.State == ghpkg.OperationDraft && o.op.CreatedAt.Before(before)
	})
	return n - len(m.ops), nil
}

func (m *memory) StartOperation(_ context.Context, op ghpkg.Operation, total int) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.ops[op.ID]
	if r == nil || r.op.State != ghpkg.OperationDraft || len(r.items) != total {
		return false, nil
	}
	r.op = op
	return true, nil
}

func (m *memory) MoveOperation(_ context.Context, op ghpkg.Operation, from ...ghpkg.OperationState) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.ops[op.ID]
	if r == nil || !slices.Contains(from, r.op.State) {
		return false, nil
	}
	r.op.State, r.op.Session, r.op.WaitingUntil = op.State, op.Session, op.WaitingUntil
	r.op.Why, r.op.Said, r.op.EndedAt, r.op.PausedAt = op.Why, op.Said, op.EndedAt, op.PausedAt
	return true, nil
}

func (m *memory) AdvanceOperation(ctx context.Context, op ghpkg.Operation, from ghpkg.OperationState) (bool, error) {
	m.mu.Lock()
	r := m.ops[op.ID]
	left := r.counted().Counts
	stays := r.op.Session != op.Session || op.State == ghpkg.OperationDone && left[ghpkg.ItemPending]+left[ghpkg.ItemRunning] > 0
	m.mu.Unlock()
	if stays {
		return false, nil
	}
	return m.MoveOperation(ctx, op, from)
}

func (m *memory) RetryItems(_ context.Context, id string, states []ghpkg.ItemState, codes []string) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for i, item := range m.ops[id].items {
		if slices.Contains(states, item.State) || item.State == ghpkg.ItemRefused && slices.Contains(codes, item.Code) {
			m.ops[id].items[i].State, m.ops[id].items[i].Code = ghpkg.ItemPending, ""
			n++
		}
	}
	return n, nil
}

func (m *memory) DueViewers(_ context.Context, now time.Time) ([]int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	due := map[int64]bool{}
	for _, op := range m.all(func(op ghpkg.Operation) bool {
		return op.State == ghpkg.OperationRunning || op.State == ghpkg.OperationWaiting && !op.WaitingUntil.After(now)
	}) {
		due[op.Actor.ID] = true
	}
	return slices.Collect(maps.Keys(due)), nil
}

func (m *memory) UnfinishedOperations(_ context.Context, viewerID int64) ([]ghpkg.Operation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := m.all(func(op ghpkg.Operation) bool {
		return op.Actor.ID == viewerID && op.State != ghpkg.OperationDraft && !op.Over()
	})
	slices.SortFunc(list, func(a, b ghpkg.Operation) int {
		return cmp.Or(a.StartedAt.Compare(b.StartedAt), cmp.Compare(a.ID, b.ID))
	})
	return list, nil
}

func (m *memory) SessionInUse(_ context.Context, session string) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.all(func(op ghpkg.Operation) bool {
		return op.Session == session && (op.State == ghpkg.OperationRunning || op.State == ghpkg.OperationWaiting)
	})) > 0, nil
}

func (m *memory) NextItem(_ context.Context, id string) (ghpkg.OperationItem, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, state := range []ghpkg.ItemState{ghpkg.ItemRunning, ghpkg.ItemPending} {
		for _, item := range m.ops[id].items {
			if item.State == state {
				return item, true, nil
			}
		}
	}
	return ghpkg.OperationItem{}, false, nil
}

func (m *memory) BeginItem(_ context.Context, id string, item ghpkg.OperationItem) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.ops[id].op.State != ghpkg.OperationRunning {
		return false, nil
	}
	return m.ops[id].replace(item, ghpkg.ItemPending), nil
}

func (m *memory) SettleItem(_ context.Context, id string, item ghpkg.OperationItem) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.ops[id].replace(item, ghpkg.ItemPending, ghpkg.ItemRunning), nil
}

func (r *record) replace(item ghpkg.OperationItem, from ...ghpkg.ItemState) bool {
	for i := range r.items {
		is := r.items[i]
		if is.Seq == item.Seq && slices.Contains(from, is.State) && (is.State != ghpkg.ItemRunning || is.Entry == item.Entry) {
			r.items[i] = item
			return true
		}
	}
	return false
}

func (m *memory) Lease(_ context.Context, viewerID int64, holder string, now, until time.Time) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if l, ok := m.leases[viewerID]; ok && l.holder != holder && l.until.After(now) {
		return false, nil
	}
	m.leases[viewerID] = held{holder, until}
	return true, nil
}

func (m *memory) Unlease(_ context.Context, viewerID int64, holder string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.leases[viewerID].holder == holder {
		delete(m.leases, viewerID)
	}
	return nil
}

func (m *memory) BreakLeases(context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.leases)
	return nil
}
