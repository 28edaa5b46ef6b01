package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// itemColumns are what is read of an item.
func itemColumns() []string {
	return []string{
		"seq", "owner_kind", "owner_login", "package_type", "package_name", "visibility", "package_id",
		"version_id", "version_name", "tags", "version_count", "updated_at", "created_at", "deleted_at",
		"expected", "state", "message", "code", "entry", "at",
	}
}

// selectItems reads items. What else there is of them only finds and orders them.
func selectItems() string {
	return "SELECT " + strings.Join(itemColumns(), ", ") + " FROM operation_items"
}

func itemInsertion() insertion {
	return insertion{
		table:   "operation_items",
		columns: append([]string{"operation_id", "tag_count", "sort_name", "search"}, itemColumns()...),
	}
}

// itemValues appends what follows an item's operation_id.
func itemValues(to []any, item *ghpkg.OperationItem) ([]any, error) {
	t := &item.Target
	tags, err := json.Marshal(t.Tags)
	if err != nil {
		return nil, fmt.Errorf("write the tags of item %d: %w", item.Seq, err)
	}
	return append(to,
		len(t.Tags), []byte(searchable(t.Name, t.VersionName)), searchable(append([]string{t.Name, t.VersionName}, t.Tags...)...),
		item.Seq, string(t.Owner.Kind()), t.Owner.Login(), string(t.Type), storable(t.Name), string(t.Visibility), t.PackageID,
		t.VersionID, storable(t.VersionName), storable(string(tags)), item.Versions, maybeMillis(t.UpdatedAt), maybeMillis(item.CreatedAt), maybeMillis(item.DeletedAt),
		string(item.Check), string(item.State), storable(item.Message), storable(item.Code), storable(item.Entry), maybeMillis(item.At),
	), nil
}

func scanItem(row scanner) (ghpkg.OperationItem, error) {
	var item ghpkg.OperationItem
	var kind, login, tags string
	var updated, created, deleted, at int64
	t := &item.Target
	err := row.Scan(&item.Seq, &kind, &login, &t.Type, &t.Name, &t.Visibility, &t.PackageID,
		&t.VersionID, &t.VersionName, &tags, &item.Versions, &updated, &created, &deleted,
		&item.Check, &item.State, &item.Message, &item.Code, &item.Entry, &at)
	if err != nil {
		return ghpkg.OperationItem{}, err
	}
	t.UpdatedAt = maybeTime(updated)
	item.CreatedAt, item.DeletedAt, item.At = maybeTime(created), maybeTime(deleted), maybeTime(at)
	if t.Owner, err = ghpkg.NewOwner(ghpkg.OwnerKind(kind), login); err != nil {
		return ghpkg.OperationItem{}, fmt.Errorf("item %d: %w", item.Seq, err)
	}
	if err := json.Unmarshal([]byte(tags), &t.Tags); err != nil {
		return ghpkg.OperationItem{}, fmt.Errorf("tags of item %d: %w", item.Seq, err)
	}
	return item, nil
}

// OperationItems returns a page of the items that q selects, and how many it selects.
func (s *Store) OperationItems(ctx context.Context, id string, q ghpkg.ItemQuery) ([]ghpkg.OperationItem, int, error) {
	w := &where{}
	w.and("operation_id = " + w.bind(storable(id)))
	if q.State != "" {
		w.and("state = " + w.bind(storable(string(q.State))))
	}
	if q.Check != "" {
		w.and("expected = " + w.bind(storable(string(q.Check))))
	}
	if q.Text != "" {
		w.matches(q.Text, "search")
	}
	var total int
	if err := s.db.QueryRowContext(ctx, "SELECT COUNT(*) FROM operation_items"+w.String(), w.args...).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("count an operation's items: %w", err)
	}
	query := selectItems() + w.String() + itemOrder(q.Sort) +
		" LIMIT " + w.bind(max(q.Limit, 0)) + " OFFSET " + w.bind(max(q.Offset, 0))
	rows, err := s.db.QueryContext(ctx, query, w.args...)
	if err != nil {
		return nil, 0, fmt.Errorf("read an operation's items: %w", err)
	}
	items, err := collect(rows, "read an operation's items", scanItem)
	return items, total, err
}

// itemOrder ends with what no two items share, so that paging is stable.
func itemOrder(s ghpkg.Sort) string {
	field, down := s.Descending()
	direction := ""
	if down {
		direction = " DESC"
	}
	switch field {
	case ghpkg.SortName:
		return " ORDER BY sort_name" + direction + ", seq"
	case ghpkg.SortCreated:
		return " ORDER BY created_at" + direction + ", seq"
	default:
		return " ORDER BY seq"
	}
}

// distinctPackages counts packages by their ids, and by their names where no
// id is known.
const distinctPackages = `COUNT(DISTINCT CASE WHEN package_id <> 0 THEN CAST(package_id AS TEXT)
	ELSE owner_kind || '/' || LOWER(owner_login) || '/' || package_type || '/' || package_name END)`

// OperationSummary returns what an operation is about, over all its items.
func (s *Store) OperationSummary(ctx context.Context, id string) (ghpkg.OperationSummary, error) {
	checks, types := ghpkg.ItemChecks(), ghpkg.Types()
	sum := ghpkg.OperationSummary{Checks: map[ghpkg.ItemCheck]int{}}
	counts := make([]int, len(checks)+len(types))
	var least int64
	to := []any{&sum.Packages, &sum.Whole, &sum.Versions, &sum.Uncounted, &sum.Tags, &sum.Public, &least}
	for i := range counts {
		to = append(to, &counts[i])
	}
	query := `SELECT ` + distinctPackages + `, COUNT(CASE WHEN version_id = 0 THEN 1 END),
		CAST(COALESCE(SUM(version_count), 0) AS BIGINT), COUNT(CASE WHEN version_id = 0 AND version_count = 0 AND expected <> 'gone' THEN 1 END),
		CAST(COALESCE(SUM(tag_count), 0) AS BIGINT), COUNT(CASE WHEN visibility = 'public' THEN 1 END),
		COALESCE(MIN(CASE WHEN deleted_at <> 0 THEN deleted_at END), 0)` +
		countEach("expected", checks) + countEach("package_type", types) + ` FROM operation_items WHERE operation_id = $1`
	if err := s.db.QueryRowContext(ctx, query, storable(id)).Scan(to...); err != nil {
		return ghpkg.OperationSummary{}, fmt.Errorf("sum up the operation: %w", err)
	}
	sum.LeastDeletedAt = maybeTime(least)
	for i, check := range checks {
		if n := counts[i]; n > 0 {
			sum.Checks[check] = n
		}
	}
	for i, typ := range types {
		if counts[len(checks)+i] > 0 {
			sum.Types = append(sum.Types, typ)
		}
	}
	var err error
	sum.Organizations, err = s.organizationsOf(ctx, id)
	return sum, err
}

// organizationsOf returns the organizations that an operation's items are of,
// however their logins are written.
func (s *Store) organizationsOf(ctx context.Context, id string) ([]string, error) {
	const what = "read the organizations of an operation"
	rows, err := s.db.QueryContext(ctx, `SELECT MIN(owner_login) FROM operation_items
		WHERE operation_id = $1 AND owner_kind = 'Organization' GROUP BY LOWER(owner_login) ORDER BY LOWER(owner_login)`, storable(id))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return collect(rows, what, func(row scanner) (login string, err error) {
		err = row.Scan(&login)
		return login, err
	})
}

// countEach counts the rows that have each of the values, which are constants
// of ours, in the column.
func countEach[T ~string](column string, values []T) string {
	var b strings.Builder
	for _, value := range values {
		b.WriteString(", COUNT(CASE WHEN " + column + " = '" + string(value) + "' THEN 1 END)")
	}
	return b.String()
}
