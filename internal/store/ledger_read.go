package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

const entryColumns = `a.id, a.at, a.actor_id, a.actor_login, a.proxy_user, a.action,
	a.owner_kind, a.owner_login, a.package_type, a.package_name, a.visibility, a.package_id,
	a.version_id, a.version_name, a.tags, a.reason, a.client, a.operation,
	COALESCE(o.outcome, 'pending'), COALESCE(o.message, ''), COALESCE(o.code, '')`

// fromLedger joins each attempt with its last outcome.
const fromLedger = ` FROM ledger_attempts a LEFT JOIN ledger_outcomes o ON o.attempt_id = a.id
	AND o.seq = (SELECT MAX(seq) FROM ledger_outcomes WHERE attempt_id = a.id)`

// Entries returns a page of what f selects, and how many that are in all.
func (s *Store) Entries(ctx context.Context, f ghpkg.LedgerFilter, page ghpkg.LedgerPage) ([]ghpkg.Entry, int, error) {
	w := ledgerWhere(f)
	from := fromLedger
	if !w.outcomes {
		from = ` FROM ledger_attempts a` // as many, and ten times as fast
	}
	var total int
	if err := s.db.QueryRowContext(ctx, `SELECT COUNT(*)`+from+w.String(), w.args...).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("count ledger entries: %w", err)
	}
	order := " ORDER BY a.id DESC"
	if page.OldestFirst {
		order = " ORDER BY a.id"
	}
	// The page is found before the outcomes are looked up: for its entries only.
	query := `SELECT ` + entryColumns + fromLedger + ` WHERE a.id IN (SELECT a.id` + from + w.String() + order +
		" LIMIT " + w.bind(max(page.Limit, 0)) + " OFFSET " + w.bind(max(page.Offset, 0)) + ")" + order
	entries, err := s.entries(ctx, query, w.args...)
	if err != nil {
		return nil, 0, err
	}
	return entries, total, nil
}

// Entry returns the entry with that id; false if there is none, or none that
// visible lets see.
func (s *Store) Entry(ctx context.Context, id string, visible ghpkg.VisibleTo) (ghpkg.Entry, bool, error) {
	w := &where{}
	w.visible(visible)
	w.and("a.id = " + w.bind(storable(id)))
	e, err := scanEntry(s.db.QueryRowContext(ctx, `SELECT `+entryColumns+fromLedger+w.String(), w.args...))
	if errors.Is(err, sql.ErrNoRows) {
		return ghpkg.Entry{}, false, nil
	}
	if err != nil {
		return ghpkg.Entry{}, false, fmt.Errorf("read the ledger entry: %w", err)
	}
	return e, true, nil
}

// deletedPackages selects deletions of whole packages that worked and that no
// later deletion or restoration of the same package followed. Packages are told
// apart by their ids; where one of the two ids is not known, by their names.
// What others did counts even if it may not be shown: it is not deleted then.
//
// It asks for either kind of sameness by itself, because one question with an
// OR finds no index, and compares every deletion with every other.
const deletedPackages = `a.action = 'delete' AND a.version_id = 0 AND o.outcome = 'done'
	AND (a.package_id = 0 OR NOT EXISTS (` + laterChange + ` AND later.package_id = a.package_id))
	AND NOT EXISTS (` + laterChange + ` AND later.package_name = a.package_name
		AND later.package_type = a.package_type AND (later.package_id = 0 OR a.package_id = 0))`

// laterChange selects what worked on a whole package of the same owner after a.
const laterChange = `SELECT 1 FROM ledger_attempts later JOIN ledger_outcomes lo ON lo.attempt_id = later.id
	AND lo.seq = (SELECT MAX(seq) FROM ledger_outcomes WHERE attempt_id = later.id)
	WHERE later.id > a.id AND later.owner_key = a.owner_key AND later.owner_kind = a.owner_kind
		AND later.action IN ('delete', 'restore') AND later.version_id = 0 AND lo.outcome = 'done'`

// DeletedPackages returns the owner's packages that were deleted since then and
// not restored, the latest first.
func (s *Store) DeletedPackages(
	ctx context.Context, owner ghpkg.Owner, since time.Time, visible ghpkg.VisibleTo,
) ([]ghpkg.DeletedPackage, error) {
	w := &where{}
	w.visible(visible)
	w.and("a.owner_key = " + w.bind(loginKey(owner.Login())))
	w.and("a.owner_kind = " + w.bind(string(owner.Kind())))
	w.and("a.at >= " + w.bind(since.UnixMilli()))
	w.and(deletedPackages)
	entries, err := s.entries(ctx, `SELECT `+entryColumns+fromLedger+w.String()+` ORDER BY a.id DESC`, w.args...)
	if err != nil {
		return nil, err
	}
	deleted := make([]ghpkg.DeletedPackage, len(entries))
	for i, e := range entries {
		deleted[i] = ghpkg.DeletedPackage{Target: e.Target, At: e.At, Actor: e.Actor, Reason: e.Reason, EntryID: e.ID}
	}
	return deleted, nil
}

func (s *Store) entries(ctx context.Context, query string, args ...any) ([]ghpkg.Entry, error) {
	rows, err := s.db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read the ledger: %w", err)
	}
	return collect(rows, "read the ledger", scanEntry)
}

func scanEntry(row scanner) (ghpkg.Entry, error) {
	var (
		e                     ghpkg.Entry
		at                    int64
		kind, login, tagsJSON string
	)
	t := &e.Target
	err := row.Scan(&e.ID, &at, &e.Actor.ID, &e.Actor.Login, &e.Actor.ProxyUser, &e.Action,
		&kind, &login, &t.Type, &t.Name, &t.Visibility, &t.PackageID,
		&t.VersionID, &t.VersionName, &tagsJSON, &e.Reason, &e.From, &e.Operation,
		&e.Outcome, &e.Message, &e.Code)
	if err != nil {
		return ghpkg.Entry{}, err
	}
	e.At = fromMillis(at)
	if kind != "" {
		if t.Owner, err = ghpkg.NewOwner(ghpkg.OwnerKind(kind), login); err != nil {
			return ghpkg.Entry{}, fmt.Errorf("entry %s: %w", e.ID, err)
		}
	}
	if err := json.Unmarshal([]byte(tagsJSON), &t.Tags); err != nil {
		return ghpkg.Entry{}, fmt.Errorf("tags of entry %s: %w", e.ID, err)
	}
	return e, nil
}
