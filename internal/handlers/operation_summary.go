package handlers

import (
	"context"
	"sync"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// summaries remembers what started operations are about, which does not change
// any more: a page that follows one asks every two seconds, and adding up its
// items would be most of the answer's cost.
type summaries struct {
	mu sync.Mutex
	of map[string]ghpkg.OperationSummary // by the operation's id
}

// mostSummaries bounds what is remembered; beyond it, all is forgotten.
const mostSummaries = 1000

func (s *summaries) get(id string) (ghpkg.OperationSummary, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sum, ok := s.of[id]
	return sum, ok
}

func (s *summaries) put(id string, sum ghpkg.OperationSummary) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of == nil || len(s.of) >= mostSummaries {
		s.of = map[string]ghpkg.OperationSummary{}
	}
	s.of[id] = sum
}

// summary returns what an operation is about.
func (h *edge) summary(ctx context.Context, op ghpkg.Operation) (ghpkg.OperationSummary, error) {
	if op.State == ghpkg.OperationDraft {
		return h.Operations.Summary(ctx, op.ID)
	}
	if sum, ok := h.sums.get(op.ID); ok {
		return sum, nil
	}
	sum, err := h.Operations.Summary(ctx, op.ID)
	if err == nil {
		h.sums.put(op.ID, sum)
	}
	return sum, err
}
