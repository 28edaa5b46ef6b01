package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// ForgetListings removes what was listed to a viewer, at the end of the
// session. What nobody is shown any more goes with the next Sweep.
func (s *Store) ForgetListings(ctx context.Context, viewer string) error {
	return s.removed(ctx, "forget the listings", `DELETE FROM inventory_listings WHERE viewer = $1`, storable(viewer))
}

// factsSpared is how long facts are kept that no listing shows: a save that is
// on its way may be about to show them.
const factsSpared = time.Hour

// Sweep removes listings that GitHub last confirmed before olderThan, the
// facts that no listing shows any more, and vanished packages that cannot be
// restored any more. It is to be called every hour or so, by one replica or by
// all, and removes in parts, so that nobody waits long for it.
func (s *Store) Sweep(ctx context.Context, now, olderThan time.Time) error {
	if err := s.sweepListings(ctx, now, olderThan); err != nil {
		return fmt.Errorf("sweep old listings: %w", err)
	}
	err := s.removed(ctx, "sweep vanished packages",
		`DELETE FROM inventory_vanished WHERE last_seen < $1`, now.Add(-vanishedKept).UnixMilli())
	if err != nil {
		return err
	}
	if err := s.sweepChanges(ctx, now); err != nil {
		return err
	}
	for _, table := range []string{packageFacts().table, versionFacts().table} {
		if err := s.sweepFacts(ctx, table, now.Add(-factsSpared)); err != nil {
			return fmt.Errorf("sweep facts that nobody is shown: %w", err)
		}
	}
	return nil
}

// sweepListings spares what viewers saw last as long as it can tell what
// vanished since.
func (s *Store) sweepListings(ctx context.Context, now, olderThan time.Time) error {
	rows, err := s.db.QueryContext(ctx, `SELECT id FROM inventory_listings
		WHERE as_of < $1 AND (viewer NOT LIKE $2 OR as_of < $3)`,
		olderThan.UnixMilli(), ghpkg.SeenBy+"%", now.Add(-vanishedKept).UnixMilli())
	if err != nil {
		return err
	}
	ids, err := collect(rows, "read old listings", func(row scanner) (id int64, err error) { return id, row.Scan(&id) })
	if err != nil {
		return err
	}
	for _, id := range ids { // it may have been saved again in the meantime
		err := s.removed(ctx, "remove an old listing", `DELETE FROM inventory_listings WHERE id = $1 AND as_of < $2`,
			id, olderThan.UnixMilli())
		if err != nil {
			return err
		}
	}
	return nil
}

// sweepFacts looks for facts that no listing shows without keeping anybody
// from writing, and then removes those that still nobody needed since before.
func (s *Store) sweepFacts(ctx context.Context, table string, before time.Time) error {
	rows, err := s.db.QueryContext(ctx, `SELECT item_id, digest FROM `+table+` WHERE kept_at < $1
		EXCEPT SELECT item_id, digest FROM inventory_sightings`, before.UnixMilli())
	if err != nil {
		return err
	}
	unseen, err := collect(rows, "read the facts", scanKey)
	if err != nil {
		return err
	}
	return inParts(unseen, maxPlaces/2, func(part []factKey) error {
		w := &where{}
		w.and("kept_at < " + w.bind(before.UnixMilli()))
		each := make([]string, len(part))
		for i, f := range part {
			each[i] = "item_id = " + w.bind(f.id) + " AND digest = " + w.bind(f.digest[:])
		}
		w.and("(" + strings.Join(each, " OR ") + ")")
		return s.removed(ctx, "remove facts", `DELETE FROM `+table+w.String(), w.args...)
	})
}
