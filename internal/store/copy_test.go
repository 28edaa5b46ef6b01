package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/lean"
	"github.com/stockroom-dev/stockroom/internal/store"
)

// full is an SQLite database with something in every table.
func full(t *testing.T) (*store.Store, string) {
	t.Helper()
	url := fresh(t, "sqlite:")
	s, ctx := ledgerOfThree(t, url), t.Context()
	must := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(nil, s.InsertSession(ctx, session(1, 7)))
	must(nil, s.InsertSession(ctx, session(2, 8)))
	must(nil, s.SavePreferences(ctx, 7, ghpkg.Preferences{Language: "ko", Theme: "dark", Hidden: "tags"}))
	must(nil, s.SaveView(ctx, view("v", 7, "오래된 것 'x' \\ \t\n", true)))
	savePackages(t, s, packagesKey(t, "id-1"), packages(t, 1, 1, 2, 1<<53))
	bare := packages(t, 2)
	bare.Items = []ghpkg.Package{{ID: 3}} // every column that can be NULL is
	savePackages(t, s, packagesKey(t, "id-2"), bare)
	versions := ghpkg.Listing[lean.Version]{AsOf: epoch}
	for n := range int64(600) {
		v := version(n)
		versions.Items = append(versions.Items, lean.Of(&v))
	}
	key := packagesKey(t, "id-1")
	key.Name, key.State = "api", ghpkg.Active
	must(nil, s.SaveVersions(ctx, key, versions))
	must(nil, s.ExpireListings(ctx, widget(t), "me"))
	must(nil, s.AddVanished(ctx, 7, []ghpkg.Vanished{vanished(t, 9, 0, 2)}))
	must(s.SwapAccount(ctx, "olivia", ghpkg.Account{}, ghpkg.Account{Holder: "a", HeldUntil: epoch, Pace: time.Second, Limited: "slow down"}))
	must(s.Lease(ctx, 1, "a", epoch, epoch.Add(time.Second)))
	op := started(t, s, 1, 40)
	item, _, err := s.NextItem(ctx, op.ID)
	must(item, err)
	item.Entry, item.At = id(3), epoch
	must(s.BeginItem(ctx, op.ID, item))
	insert(t, s, draft(2, func(op *ghpkg.Operation) { op.Continues = op.ID }), frozen(t, 3, func(i *ghpkg.OperationItem) {
		i.Target.VersionName, i.Target.UpdatedAt, i.Versions = "", epoch, 4 // an empty BYTEA
	}))
	for _, query := range []string{
		`INSERT INTO notice_destinations VALUES ('d', 'slack', 'team', 'example.com', x'00ff', '[]', '[]', 0, 1, 'olivia', 'ko')`,
		`INSERT INTO notice_deliveries VALUES ('n', 'd', 'delete', 1, '{}', 'pending', 0, 1, 0, 0, '')`,
		`INSERT INTO notice_cursors VALUES ('ledger', 5)`,
		`INSERT INTO notice_operations VALUES ('o', '` + op.ID + `', 'done', '', '', 7)`,
	} {
		byHand(t, s, query)
	}
	return s, url
}

// rowsOf returns a table's rows, each with its types, in one order for both engines.
func rowsOf(t *testing.T, s *store.Store, table string, columns []string) []string {
	t.Helper()
	rows, err := s.ByHand().QueryContext(t.Context(), "SELECT "+strings.Join(columns, ", ")+" FROM "+table)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		values, places := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			places[i] = &values[i]
		}
		if err := rows.Scan(places...); err != nil {
			t.Fatal(err)
		}
		all = append(all, fmt.Sprintf("%#v", values))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return all
}

func TestCopyHasEveryRow(t *testing.T) {
	t.Parallel()
	to := postgresSchema(t)
	source, _ := full(t)
	target, ctx := open(t, to), t.Context()
	told := map[string]int64{}
	v, err := source.CopyTo(ctx, target, func(table string, rows int64) { told[table] = rows })
	if err != nil || !v.Intact() || v.Entries != 3 || v.Outcomes != 2 || v.Noted != 5 {
		t.Fatalf("%+v, %v", v, err)
	}
	names, err := source.Tables(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		columns, err := source.SchemaColumns(ctx, name)
		if err != nil {
			t.Fatal(err)
		}
		want := rowsOf(t, source, name, columns)
		if len(want) == 0 || told[name] != int64(len(want)) {
			t.Errorf("%s: %d rows told, of %d; a table without any is filled by full", name, told[name], len(want))
		}
		if diff := cmp.Diff(want, rowsOf(t, target, name, columns)); diff != "" {
			t.Errorf("%s (-source +copy):\n%s", name, diff)
		}
	}
	if len(told) != len(names) {
		t.Errorf("told of %v, want %v", told, names)
	}
	write(t, target, attempt(t, 8, nil)) // the chain goes on
	intact(t, target, 4, 2)
	if _, err := source.CopyTo(ctx, target, func(string, int64) {}); !errors.Is(err, store.ErrNotEmpty) {
		t.Errorf("a second copy: %v", err)
	}
	intact(t, target, 4, 2)
}

func TestCopyRefuses(t *testing.T) {
	t.Parallel()
	to := postgresSchema(t)
	source, _ := full(t)
	copyTo := func(from, to *store.Store) error {
		_, err := from.CopyTo(t.Context(), to, func(string, int64) {})
		return err
	}
	if err := copyTo(source, open(t, fresh(t, "sqlite:"))); err == nil {
		t.Error("copied to SQLite")
	}
	target := open(t, to)
	if err := copyTo(target, target); err == nil {
		t.Error("copied from PostgreSQL")
	}
	byHand(t, target, `ALTER TABLE saved_views DROP COLUMN path`)
	if err := copyTo(source, target); err == nil || !strings.Contains(err.Error(), "not of the same schema") {
		t.Errorf("copied to another schema: %v", err)
	}
	byHand(t, target, `ALTER TABLE saved_views ADD COLUMN path TEXT NOT NULL`)
	byHand(t, source, `UPDATE ledger_attempts SET reason = 'none' WHERE id = '`+id(3)+`'`)
	v, err := source.CopyTo(t.Context(), target, func(string, int64) {})
	if err != nil || v.Intact() || v.Broken[0].What != store.Changed {
		t.Errorf("the copy of a broken ledger: %+v, %v", v, err)
	}
}
