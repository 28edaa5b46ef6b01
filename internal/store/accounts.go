package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// Account returns what is known about an account at GitHub; the zero value if
// nothing is.
func (s *Store) Account(ctx context.Context, name string) (ghpkg.Account, error) {
	var a ghpkg.Account
	var held, next, limited int64
	err := s.db.QueryRowContext(ctx, `
		SELECT holder, held_until, next_at, pace, good, limited_until, limited
		FROM github_accounts WHERE account = $1`, storable(name)).
		Scan(&a.Holder, &held, &next, &a.Pace, &a.Good, &limited, &a.Limited)
	if errors.Is(err, sql.ErrNoRows) {
		return ghpkg.Account{}, nil
	}
	if err != nil {
		return ghpkg.Account{}, fmt.Errorf("read the account at GitHub: %w", err)
	}
	a.HeldUntil, a.NextAt, a.LimitedUntil = maybeTime(held), maybeTime(next), maybeTime(limited)
	return a, nil
}

// SwapAccount makes an account what is says if it still is what was says, in
// one step; false if somebody else was faster. An account that nothing is
// known about is the zero value.
func (s *Store) SwapAccount(ctx context.Context, name string, was, is ghpkg.Account) (bool, error) {
	return s.changed(ctx, "write the account at GitHub down", `
		INSERT INTO github_accounts AS known (account, holder, held_until, next_at, pace, good, limited_until, limited)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (account) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until,
			next_at = excluded.next_at, pace = excluded.pace, good = excluded.good,
			limited_until = excluded.limited_until, limited = excluded.limited
		WHERE known.holder = $9 AND known.held_until = $10 AND known.next_at = $11 AND known.pace = $12
			AND known.good = $13 AND known.limited_until = $14 AND known.limited = $15`,
		append(append([]any{storable(name)}, accountValues(is)...), accountValues(was)...)...)
}

// BreakTurns gives all turns back, for a process that is alone with its
// database: whoever held one is dead. They ended, as far as anybody knows, when
// they were taken, which was hold before their end. The pace and the limits hold on.
func (s *Store) BreakTurns(ctx context.Context, hold time.Duration) error {
	return s.removed(ctx, "break the turns",
		`UPDATE github_accounts SET holder = '', held_until = held_until - $1 WHERE holder <> ''`, hold.Milliseconds())
}

// accountValues are an account's columns. The pace is in nanoseconds.
func accountValues(a ghpkg.Account) []any {
	return []any{
		storable(a.Holder), maybeMillis(a.HeldUntil), maybeMillis(a.NextAt), int64(a.Pace), a.Good,
		maybeMillis(a.LimitedUntil), storable(a.Limited),
	}
}
