package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// maxViews is how many views one viewer may keep.
const maxViews = 100

// ErrTooManyViews says that the viewer already keeps as many views as they may.
var ErrTooManyViews = errors.New("too many saved views")

// SaveView keeps a view; one of the same id and viewer is replaced.
func (s *Store) SaveView(ctx context.Context, v ghpkg.SavedView) error {
	replaced, err := s.changed(ctx, "save the view", `
		UPDATE saved_views SET login = $3, name = $4, path = $5, shared = $6 WHERE id = $1 AND viewer_id = $2`,
		v.ID, v.ViewerID, storable(v.Login), storable(v.Name), storable(v.Path), number(v.Shared))
	if replaced || err != nil {
		return err
	}
	added, err := s.changed(ctx, "save the view", `
		INSERT INTO saved_views (id, viewer_id, login, name, path, shared, created_at)
		SELECT CAST($1 AS TEXT), CAST($2 AS BIGINT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS TEXT),
			CAST($6 AS BIGINT), CAST($7 AS BIGINT)
		WHERE (SELECT COUNT(*) FROM saved_views WHERE viewer_id = $2) < CAST($8 AS BIGINT)`,
		v.ID, v.ViewerID, storable(v.Login), storable(v.Name), storable(v.Path), number(v.Shared),
		v.CreatedAt.UnixMilli(), maxViews)
	if err == nil && !added {
		err = ErrTooManyViews
	}
	return err
}

// Views returns the viewer's own views and then those that others share, each by name.
func (s *Store) Views(ctx context.Context, viewerID int64) ([]ghpkg.SavedView, error) {
	rows, err := s.db.QueryContext(ctx, `
		SELECT id, viewer_id, login, name, path, shared, created_at FROM saved_views
		WHERE viewer_id = $1 OR shared = 1`, viewerID)
	if err != nil {
		return nil, fmt.Errorf("read the views: %w", err)
	}
	views, err := collect(rows, "read the views", scanView)
	// The engines order names differently, and this is short.
	slices.SortFunc(views, func(a, b ghpkg.SavedView) int {
		return cmp.Or(
			cmp.Compare(number(a.ViewerID != viewerID), number(b.ViewerID != viewerID)),
			strings.Compare(searchable(a.Name), searchable(b.Name)), strings.Compare(a.ID, b.ID),
		)
	})
	return views, err
}

// ForgetView removes one of the viewer's own views; false if there is none.
func (s *Store) ForgetView(ctx context.Context, viewerID int64, id string) (bool, error) {
	return s.changed(ctx, "forget the view", `DELETE FROM saved_views WHERE id = $1 AND viewer_id = $2`, storable(id), viewerID)
}

func scanView(row scanner) (ghpkg.SavedView, error) {
	var v ghpkg.SavedView
	var shared, created int64
	err := row.Scan(&v.ID, &v.ViewerID, &v.Login, &v.Name, &v.Path, &shared, &created)
	v.Shared, v.CreatedAt = shared != 0, fromMillis(created)
	return v, err
}
