package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

const deliveryColumns = `id, destination_id, event, at, body, state, tries, due_at, tried_at, status, answer`

// deliver writes deliveries down. Destinations that somebody has removed
// meanwhile get none.
func deliver(ctx context.Context, tx *sql.Tx, all []ghpkg.Delivery) error {
	for _, d := range all {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO notice_deliveries (`+deliveryColumns+`)
			SELECT CAST($1 AS TEXT), id, CAST($3 AS TEXT), CAST($4 AS BIGINT), CAST($5 AS TEXT), CAST($6 AS TEXT), CAST($7 AS BIGINT),
				CAST($8 AS BIGINT), CAST($9 AS BIGINT), CAST($10 AS BIGINT), CAST($11 AS TEXT)
			FROM notice_destinations WHERE id = $2`,
			d.ID, d.Destination, string(d.Event), d.At.UnixMilli(), storable(d.Body), string(d.State), d.Tries,
			d.DueAt.UnixMilli(), maybeMillis(d.TriedAt), d.Status, storable(d.Answer))
		if err != nil {
			return fmt.Errorf("write the delivery %s down: %w", d.ID, err)
		}
	}
	return nil
}

// AddDelivery writes one delivery down.
func (s *Store) AddDelivery(ctx context.Context, d ghpkg.Delivery) error {
	return s.inTx(ctx, func(tx *sql.Tx) error { return deliver(ctx, tx, []ghpkg.Delivery{d}) })
}

// Deliveries returns the last ones to a destination, the newest first.
func (s *Store) Deliveries(ctx context.Context, destination string, limit int) ([]ghpkg.Delivery, error) {
	return s.deliveries(ctx, `WHERE destination_id = $1 ORDER BY id DESC LIMIT $2`, storable(destination), limit)
}

// DeadDeliveries counts those that were given up, by destination. A test that
// did not arrive is no loss.
func (s *Store) DeadDeliveries(ctx context.Context) (map[string]int, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT destination_id, COUNT(*) FROM notice_deliveries WHERE state = 'dead' AND event <> 'ping' GROUP BY destination_id`)
	if err != nil {
		return nil, fmt.Errorf("count the dead deliveries: %w", err)
	}
	counts := map[string]int{}
	_, err = collect(rows, "count the dead deliveries", func(row scanner) (struct{}, error) {
		var id string
		var n int
		err := row.Scan(&id, &n)
		counts[id] = n
		return struct{}{}, err
	})
	return counts, err
}

// DueDeliveries returns those that are to be sent at now, the longest due first.
func (s *Store) DueDeliveries(ctx context.Context, now time.Time, limit int) ([]ghpkg.Delivery, error) {
	return s.deliveries(ctx, `WHERE state = 'pending' AND due_at <= $1
		AND destination_id IN (SELECT id FROM notice_destinations WHERE paused = 0) ORDER BY due_at, id LIMIT $2`,
		now.UnixMilli(), limit)
}

func (s *Store) deliveries(ctx context.Context, condition string, args ...any) ([]ghpkg.Delivery, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT `+deliveryColumns+` FROM notice_deliveries `+condition, args...)
	if err != nil {
		return nil, fmt.Errorf("read the deliveries: %w", err)
	}
	return collect(rows, "read the deliveries", scanDelivery)
}

func scanDelivery(row scanner) (ghpkg.Delivery, error) {
	var d ghpkg.Delivery
	var at, due, tried int64
	err := row.Scan(&d.ID, &d.Destination, &d.Event, &at, &d.Body, &d.State, &d.Tries, &due, &tried, &d.Status, &d.Answer)
	d.At, d.DueAt, d.TriedAt = fromMillis(at), fromMillis(due), maybeTime(tried)
	return d, err
}

// TakeDelivery makes the delivery the caller's to send until then, and counts
// the try; false if somebody else has taken it since it was read.
func (s *Store) TakeDelivery(ctx context.Context, read ghpkg.Delivery, until time.Time) (bool, error) {
	return s.changed(ctx, "take the delivery", `
		UPDATE notice_deliveries SET due_at = $4, tries = tries + 1
		WHERE id = $1 AND state = 'pending' AND tries = $2 AND due_at = $3`,
		read.ID, read.Tries, read.DueAt.UnixMilli(), until.UnixMilli())
}

// SettleDelivery gives a pending delivery d's State, DueAt, TriedAt, Status and
// Answer, if nobody has taken it since d was.
func (s *Store) SettleDelivery(ctx context.Context, d ghpkg.Delivery) error {
	return s.removed(ctx, "settle the delivery", `
		UPDATE notice_deliveries SET state = $3, due_at = $4, tried_at = $5, status = $6, answer = $7
		WHERE id = $1 AND tries = $2 AND state = 'pending'`,
		d.ID, d.Tries, string(d.State), d.DueAt.UnixMilli(), maybeMillis(d.TriedAt), d.Status, storable(d.Answer))
}

// ResendDelivery makes one that is over pending again; false if it is not, or
// not the destination's.
func (s *Store) ResendDelivery(ctx context.Context, destination, id string, now time.Time) (bool, error) {
	return s.changed(ctx, "send the delivery again", `
		UPDATE notice_deliveries SET state = 'pending', tries = 0, due_at = $3
		WHERE id = $1 AND destination_id = $2 AND state <> 'pending'`, storable(id), storable(destination), now.UnixMilli())
}

// ForgetDeliveries removes those from before that are over.
func (s *Store) ForgetDeliveries(ctx context.Context, before time.Time) error {
	return s.removed(ctx, "forget old deliveries", `DELETE FROM notice_deliveries WHERE at < $1 AND state <> 'pending'`, before.UnixMilli())
}

// errTaken undoes a transaction in which somebody else was faster.
var errTaken = errors.New("somebody else was faster")

// untaken runs do in a transaction; false if somebody else was faster.
func (s *Store) untaken(ctx context.Context, what string, do func(*sql.Tx) error) (bool, error) {
	switch err := s.inTx(ctx, do); {
	case errors.Is(err, errTaken):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("%s: %w", what, err)
	}
	return true, nil
}
