package handlers

import (
	"strconv"
	"strings"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// Rows for programs. Field names are GitHub's own; path is the address here.

type ownerJSON struct {
	Login string          `json:"login"`
	Type  ghpkg.OwnerKind `json:"type"`
	Role  ghpkg.Role      `json:"role,omitempty"`
	Path  string          `json:"path"`
}

func ownersJSON(all []ghpkg.Membership) []ownerJSON {
	rows := make([]ownerJSON, 0, len(all))
	for _, m := range all {
		rows = append(rows, ownerJSON{m.Owner.Login(), m.Owner.Kind(), m.Role, link.Packages(m.Owner)})
	}
	return rows
}

func (ownerJSON) header() []string  { return []string{"login", "type", "role", "path"} }
func (o ownerJSON) cells() []string { return []string{o.Login, string(o.Type), string(o.Role), o.Path} }

type repositoryJSON struct {
	Name     string `json:"name"`
	FullName string `json:"full_name"`
	Private  bool   `json:"private"`
	HTMLURL  string `json:"html_url,omitempty"`
}

// restorable is what rows of deleted things carry.
type restorable struct {
	DeletedAt       *time.Time `json:"deleted_at,omitempty"`
	RestorableUntil *time.Time `json:"restorable_until,omitempty"`
	KnownBy         string     `json:"known_by,omitempty"`
	DeletedBy       string     `json:"deleted_by,omitempty"`
	Ledger          string     `json:"ledger,omitempty"`
}

func restorableSince(at time.Time, knownBy string) restorable {
	at = at.UTC()
	until := ghpkg.RestorableUntil(at)
	return restorable{DeletedAt: &at, RestorableUntil: &until, KnownBy: knownBy}
}

type packageJSON struct {
	ID           int64            `json:"id"`
	Name         string           `json:"name"`
	PackageType  ghpkg.Type       `json:"package_type"`
	Owner        ownerJSON        `json:"owner"`
	Visibility   ghpkg.Visibility `json:"visibility"`
	VersionCount *int             `json:"version_count"` // null: not given by GitHub
	Repository   *repositoryJSON  `json:"repository"`    // null: not linked, or not given
	HTMLURL      string           `json:"html_url,omitempty"`
	CreatedAt    *time.Time       `json:"created_at,omitempty"`
	UpdatedAt    *time.Time       `json:"updated_at,omitempty"`
	restorable
	Path string `json:"path"`
}

func packageToJSON(p ghpkg.Package) packageJSON {
	row := packageJSON{
		ID: p.ID, Name: p.Name, PackageType: p.Type, Owner: ownerRefJSON(p.Owner), Visibility: p.Visibility,
		VersionCount: p.VersionCount, HTMLURL: p.HTMLURL, CreatedAt: known(p.CreatedAt), UpdatedAt: known(p.UpdatedAt),
	}
	if r := p.Repository; r != nil {
		row.Repository = &repositoryJSON{r.Name, r.FullName, r.Private, r.HTMLURL}
	}
	if ref, ok := p.Ref(); ok {
		row.Path = link.Package(ref)
	}
	return row
}

func packagesJSON(all []ghpkg.Package) []packageJSON {
	rows := make([]packageJSON, 0, len(all))
	for _, p := range all {
		rows = append(rows, packageToJSON(p))
	}
	return rows
}

func goneJSON(all []gonePackage) []packageJSON {
	rows := make([]packageJSON, 0, len(all))
	for _, g := range all {
		row := packageToJSON(g.pkg)
		row.UpdatedAt = nil
		row.restorable = restorableSince(g.at, g.knownBy)
		row.DeletedBy = g.by
		if g.entry != "" {
			row.Ledger = link.LedgerEntry(g.entry)
		}
		rows = append(rows, row)
	}
	return rows
}

func ownerRefJSON(o ghpkg.Owner) ownerJSON {
	return ownerJSON{Login: o.Login(), Type: o.Kind(), Path: link.Packages(o)}
}

func (packageJSON) header() []string {
	return []string{
		"id", "name", "package_type", "owner", "visibility", "version_count", "repository", "html_url",
		"created_at", "updated_at", "deleted_at", "restorable_until", "known_by", "path",
	}
}

func (p packageJSON) cells() []string {
	repository := ""
	if p.Repository != nil {
		repository = p.Repository.FullName
	}
	return []string{
		id(p.ID), p.Name, string(p.PackageType), p.Owner.Login, string(p.Visibility), number(p.VersionCount), repository,
		p.HTMLURL, stamp(p.CreatedAt), stamp(p.UpdatedAt), stamp(p.DeletedAt), stamp(p.RestorableUntil), p.KnownBy, p.Path,
	}
}

type versionJSON struct {
	ID          int64        `json:"id"`
	Name        string       `json:"name"`
	Description string       `json:"description,omitempty"`
	License     string       `json:"license,omitempty"`
	HTMLURL     string       `json:"html_url,omitempty"`
	CreatedAt   *time.Time   `json:"created_at,omitempty"`
	UpdatedAt   *time.Time   `json:"updated_at,omitempty"`
	Metadata    metadataJSON `json:"metadata"`
	restorable
	Path string `json:"path"`
}

// metadataJSON has the tags where GitHub's schema has them: a list called
// "tags" for containers, one called "tag" for docker.
type metadataJSON struct {
	PackageType ghpkg.Type          `json:"package_type"`
	Container   map[string][]string `json:"container,omitempty"`
	Docker      map[string][]string `json:"docker,omitempty"`
}

func versionToJSON(ref ghpkg.Ref, v ghpkg.Version) versionJSON {
	row := versionJSON{
		ID: v.ID, Name: v.Name, Description: v.Description, License: v.License, HTMLURL: v.HTMLURL,
		CreatedAt: known(v.CreatedAt), UpdatedAt: known(v.UpdatedAt), Metadata: metadataJSON{PackageType: ref.Type()},
	}
	tags := append([]string{}, v.Tags...)
	switch ref.Type() {
	case ghpkg.Container:
		row.Metadata.Container = map[string][]string{"tags": tags}
	case ghpkg.Docker:
		row.Metadata.Docker = map[string][]string{"tag": tags}
	}
	if v.DeletedAt != nil {
		row.restorable = restorableSince(*v.DeletedAt, knownByGitHub)
	}
	if at, err := ref.Version(v.ID); err == nil {
		row.Path = link.Version(at)
	}
	return row
}

func versionsJSON(ref ghpkg.Ref, all []ghpkg.Version) []versionJSON {
	rows := make([]versionJSON, 0, len(all))
	for _, v := range all {
		rows = append(rows, versionToJSON(ref, v))
	}
	return rows
}

func (versionJSON) header() []string {
	return []string{
		"id", "name", "package_type", "tags", "description", "license", "html_url", "created_at", "updated_at",
		"deleted_at", "restorable_until", "known_by", "path",
	}
}

func (v versionJSON) cells() []string {
	tags := append(append([]string{}, v.Metadata.Container["tags"]...), v.Metadata.Docker["tag"]...)
	return []string{
		id(v.ID), v.Name, string(v.Metadata.PackageType), strings.Join(tags, " "), v.Description, v.License, v.HTMLURL,
		stamp(v.CreatedAt), stamp(v.UpdatedAt), stamp(v.DeletedAt), stamp(v.RestorableUntil), v.KnownBy, v.Path,
	}
}

// known returns t, or nil for a time that nobody told us.
func known(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

func stamp(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func number(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

func id(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}
