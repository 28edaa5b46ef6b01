package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// maxDestinations is how many there may be: each event is written down for each.
const maxDestinations = 20

// ErrTooManyDestinations says that there are as many as there may be.
var ErrTooManyDestinations = errors.New("too many destinations of notices")

// AddDestination adds one.
func (s *Store) AddDestination(ctx context.Context, d ghpkg.Destination) error {
	events, eventsErr := json.Marshal(d.Events)
	owners, ownersErr := json.Marshal(d.Owners)
	if err := errors.Join(eventsErr, ownersErr); err != nil {
		return fmt.Errorf("write the destination: %w", err)
	}
	added, err := s.changed(ctx, "add the destination", `
		INSERT INTO notice_destinations (id, kind, name, host, sealed, events, owners, paused, created_at, created_by)
		SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS BYTEA), CAST($6 AS TEXT),
			CAST($7 AS TEXT), CAST($8 AS BIGINT), CAST($9 AS BIGINT), CAST($10 AS TEXT)
		WHERE (SELECT COUNT(*) FROM notice_destinations) < CAST($11 AS BIGINT)`,
		d.ID, string(d.Kind), storable(d.Name), storable(d.Host), d.Sealed, storable(string(events)),
		storable(string(owners)), number(d.Paused), d.CreatedAt.UnixMilli(), storable(d.CreatedBy), maxDestinations)
	if err == nil && !added {
		err = ErrTooManyDestinations
	}
	return err
}

// Destinations returns all, the oldest first.
func (s *Store) Destinations(ctx context.Context) ([]ghpkg.Destination, error) {
	rows, err := s.db.QueryContext(ctx, `
		SELECT id, kind, name, host, sealed, events, owners, paused, created_at, created_by
		FROM notice_destinations ORDER BY created_at, id`)
	if err != nil {
		return nil, fmt.Errorf("read the destinations: %w", err)
	}
	return collect(rows, "read the destinations", scanDestination)
}

func scanDestination(row scanner) (ghpkg.Destination, error) {
	var d ghpkg.Destination
	var events, owners string
	var paused, created int64
	err := row.Scan(&d.ID, &d.Kind, &d.Name, &d.Host, &d.Sealed, &events, &owners, &paused, &created, &d.CreatedBy)
	if err != nil {
		return ghpkg.Destination{}, err
	}
	d.Paused, d.CreatedAt = paused != 0, fromMillis(created)
	return d, errors.Join(json.Unmarshal([]byte(events), &d.Events), json.Unmarshal([]byte(owners), &d.Owners))
}

// PauseDestination lets nothing be sent to it, or again; false if it is not there.
func (s *Store) PauseDestination(ctx context.Context, id string, paused bool) (bool, error) {
	return s.changed(ctx, "pause the destination", `UPDATE notice_destinations SET paused = $2 WHERE id = $1`,
		storable(id), number(paused))
}

// ResealDestination replaces what is sealed, if it is still what was read.
func (s *Store) ResealDestination(ctx context.Context, read ghpkg.Destination, sealed []byte) error {
	return s.removed(ctx, "seal the destination anew", `UPDATE notice_destinations SET sealed = $2 WHERE id = $1 AND sealed = $3`,
		read.ID, sealed, read.Sealed)
}

// RemoveDestination removes it with its deliveries; false if it is not there.
func (s *Store) RemoveDestination(ctx context.Context, id string) (bool, error) {
	return s.changed(ctx, "remove the destination", `DELETE FROM notice_destinations WHERE id = $1`, storable(id))
}
