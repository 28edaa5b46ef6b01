package handlers

import (
	"strconv"
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
	PackageType ghpkg.Type     `json:"package_type"`
	Container   *containerJSON `json:"container,omitempty"`
	Docker      *dockerJSON    `json:"docker,omitempty"`
}

type containerJSON struct {
	Tags []string `json:"tags"`
}

type dockerJSON struct {
	Tag []string `json:"tag"`
}

func versionToJSON(ref ghpkg.Ref, v ghpkg.Version) versionJSON {
	row := versionJSON{
		ID: v.ID, Name: v.Name, Description: v.Description, License: v.License, HTMLURL: v.HTMLURL,
		CreatedAt: known(v.CreatedAt), UpdatedAt: known(v.UpdatedAt), Metadata: metadataJSON{PackageType: ref.Type()},
	}
	tags := append([]string{}, v.Tags...)
	switch ref.Type() {
	case ghpkg.Container:
		row.Metadata.Container = &containerJSON{tags}
	case ghpkg.Docker:
		row.Metadata.Docker = &dockerJSON{tags}
	}
	if v.DeletedAt != nil {
		row.restorable = restorableSince(*v.DeletedAt, knownByGitHub)
	}
	if at, err := ref.Version(v.ID); err == nil {
		row.Path = link.Version(at)
	}
	return row
}

func versionsJSON(ref ghpkg.Ref, all []ghpkg.Version, known deletions) []versionJSON {
	rows := make([]versionJSON, 0, len(all))
	for _, v := range all {
		rows = append(rows, known.json(versionToJSON(ref, v)))
	}
	return rows
}

// known returns t, or nil for a time that nobody told us.
func known(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

func id(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}
