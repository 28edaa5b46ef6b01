package ghclient

import (
	"encoding/json"
	"net/url"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// wireAccount is GitHub's user or organization.
type wireAccount struct {
	ID        int64  `json:"id"`
	Login     string `json:"login"`
	Name      string `json:"name"`
	Type      string `json:"type"`
	AvatarURL string `json:"avatar_url"`
}

// wirePackage is GitHub's package; lists leave out what the single answer has.
type wirePackage struct {
	ID           int64           `json:"id"`
	Name         string          `json:"name"`
	PackageType  string          `json:"package_type"`
	Owner        *wireAccount    `json:"owner"`
	Visibility   string          `json:"visibility"`
	VersionCount *int            `json:"version_count"`
	Repository   *wireRepository `json:"repository"`
	HTMLURL      string          `json:"html_url"`
	CreatedAt    *time.Time      `json:"created_at"`
	UpdatedAt    *time.Time      `json:"updated_at"`
}

type wireRepository struct {
	Name     string `json:"name"`
	FullName string `json:"full_name"`
	Private  bool   `json:"private"`
	HTMLURL  string `json:"html_url"`
}

// value returns the package as one of owner's, asked for as a typ.
func (w wirePackage) value(web *url.URL, owner ghpkg.Owner, typ ghpkg.Type) ghpkg.Package {
	p := ghpkg.Package{
		ID:           w.ID,
		Name:         w.Name,
		Type:         typ,
		Owner:        owner,
		Visibility:   ghpkg.Visibility(w.Visibility),
		VersionCount: w.VersionCount,
		HTMLURL:      webLink(web, w.HTMLURL),
		CreatedAt:    deref(w.CreatedAt),
		UpdatedAt:    deref(w.UpdatedAt),
	}
	if t, err := ghpkg.ParseType(w.PackageType); err == nil {
		p.Type = t
	}
	// GitHub's spelling of the login is better than the one that was typed.
	if w.Owner != nil && owner.Is(w.Owner.Login) {
		if o, err := ghpkg.NewOwner(owner.Kind(), w.Owner.Login); err == nil {
			p.Owner = o
		}
	}
	if r := w.Repository; r != nil {
		p.Repository = &ghpkg.Repository{Name: r.Name, FullName: r.FullName, Private: r.Private, HTMLURL: webLink(web, r.HTMLURL)}
	}
	return p
}

// wireVersion is GitHub's package-version. go-github v66 has no deleted_at,
// license, description or docker tags.
type wireVersion struct {
	ID             int64      `json:"id"`
	Name           string     `json:"name"`
	Description    string     `json:"description"`
	License        string     `json:"license"`
	HTMLURL        string     `json:"html_url"`
	PackageHTMLURL string     `json:"package_html_url"`
	CreatedAt      *time.Time `json:"created_at"`
	UpdatedAt      *time.Time `json:"updated_at"`
	DeletedAt      *time.Time `json:"deleted_at"`
	Metadata       *struct {
		Container wireTags `json:"container"`
		Docker    wireTags `json:"docker"`
	} `json:"metadata"`
}

// wireTags are the tags of an image. GitHub's schema calls docker's "tag" in
// one place and "tags" in another.
type wireTags struct {
	Tags words `json:"tags"`
	Tag  words `json:"tag"`
}

func (w wireVersion) value(web *url.URL) ghpkg.Version {
	v := ghpkg.Version{
		ID:          w.ID,
		Name:        w.Name,
		Description: w.Description,
		License:     w.License,
		HTMLURL:     webLink(web, w.HTMLURL),
		CreatedAt:   deref(w.CreatedAt),
		UpdatedAt:   deref(w.UpdatedAt),
		DeletedAt:   w.DeletedAt,
	}
	if v.HTMLURL == "" {
		v.HTMLURL = webLink(web, w.PackageHTMLURL)
	}
	if m := w.Metadata; m != nil {
		for _, tags := range []words{m.Container.Tags, m.Container.Tag, m.Docker.Tags, m.Docker.Tag} {
			if len(tags) > 0 {
				v.Tags = tags
				break
			}
		}
	}
	return v
}

// words is a list of strings that may be written as a single one.
type words []string

// UnmarshalJSON reads a list, a single string or null.
func (w *words) UnmarshalJSON(b []byte) error {
	var one string
	if err := json.Unmarshal(b, &one); err == nil {
		if one != "" {
			*w = words{one}
		}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(w))
}

// deref returns *t, or the zero time.
func deref(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
