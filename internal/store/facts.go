package store

import (
	"cmp"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/lean"
)

// facts is how items of one kind are kept: what GitHub said of each, once.
type facts[T any] struct {
	table   string
	columns []string
	id      func(*T) int64
	values  func(to []any, item *T) ([]any, error) // appends in the columns' order: string, int64 or nil
	scan    func(scanner) (T, error)
}

func packageFacts() facts[ghpkg.Package] {
	return facts[ghpkg.Package]{
		table: "inventory_packages",
		columns: []string{
			"name", "package_type", "owner_kind", "owner_login", "owner_key", "visibility", "version_count",
			"html_url", "created_at", "updated_at", "repo_name", "repo_full", "repo_private", "repo_url",
		},
		id:     func(p *ghpkg.Package) int64 { return p.ID },
		values: packageValues,
		scan:   func(row scanner) (ghpkg.Package, error) { return scanPackage(row) },
	}
}

func packageValues(to []any, p *ghpkg.Package) ([]any, error) {
	var versions, repo any
	var linked ghpkg.Repository
	if p.VersionCount != nil {
		versions = int64(*p.VersionCount)
	}
	if p.Repository != nil {
		linked, repo = *p.Repository, storable(p.Repository.Name)
	}
	login := p.Owner.Login()
	return append(to,
		storable(p.Name), string(p.Type), string(p.Owner.Kind()), login, loginKey(login), storable(string(p.Visibility)), versions,
		storable(p.HTMLURL), p.CreatedAt.UnixMilli(), p.UpdatedAt.UnixMilli(),
		repo, storable(linked.FullName), number(linked.Private), storable(linked.HTMLURL),
	), nil
}

// scanPackage reads item_id and the columns of packageFacts, and then what
// else the row has.
func scanPackage(row scanner, more ...any) (ghpkg.Package, error) {
	var (
		p                     ghpkg.Package
		kind, login, ownerKey string
		versions              sql.Null[int]
		created, updated      int64
		repoName              sql.NullString
		repo                  ghpkg.Repository
		private               int64
	)
	err := row.Scan(append([]any{
		&p.ID, &p.Name, &p.Type, &kind, &login, &ownerKey, &p.Visibility, &versions,
		&p.HTMLURL, &created, &updated, &repoName, &repo.FullName, &private, &repo.HTMLURL,
	}, more...)...)
	if err != nil {
		return ghpkg.Package{}, err
	}
	if kind != "" {
		if p.Owner, err = ghpkg.NewOwner(ghpkg.OwnerKind(kind), login); err != nil {
			return ghpkg.Package{}, fmt.Errorf("package %d: %w", p.ID, err)
		}
	}
	if versions.Valid {
		p.VersionCount = &versions.V
	}
	if repoName.Valid {
		repo.Name, repo.Private = repoName.String, private != 0
		p.Repository = &repo
	}
	p.CreatedAt, p.UpdatedAt = fromMillis(created), fromMillis(updated)
	return p, nil
}

func versionFacts() facts[lean.Version] {
	return facts[lean.Version]{
		table:   "inventory_versions",
		columns: []string{"name", "description", "license", "tags", "html_url", "created_at", "updated_at", "deleted_at"},
		id:      func(v *lean.Version) int64 { return v.ID },
		values:  versionValues,
		scan:    scanVersion,
	}
}

func versionValues(to []any, kept *lean.Version) ([]any, error) {
	v := kept.Full()
	tags := "null"
	if v.Tags != nil {
		text, err := json.Marshal(v.Tags)
		if err != nil {
			return nil, fmt.Errorf("tags of version %d: %w", v.ID, err)
		}
		tags = storable(string(text))
	}
	var deleted any
	if v.DeletedAt != nil {
		deleted = v.DeletedAt.UnixMilli()
	}
	return append(to,
		storable(v.Name), storable(v.Description), storable(v.License), tags, storable(v.HTMLURL),
		v.CreatedAt.UnixMilli(), v.UpdatedAt.UnixMilli(), deleted,
	), nil
}

func scanVersion(row scanner) (lean.Version, error) {
	var (
		v                ghpkg.Version
		tags             string
		created, updated int64
		deleted          sql.NullInt64
	)
	err := row.Scan(&v.ID, &v.Name, &v.Description, &v.License, &tags, &v.HTMLURL, &created, &updated, &deleted)
	if err != nil {
		return lean.Version{}, err
	}
	if tags != "null" { // most versions have none, and there are many
		if err := json.Unmarshal([]byte(tags), &v.Tags); err != nil {
			return lean.Version{}, fmt.Errorf("tags of version %d: %w", v.ID, err)
		}
	}
	v.CreatedAt, v.UpdatedAt = fromMillis(created), fromMillis(updated)
	if deleted.Valid {
		at := fromMillis(deleted.Int64)
		v.DeletedAt = &at
	}
	return lean.Of(&v), nil
}

func number(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// digest tells contents apart: two facts with the same one say the same.
type digest [16]byte

// digestOf returns the digest of an item's values. Each value is preceded by
// its kind and length, so that no two lists run together to the same bytes.
func digestOf(scratch []byte, table string, id int64, values []any) (digest, []byte) {
	b := binary.AppendVarint(append(scratch[:0], table...), id)
	for _, value := range values {
		switch v := value.(type) {
		case string:
			b = append(binary.AppendUvarint(append(b, 's'), uint64(len(v))), v...)
		case int64:
			b = binary.AppendVarint(append(b, 'i'), v)
		default:
			b = append(b, 'n')
		}
	}
	sum := sha256.Sum256(b)
	return digest(sum[:len(digest{})]), b
}

// factKey is where a fact stands.
type factKey struct {
	id     int64
	digest digest
}

func scanKey(row scanner) (factKey, error) {
	var k factKey
	var raw sql.RawBytes
	err := row.Scan(&k.id, &raw)
	copy(k.digest[:], raw)
	return k, err
}

// fact is one item of a listing: its key, and where in the listing it is.
type fact struct {
	factKey
	index int
}

// keys returns the items' keys by id, each once. The order is the same for all
// who write, so that no two wait for each other.
func (k facts[T]) keys(items []T) ([]fact, error) {
	all := make([]fact, len(items))
	var values []any
	var scratch []byte
	var err error
	for i := range items {
		if values, err = k.values(values[:0], &items[i]); err != nil {
			return nil, err
		}
		f := fact{factKey{id: k.id(&items[i])}, i}
		f.digest, scratch = digestOf(scratch, k.table, f.id, values)
		all[i] = f
	}
	slices.SortFunc(all, func(a, b fact) int { return cmp.Or(cmp.Compare(a.id, b.id), cmp.Compare(b.index, a.index)) })
	return slices.CompactFunc(all, func(a, b fact) bool { return a.id == b.id }), nil
}
