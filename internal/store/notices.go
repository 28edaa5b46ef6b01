package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// maxDestinations is how many there may be: each event is written down for each.
const maxDestinations = 20

// AddDestination adds one, but not beyond as many as there may be.
func (s *Store) AddDestination(ctx context.Context, d ghpkg.Destination) error {
	events, eventsErr := json.Marshal(d.Events)
	owners, ownersErr := json.Marshal(d.Owners)
	if err := errors.Join(eventsErr, ownersErr); err != nil {
		return fmt.Errorf("write the destination: %w", err)
	}
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM notice_destinations`).Scan(&n); err != nil {
			return err
		}
		if n >= maxDestinations {
			return &fault.Error{Kind: fault.Invalid, Code: fault.CodeTooMany, Op: "store.AddDestination"}
		}
		_, err := tx.ExecContext(ctx, `
			INSERT INTO notice_destinations (id, kind, name, host, sealed, events, owners, paused, created_at, created_by, language)
			VALUES (`+places(1, 11)+`)`,
			d.ID, string(d.Kind), storable(d.Name), storable(d.Host), d.Sealed, storable(string(events)),
			storable(string(owners)), number(d.Paused), d.CreatedAt.UnixMilli(), storable(d.CreatedBy), storable(d.Language))
		return err
	})
	if err != nil {
		return fmt.Errorf("add the destination: %w", err)
	}
	return nil
}

// Destinations returns all, the oldest first.
func (s *Store) Destinations(ctx context.Context) ([]ghpkg.Destination, error) {
	rows, err := s.db.QueryContext(ctx, `
		SELECT id, kind, name, host, sealed, events, owners, paused, created_at, created_by, language
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
	err := row.Scan(&d.ID, &d.Kind, &d.Name, &d.Host, &d.Sealed, &events, &owners, &paused, &created, &d.CreatedBy, &d.Language)
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

// TranslateDestination lets it be told in another language; false if it is not there.
func (s *Store) TranslateDestination(ctx context.Context, id, language string) (bool, error) {
	return s.changed(ctx, "translate the destination", `UPDATE notice_destinations SET language = $2 WHERE id = $1`,
		storable(id), storable(language))
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
