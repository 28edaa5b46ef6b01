package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// Preferences returns what the viewer chose; nothing is chosen at first.
func (s *Store) Preferences(ctx context.Context, viewerID int64) (ghpkg.Preferences, error) {
	var p ghpkg.Preferences
	err := s.db.QueryRowContext(ctx, `
		SELECT language, theme, density, hidden FROM preferences WHERE viewer_id = $1`, viewerID).
		Scan(&p.Language, &p.Theme, &p.Density, &p.Hidden)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return ghpkg.Preferences{}, fmt.Errorf("read the preferences: %w", err)
	}
	return p, nil
}

// SavePreferences keeps what the viewer chose.
func (s *Store) SavePreferences(ctx context.Context, viewerID int64, p ghpkg.Preferences) error {
	_, err := s.writer.ExecContext(ctx, `
		INSERT INTO preferences (viewer_id, language, theme, density, hidden) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (viewer_id) DO UPDATE SET language = excluded.language, theme = excluded.theme,
			density = excluded.density, hidden = excluded.hidden`,
		viewerID, storable(p.Language), storable(p.Theme), storable(p.Density), storable(p.Hidden))
	if err != nil {
		return fmt.Errorf("save the preferences: %w", err)
	}
	return nil
}
