package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/lean"
)

// SavePackages replaces what the listing showed. It takes effect at once or,
// when it fails, not at all; of an item that is listed twice the last counts.
func (s *Store) SavePackages(ctx context.Context, key ghpkg.ListingKey, l ghpkg.Listing[ghpkg.Package]) error {
	return s.keep(ctx, func() error { return save(ctx, s, packageFacts(), key, l) })
}

// LoadPackages returns what the listing showed, the highest id first; false if
// it was never saved.
func (s *Store) LoadPackages(ctx context.Context, key ghpkg.ListingKey) (ghpkg.Listing[ghpkg.Package], bool, error) {
	return load(ctx, s, packageFacts(), key)
}

// SaveVersions replaces what the listing showed, as SavePackages does.
func (s *Store) SaveVersions(ctx context.Context, key ghpkg.ListingKey, l ghpkg.Listing[lean.Version]) error {
	return s.keep(ctx, func() error { return save(ctx, s, versionFacts(), key, l) })
}

// LoadVersions returns what the listing showed, as LoadPackages does.
func (s *Store) LoadVersions(ctx context.Context, key ghpkg.ListingKey) (ghpkg.Listing[lean.Version], bool, error) {
	return load(ctx, s, versionFacts(), key)
}

// TouchListing notes that GitHub has nothing new to say of a listing. One that
// was never saved stays so.
func (s *Store) TouchListing(ctx context.Context, key ghpkg.ListingKey, asOf time.Time) error {
	return s.keep(ctx, func() error {
		_, err := s.changed(ctx, "touch the listing", `UPDATE inventory_listings SET as_of = $8 WHERE `+whereKey,
			append(keyValues(key), asOf.UnixMilli())...)
		return err
	})
}

// listingTries bounds how often one starts again because others were faster.
const listingTries = 10

// save writes the facts that are new before the transaction, in parts: alone
// they show nobody anything, and so the transaction that shows them is short,
// and whoever else wants to write waits for as little as can be.
func save[T any](ctx context.Context, s *Store, kind facts[T], key ghpkg.ListingKey, l ghpkg.Listing[T]) error {
	items, err := kind.keys(l.Items)
	if err != nil {
		return err
	}
	notices, err := json.Marshal(l.Notices)
	if err != nil {
		return fmt.Errorf("write the listing's notices: %w", err)
	}
	for range listingTries {
		held, _, err := s.listing(ctx, key)
		if err != nil {
			return err
		}
		c := change{key: key, held: held, asOf: l.AsOf, notices: storable(string(notices)), items: len(items)}
		if c.shown, c.gone, err = s.differences(ctx, held.id, items); err != nil {
			return err
		}
		if err := insertFacts(ctx, s, kind, l, c.shown); err != nil {
			return fmt.Errorf("write what was listed: %w", err)
		}
		done, err := s.apply(ctx, c)
		if err != nil {
			return fmt.Errorf("write the listing: %w", err)
		}
		if done {
			return nil
		}
	}
	return errors.New("write the listing: others were always faster")
}

// factsAtOnce is how many facts one transaction writes: some hundredths of a second.
const factsAtOnce = 1000

func insertFacts[T any](ctx context.Context, s *Store, kind facts[T], l ghpkg.Listing[T], all []fact) error {
	rows := insertion{
		table:   kind.table,
		columns: append([]string{"item_id", "digest", "kept_at"}, kind.columns...),
		// Sweep spares what was needed just now.
		onConflict: "(item_id, digest) DO UPDATE SET kept_at = excluded.kept_at",
	}
	return inParts(all, factsAtOnce, func(part []fact) error {
		return s.inTx(ctx, func(tx *sql.Tx) error {
			return rows.into(ctx, tx, len(part), func(to []any, i int) ([]any, error) {
				f := &part[i]
				return kind.values(append(to, f.id, f.digest[:], l.AsOf.UnixMilli()), &l.Items[f.index])
			})
		})
	})
}

// differences returns the facts that the held listing does not show, and the
// items that it shows beyond them.
func (s *Store) differences(ctx context.Context, listing int64, items []fact) (shown []fact, gone []int64, err error) {
	rows, err := s.db.QueryContext(ctx, `SELECT item_id, digest FROM inventory_sightings WHERE listing_id = $1`, listing)
	if err != nil {
		return nil, nil, fmt.Errorf("read the sightings: %w", err)
	}
	all, err := collect(rows, "read the sightings", scanKey)
	if err != nil {
		return nil, nil, err
	}
	if len(all) == 0 {
		return items, nil, nil
	}
	held := make(map[int64]digest, len(all))
	for _, k := range all {
		held[k.id] = k.digest
	}
	for _, f := range items {
		if d, ok := held[f.id]; !ok || d != f.digest {
			shown = append(shown, f)
		}
		delete(held, f.id)
	}
	for id := range held {
		gone = append(gone, id)
	}
	return shown, gone, nil
}

// change is how a listing becomes another.
type change struct {
	key     ghpkg.ListingKey
	held    heldListing
	shown   []fact
	gone    []int64
	asOf    time.Time
	notices string
	items   int
}

// apply makes the change in one transaction; false if the listing is no longer
// the one from which the change was made.
func (s *Store) apply(ctx context.Context, c change) (done bool, err error) {
	err = s.inTx(ctx, func(tx *sql.Tx) error {
		id, err := c.take(ctx, tx)
		if done = id != 0; !done || err != nil {
			return err
		}
		if err := deleteItems(ctx, tx, id, c.gone); err != nil {
			return err
		}
		sightings := insertion{
			table: "inventory_sightings", columns: []string{"listing_id", "item_id", "digest"},
			onConflict: "(listing_id, item_id) DO UPDATE SET digest = excluded.digest",
		}
		return sightings.into(ctx, tx, len(c.shown), func(to []any, i int) ([]any, error) {
			return append(to, id, c.shown[i].id, c.shown[i].digest[:]), nil
		})
	})
	return done && err == nil, err
}

// take writes the listing's own row, which keeps others from changing it until
// the transaction ends, and returns its id; 0 if somebody else was faster.
func (c change) take(ctx context.Context, tx *sql.Tx) (int64, error) {
	id := c.held.id
	var result sql.Result
	var err error
	if id == 0 {
		id = 1 + rand.Int64N(1<<62)
		result, err = tx.ExecContext(ctx, `
			INSERT INTO inventory_listings (viewer, owner_key, owner_kind, package_type, package_name, state, visibility,
				id, as_of, notices, items, revision)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1) ON CONFLICT DO NOTHING`,
			append(keyValues(c.key), id, c.asOf.UnixMilli(), c.notices, c.items)...)
	} else {
		result, err = tx.ExecContext(ctx, `
			UPDATE inventory_listings SET as_of = $3, notices = $4, items = $5, revision = revision + 1
			WHERE id = $1 AND revision = $2`, id, c.held.revision, c.asOf.UnixMilli(), c.notices, c.items)
	}
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	return id * min(n, 1), err
}

// heldListing is the row of a listing; its id is never 0.
type heldListing struct {
	id, revision int64
	items        int
	asOf         time.Time
	notices      []ghpkg.Notice
}

const whereKey = `viewer = $1 AND owner_key = $2 AND owner_kind = $3 AND package_type = $4
	AND package_name = $5 AND state = $6 AND visibility = $7`

func keyValues(k ghpkg.ListingKey) []any {
	return []any{
		storable(k.Viewer), loginKey(k.Owner.Login()), string(k.Owner.Kind()), string(k.Type),
		storable(k.Name), string(k.State), string(k.Visibility),
	}
}

func (s *Store) listing(ctx context.Context, key ghpkg.ListingKey) (heldListing, bool, error) {
	var h heldListing
	var asOf int64
	var notices string
	err := s.db.QueryRowContext(ctx, `
		SELECT id, revision, items, as_of, notices FROM inventory_listings WHERE `+whereKey, keyValues(key)...).
		Scan(&h.id, &h.revision, &h.items, &asOf, &notices)
	if errors.Is(err, sql.ErrNoRows) {
		return heldListing{}, false, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(notices), &h.notices)
	}
	if err != nil {
		return heldListing{}, false, fmt.Errorf("read the listing: %w", err)
	}
	h.asOf = fromMillis(asOf)
	return h, true, nil
}
