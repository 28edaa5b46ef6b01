package ghfake

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// packageJSON is GitHub's package. Lists leave version_count out, although the
// schema requires it, and repository where there is none.
type packageJSON struct {
	ID           int64          `json:"id"`
	Name         string         `json:"name"`
	PackageType  ghpkg.Type     `json:"package_type"`
	Owner        map[string]any `json:"owner"`
	VersionCount *int           `json:"version_count,omitempty"`
	Visibility   string         `json:"visibility"`
	URL          string         `json:"url"`
	CreatedAt    time.Time      `json:"created_at"`
	UpdatedAt    time.Time      `json:"updated_at"`
	Repository   map[string]any `json:"repository,omitempty"`
	HTMLURL      string         `json:"html_url"`
}

// versionJSON is GitHub's package version.
type versionJSON struct {
	ID             int64        `json:"id"`
	Name           string       `json:"name"`
	URL            string       `json:"url"`
	PackageHTMLURL string       `json:"package_html_url"`
	License        string       `json:"license,omitempty"`
	Description    string       `json:"description,omitempty"`
	CreatedAt      time.Time    `json:"created_at"`
	UpdatedAt      time.Time    `json:"updated_at"`
	DeletedAt      *time.Time   `json:"deleted_at,omitempty"`
	HTMLURL        string       `json:"html_url"`
	Metadata       metadataJSON `json:"metadata"`
}

type metadataJSON struct {
	PackageType ghpkg.Type     `json:"package_type"`
	Container   *containerJSON `json:"container,omitempty"`
	Docker      *dockerJSON    `json:"docker,omitempty"`
}

type containerJSON struct {
	Tags []string `json:"tags"`
}

// dockerJSON follows the schema's property; the schema's own list of required
// properties says "tags".
type dockerJSON struct {
	Tag []string `json:"tag"`
}

func (c *call) packageList(items []*pkg) []packageJSON {
	list := make([]packageJSON, len(items))
	for i, p := range items {
		list[i] = c.packageJSON(p)
	}
	return list
}

// packageDetail is the package as the single GET shows it.
func (c *call) packageDetail(p *pkg) packageJSON {
	detail := c.packageJSON(p)
	detail.VersionCount = new(len(c.versionsIn(p, ghpkg.Active)))
	return detail
}

func (c *call) packageJSON(p *pkg) packageJSON {
	kind, owner := c.ownerOf(p)
	api, web := "users", "users"
	if kind == ghpkg.Organization {
		api, web = "orgs", "orgs"
	}
	j := packageJSON{
		ID: p.ID, Name: p.Name, PackageType: p.Type, Owner: owner, Visibility: string(p.Visibility),
		URL:       fmt.Sprintf("%s/%s/%s/packages/%s/%s", c.APIURL, api, p.Owner, p.Type, url.PathEscape(p.Name)),
		HTMLURL:   fmt.Sprintf("%s/%s/%s/packages/%s/package/%s", c.URL, web, p.Owner, p.Type, url.PathEscape(p.Name)),
		CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt.Truncate(time.Second),
	}
	if p.Repository != "" {
		j.Repository = c.repository(p, owner)
	}
	return j
}

func (c *call) ownerOf(p *pkg) (ghpkg.OwnerKind, map[string]any) {
	if o := c.world.orgs[lower(p.Owner)]; o != nil {
		return ghpkg.Organization, c.simpleAccount(o.ID, o.Login, ghpkg.Organization)
	}
	return ghpkg.User, c.simpleUser(c.world.users[lower(p.Owner)])
}

func (c *call) versionList(p *pkg, items []*Version) []versionJSON {
	list := make([]versionJSON, len(items))
	for i, v := range items {
		list[i] = c.versionJSON(p, v)
	}
	return list
}

func (c *call) versionJSON(p *pkg, v *Version) versionJSON {
	whole := c.packageJSON(p)
	j := versionJSON{
		ID: v.ID, Name: v.Name, License: v.License, Description: v.Description,
		URL:            fmt.Sprintf("%s/versions/%d", whole.URL, v.ID),
		PackageHTMLURL: whole.HTMLURL,
		HTMLURL:        fmt.Sprintf("%s/%d", strings.Replace(whole.HTMLURL, "/package/", "/", 1), v.ID),
		CreatedAt:      v.CreatedAt, UpdatedAt: v.UpdatedAt.Truncate(time.Second),
		Metadata: metadataJSON{PackageType: p.Type},
	}
	tags := slices.Clone(v.Tags)
	if !v.DeletedAt.IsZero() {
		j.DeletedAt = new(v.DeletedAt.UTC().Truncate(time.Second))
		tags = nil // deleting a version removes its tags
	}
	if tags == nil {
		tags = []string{}
	}
	switch p.Type {
	case ghpkg.Container:
		j.Metadata.Container = &containerJSON{tags}
	case ghpkg.Docker:
		j.Metadata.Docker = &dockerJSON{tags}
	}
	return j
}

// repositoryLinks are the addresses that GitHub's minimal repository has
// beside url, each below it.
const repositoryLinks = "archive assignees blobs branches collaborators comments commits compare contents contributors deployments downloads events forks git_commits git_refs git_tags hooks issue_comment issue_events issues keys labels languages merges milestones notifications pulls releases stargazers statuses subscribers subscription tags teams trees"

func (c *call) repository(p *pkg, owner map[string]any) map[string]any {
	full := p.Owner + "/" + p.Repository
	self := c.APIURL + "/repos/" + full
	r := map[string]any{
		"id": repositoryID(full), "node_id": "R_" + full, "name": p.Repository, "full_name": full, "owner": owner,
		"private": p.Visibility != ghpkg.Public, "html_url": c.URL + "/" + full, "description": nil, "fork": false, "url": self,
	}
	for link := range strings.FieldsSeq(repositoryLinks) {
		r[link+"_url"] = self + "/" + strings.ReplaceAll(link, "git_", "git/")
	}
	return r
}

// repositoryID derives a steady id from the name (FNV-1a, kept positive and
// within what JavaScript holds exactly).
func repositoryID(full string) int64 {
	h := uint32(2166136261)
	for _, b := range []byte(lower(full)) {
		h = (h ^ uint32(b)) * 16777619
	}
	return int64(h)
}
