package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// firstLinks is the migration that links what the ledger has from before there
// was a chain. It runs once: a row that has no link later is somebody else's.
const firstLinks = 8

// linkedAtOnce is how many attempts linkAll holds in memory.
const linkedAtOnce = 500

// linkAll links every row: an attempt and then its outcomes, by the attempts' ids.
func linkAll(ctx context.Context, tx *sql.Tx) error {
	for last := ""; ; {
		attempts, err := ledgerRows(ctx, tx, attemptsTable(), `WHERE id > $1 ORDER BY id LIMIT $2`, last, linkedAtOnce)
		if len(attempts) == 0 || err != nil {
			return err
		}
		first := attempts[0].attempt
		last = attempts[len(attempts)-1].attempt
		outcomes, err := ledgerRows(ctx, tx, outcomesTable(),
			`WHERE attempt_id >= $1 AND attempt_id <= $2 ORDER BY attempt_id, seq`, first, last)
		if err != nil {
			return err
		}
		of := map[string][]ledgerRow{}
		for _, row := range outcomes {
			of[row.attempt] = append(of[row.attempt], row)
		}
		var all []ledgerRow
		for _, row := range attempts {
			all = append(append(all, row), of[row.attempt]...)
		}
		if err := enchain(ctx, tx, all...); err != nil {
			return err
		}
	}
}

// linkNone has nothing to undo: the step before takes the links' table away.
func linkNone(context.Context, *sql.Tx) error { return nil }

// ledgerRows reads rows as they are stored.
func ledgerRows(ctx context.Context, q querier, t ledgerTable, condition string, args ...any) ([]ledgerRow, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+strings.Join(t.columns, ", ")+` FROM `+t.name+` `+condition, args...)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", t.name, err)
	}
	return collect(rows, "read "+t.name, func(row scanner) (ledgerRow, error) {
		values, err := scanAny(row, len(t.columns))
		if err != nil {
			return ledgerRow{}, err
		}
		r := ledgerRow{table: t, values: values}
		r.attempt, _ = values[0].(string)
		if t.name == outcomesTable().name {
			r.outcome, _ = values[1].(int64)
		}
		return r, nil
	})
}

// scanAny reads n columns as the driver gives them.
func scanAny(row scanner, n int) ([]any, error) {
	values, places := make([]any, n), make([]any, n)
	for i := range values {
		places[i] = &values[i]
	}
	return values, row.Scan(places...)
}
