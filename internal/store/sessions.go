package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

const sessionColumns = `session_key, public_id, viewer_id, sealed, user_agent, created_at, seen_at, expires_at`

const (
	sessionInUse = `EXISTS (SELECT 1 FROM operations
		WHERE operations.session = sessions.public_id AND operations.state IN ('running', 'waiting'))`
	sessionDetached = `session_key LIKE '` + ghpkg.DetachedKey + `%'`
)

// InsertSession adds a session, and takes the occasion to remove the sign-ins
// that were not finished in time: anybody can begin them. The other expired ones
// hold a token, which is to be revoked: TakeSessionsLeft is for them.
func (s *Store) InsertSession(ctx context.Context, r ghpkg.SessionRecord) error {
	_, err := s.writer.ExecContext(ctx, `DELETE FROM sessions WHERE viewer_id = 0 AND expires_at <= $1`, r.CreatedAt.UnixMilli())
	if err != nil {
		return fmt.Errorf("remove expired sign-ins: %w", err)
	}
	_, err = s.writer.ExecContext(ctx, `
		INSERT INTO sessions (`+sessionColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		r.Key, r.ID, r.ViewerID, r.Sealed, storable(r.UserAgent),
		r.CreatedAt.UnixMilli(), r.SeenAt.UnixMilli(), r.ExpiresAt.UnixMilli())
	if err != nil {
		return fmt.Errorf("add a session: %w", err)
	}
	return nil
}

// Session returns the session under key if it has not expired by now.
func (s *Store) Session(ctx context.Context, key string, now time.Time) (ghpkg.SessionRecord, bool, error) {
	row := s.db.QueryRowContext(ctx, `
		SELECT `+sessionColumns+` FROM sessions WHERE session_key = $1 AND expires_at > $2`, key, now.UnixMilli())
	return oneSession(row, "read the session")
}

// SessionByID returns the session with that public id, whether or not it has
// expired or its person has signed out.
func (s *Store) SessionByID(ctx context.Context, id string) (ghpkg.SessionRecord, bool, error) {
	row := s.db.QueryRowContext(ctx, `SELECT `+sessionColumns+` FROM sessions WHERE public_id = $1`, storable(id))
	return oneSession(row, "read the session")
}

// MoveSession puts the session, as it was read, under another key, for which
// sealed was sealed; false if it is gone or has been changed since.
func (s *Store) MoveSession(ctx context.Context, read ghpkg.SessionRecord, key string, sealed []byte) (bool, error) {
	return s.changed(ctx, "move the session", `
		UPDATE sessions SET session_key = $3, sealed = $4 WHERE session_key = $1 AND sealed = $2`,
		read.Key, read.Sealed, key, sealed)
}

// UpdateSession replaces what is sealed, and the deadlines; false if the
// session is gone. A session that was ended stays ended.
func (s *Store) UpdateSession(ctx context.Context, r ghpkg.SessionRecord) (bool, error) {
	return s.changed(ctx, "update the session", `
		UPDATE sessions SET sealed = $2, seen_at = $3, expires_at = $4 WHERE session_key = $1`,
		r.Key, r.Sealed, r.SeenAt.UnixMilli(), r.ExpiresAt.UnixMilli())
}

// TouchSession notes that the session was used; false if it is gone.
func (s *Store) TouchSession(ctx context.Context, key string, seen, expires time.Time) (bool, error) {
	return s.changed(ctx, "touch the session", `
		UPDATE sessions SET seen_at = $2, expires_at = $3 WHERE session_key = $1`,
		key, seen.UnixMilli(), expires.UnixMilli())
}

// TakeSession removes the session under key and returns it; false if there is
// none. Of several that take the same one, one gets it.
func (s *Store) TakeSession(ctx context.Context, key string) (ghpkg.SessionRecord, bool, error) {
	row := s.writer.QueryRowContext(ctx, `DELETE FROM sessions WHERE session_key = $1 RETURNING `+sessionColumns, key)
	return oneSession(row, "remove the session")
}

// TakeSessionsLeft removes the sessions that nobody is signed in with any more,
// expired or detached, unless an operation needs them, and returns them; with an
// id, that one alone.
func (s *Store) TakeSessionsLeft(ctx context.Context, id string, now time.Time) ([]ghpkg.SessionRecord, error) {
	rows, err := s.writer.QueryContext(ctx, `
		DELETE FROM sessions WHERE ($1 = '' OR public_id = $1) AND (expires_at <= $2 OR `+sessionDetached+`)
		AND NOT `+sessionInUse+` RETURNING `+sessionColumns, storable(id), now.UnixMilli())
	return manySessions(rows, err, "remove sessions that are left")
}

// SessionsOf returns the viewer's sessions, the last used first, with those
// that are kept for an operation.
func (s *Store) SessionsOf(ctx context.Context, viewerID int64, now time.Time) ([]ghpkg.SessionRecord, error) {
	rows, err := s.db.QueryContext(ctx, `
		SELECT `+sessionColumns+` FROM sessions
		WHERE viewer_id = $1 AND (expires_at > $2 OR `+sessionInUse+`)
		ORDER BY seen_at DESC, public_id`, viewerID, now.UnixMilli())
	return manySessions(rows, err, "list sessions")
}

// TakeSessionOf removes the viewer's session with that id and returns it.
func (s *Store) TakeSessionOf(ctx context.Context, viewerID int64, id string) (ghpkg.SessionRecord, bool, error) {
	row := s.writer.QueryRowContext(ctx, `
		DELETE FROM sessions WHERE viewer_id = $1 AND public_id = $2 RETURNING `+sessionColumns, viewerID, storable(id))
	return oneSession(row, "remove the session")
}

// TakeSessionsOf removes all the viewer's sessions and returns them.
func (s *Store) TakeSessionsOf(ctx context.Context, viewerID int64) ([]ghpkg.SessionRecord, error) {
	rows, err := s.writer.QueryContext(ctx, `DELETE FROM sessions WHERE viewer_id = $1 RETURNING `+sessionColumns, viewerID)
	return manySessions(rows, err, "remove sessions")
}

func (s *Store) changed(ctx context.Context, what, query string, args ...any) (bool, error) {
	result, err := s.writer.ExecContext(ctx, query, args...)
	if err != nil {
		return false, fmt.Errorf("%s: %w", what, err)
	}
	n, err := result.RowsAffected()
	if err != nil {
		return false, fmt.Errorf("%s: %w", what, err)
	}
	return n > 0, nil
}

func oneSession(row *sql.Row, what string) (ghpkg.SessionRecord, bool, error) {
	r, err := scanSession(row)
	if errors.Is(err, sql.ErrNoRows) {
		return ghpkg.SessionRecord{}, false, nil
	}
	if err != nil {
		return ghpkg.SessionRecord{}, false, fmt.Errorf("%s: %w", what, err)
	}
	return r, true, nil
}

func manySessions(rows *sql.Rows, err error, what string) ([]ghpkg.SessionRecord, error) {
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return collect(rows, what, scanSession)
}

func scanSession(row scanner) (ghpkg.SessionRecord, error) {
	var r ghpkg.SessionRecord
	var created, seen, expires int64
	err := row.Scan(&r.Key, &r.ID, &r.ViewerID, &r.Sealed, &r.UserAgent, &created, &seen, &expires)
	r.CreatedAt, r.SeenAt, r.ExpiresAt = fromMillis(created), fromMillis(seen), fromMillis(expires)
	return r, err
}

// scanner is a row or the current one of several.
type scanner interface{ Scan(...any) error }

// collect reads all rows and closes them.
func collect[T any](rows *sql.Rows, what string, scan func(scanner) (T, error)) ([]T, error) {
	defer rows.Close()
	var all []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", what, err)
		}
		all = append(all, v)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return all, nil
}
