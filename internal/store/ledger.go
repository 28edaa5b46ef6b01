package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// Begin writes an attempt down. It is pending until it is settled.
func (s *Store) Begin(ctx context.Context, e ghpkg.Entry) error {
	tags, err := json.Marshal(e.Target.Tags)
	if err != nil {
		return fmt.Errorf("write the tags of %s: %w", e.ID, err)
	}
	t := e.Target
	_, err = s.db.ExecContext(ctx, `
		INSERT INTO ledger_attempts (id, at, actor_id, actor_login, actor_key, proxy_user, action,
			owner_kind, owner_login, owner_key, package_type, package_name, visibility, package_id,
			version_id, version_name, tags, reason, client, operation, search)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)`,
		e.ID, e.At.UnixMilli(), e.Actor.ID, storable(e.Actor.Login), loginKey(e.Actor.Login), storable(e.Actor.ProxyUser), e.Action,
		t.Owner.Kind(), t.Owner.Login(), loginKey(t.Owner.Login()), t.Type, storable(t.Name), t.Visibility, t.PackageID,
		t.VersionID, storable(t.VersionName), storable(string(tags)), storable(e.Reason), storable(e.From), storable(e.Operation),
		searchable(append([]string{t.Name, t.VersionName, e.Reason}, t.Tags...)...))
	if err != nil {
		return fmt.Errorf("write the attempt %s down: %w", e.ID, err)
	}
	return nil
}

// settleTries bounds how often an outcome gives way to another that took the
// same place; that there are two at all is rare.
const settleTries = 5

// Settle adds what became of an attempt. What was added before stays; the last
// one counts.
func (s *Store) Settle(ctx context.Context, id string, o ghpkg.Settlement) error {
	for range settleTries {
		added, err := s.changed(ctx, "write the outcome of "+id, `
			INSERT INTO ledger_outcomes (attempt_id, seq, at, outcome, message, code, search)
			SELECT CAST($1 AS TEXT), (SELECT COALESCE(MAX(seq), 0) + 1 FROM ledger_outcomes WHERE attempt_id = $1),
				CAST($2 AS BIGINT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS TEXT), CAST($6 AS TEXT)
			WHERE true
			ON CONFLICT (attempt_id, seq) DO NOTHING`,
			id, o.At.UnixMilli(), string(o.Outcome), storable(o.Message), storable(o.Code), searchable(o.Message))
		if added || err != nil {
			return err
		}
	}
	return errors.New("write the outcome of " + id + ": others were always faster")
}

// SettleAbandoned adds an outcome to the attempts from before that have none.
// It takes the first place only, so that an outcome that comes at the same
// moment after all is the last one, and counts.
func (s *Store) SettleAbandoned(ctx context.Context, before time.Time, o ghpkg.Settlement) error {
	_, err := s.db.ExecContext(ctx, `
		INSERT INTO ledger_outcomes (attempt_id, seq, at, outcome, message, code, search)
		SELECT a.id, 1, CAST($2 AS BIGINT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS TEXT), CAST($6 AS TEXT)
		FROM ledger_attempts a
		WHERE a.at < $1 AND NOT EXISTS (SELECT 1 FROM ledger_outcomes o WHERE o.attempt_id = a.id)
		ON CONFLICT (attempt_id, seq) DO NOTHING`,
		before.UnixMilli(), o.At.UnixMilli(), string(o.Outcome), storable(o.Message), storable(o.Code), searchable(o.Message))
	if err != nil {
		return fmt.Errorf("settle abandoned attempts: %w", err)
	}
	return nil
}

// loginKey is how logins are compared: at GitHub their case does not count.
func loginKey(login string) string { return strings.ToLower(storable(login)) }

// searchable is how texts are searched: in lower case also beyond ASCII, which
// SQLite cannot do by itself, and composed, because macOS decomposes Korean.
// Between the texts stands a character that no query can hold.
func searchable(texts ...string) string {
	return strings.ToLower(norm.NFC.String(storable(strings.Join(texts, searchSeparator))))
}

// searchSeparator keeps a query from matching across two texts.
const searchSeparator = "\x1f"
