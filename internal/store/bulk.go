package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// maxPlaces is how many values one statement carries. More of them save
// PostgreSQL round trips, but SQLite looks a place's name up in a list of all.
const maxPlaces = 250

// insertion writes many rows with few statements.
type insertion struct {
	table      string
	columns    []string
	onConflict string // what follows ON CONFLICT; empty: a conflict is a mistake
}

// into writes n rows; row appends the values of the i-th in the columns' order.
func (n insertion) into(ctx context.Context, tx *sql.Tx, rows int, row func(to []any, i int) ([]any, error)) error {
	width := maxPlaces / len(n.columns)
	var full *sql.Stmt
	var err error
	if rows >= width {
		if full, err = tx.PrepareContext(ctx, n.text(width)); err != nil { // reading the text takes longer than doing it
			return err
		}
		defer full.Close()
	}
	args := make([]any, 0, min(rows, width)*len(n.columns))
	for from := 0; from < rows; from += width {
		args = args[:0]
		to := min(from+width, rows)
		for i := from; i < to; i++ {
			if args, err = row(args, i); err != nil {
				return err
			}
		}
		if to-from == width {
			_, err = full.ExecContext(ctx, args...)
		} else {
			_, err = tx.ExecContext(ctx, n.text(to-from), args...)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (n insertion) text(rows int) string {
	var b strings.Builder
	b.WriteString("INSERT INTO " + n.table + " (" + strings.Join(n.columns, ", ") + ") VALUES ")
	for r := range rows {
		if r > 0 {
			b.WriteString(", ")
		}
		b.WriteString("(" + places(r*len(n.columns)+1, len(n.columns)) + ")")
	}
	if n.onConflict != "" {
		b.WriteString(" ON CONFLICT " + n.onConflict)
	}
	return b.String()
}

// places returns "$first, …" for n values.
func places(first, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("$" + strconv.Itoa(first+i))
	}
	return b.String()
}

// deleteItems removes sightings of a listing.
func deleteItems(ctx context.Context, tx *sql.Tx, listing int64, ids []int64) error {
	for chunk := range slices.Chunk(ids, maxPlaces) {
		args := []any{listing}
		for _, id := range chunk {
			args = append(args, id)
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM inventory_sightings WHERE listing_id = $1
			AND item_id IN (`+places(2, len(chunk))+`)`, args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// keep does what keeps something of the inventory, one at a time. Nobody at a
// page waits for that, and whoever writes into the ledger has to wait for the same
// connections: behind one of these, and not behind thirty.
func (s *Store) keep(ctx context.Context, do func() error) error {
	select {
	case s.keeping <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-s.keeping }()
	return do()
}

// inParts calls do with one part of all after another. In between others get at
// the writer.
func inParts[T any](all []T, size int, do func(part []T) error) error {
	for part := range slices.Chunk(all, size) {
		if err := do(part); err != nil {
			return err
		}
	}
	return nil
}

// inTx runs do in a transaction. One that PostgreSQL ended to resolve a
// deadlock is run again: then nothing of it had happened.
func (s *Store) inTx(ctx context.Context, do func(*sql.Tx) error) error {
	const tries = 5
	var err error
	for range tries {
		if err = s.once(ctx, do); !isDeadlock(err) {
			return err
		}
	}
	return err
}

func (s *Store) once(ctx context.Context, do func(*sql.Tx) error) error {
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := do(tx); err != nil {
		if undo := tx.Rollback(); undo != nil && !errors.Is(undo, sql.ErrTxDone) {
			err = errors.Join(err, undo)
		}
		return err
	}
	return tx.Commit()
}

func isDeadlock(err error) bool {
	refused, ok := errors.AsType[*pgconn.PgError](err)
	return ok && refused.Code == "40P01"
}
