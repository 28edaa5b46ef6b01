package query

import "github.com/stockroom-dev/stockroom/internal/ghpkg"

const stateField = "state"

// state is the field that chooses the list: every row of it matches.
func state[T any]() field[T] {
	return field[T]{name: stateField, read: oneOf(ghpkg.Active, ghpkg.Deleted), match: func(*T, *value) bool { return true }}
}

// choose adds a term with state:. A table shows one list at a time, so a second
// one is a mistake; there are two lists, so not one of them is the other.
func (q *query[T]) choose(t term[T], written []atom) *Error {
	if len(t.values) > 1 {
		return written[1].fault(Conflict, stateField)
	}
	if t.not {
		other := string(ghpkg.Active)
		if t.values[0].folded == other {
			other = string(ghpkg.Deleted)
		}
		t.not, t.values[0] = false, value{text: other, folded: other}
	}
	switch q.State() {
	case "":
		q.terms = append(q.terms, t)
	case ghpkg.State(t.values[0].folded):
	default:
		return written[0].fault(Conflict, stateField)
	}
	return nil
}
