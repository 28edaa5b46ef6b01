package handlers

import (
	"context"

	"github.com/labstack/echo/v4"

	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/i18n"
	"github.com/stockroom-dev/stockroom/internal/inventory"
	"github.com/stockroom-dev/stockroom/internal/views"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// The levels of consequences.
const (
	info    = "info"
	warning = "warning"
	danger  = "danger"
)

// foreseen is what a change will bring, the gravest first.
type foreseen struct {
	ctx     context.Context
	all     []views.Consequence
	instead *views.Fix // GitHub will refuse it: what can be done in its place
}

func (f *foreseen) say(level, key string, args ...any) {
	f.all = append(f.all, views.Consequence{Level: level, Text: i18n.T(f.ctx, "consequence."+key, args...)})
}

func (f *foreseen) offer(key, href string) {
	f.instead = &views.Fix{Label: i18n.T(f.ctx, key), Href: href}
}

// consequences says what a change will bring.
func (h *edge) consequences(c echo.Context, s *auth.Session, found subject) *foreseen {
	f := &foreseen{ctx: c.Request().Context()}
	if found.action == ghpkg.ActionRestore {
		h.restoreConsequences(f, s, found)
		return f
	}
	versions, err := h.versionsNow(f.ctx, s, found)
	switch {
	case err != nil || !versions.Complete():
		f.say(warning, "versions_unknown")
	case found.whole():
		f.say(danger, "all_versions", "Count", len(versions.Items))
		if n := versions.Tags; n > 0 {
			f.say(danger, "all_tags", "Count", n)
		}
	default:
		versionConsequences(f, found, versions)
	}
	if f.instead != nil {
		return f // nothing goes, so nothing needs to come back
	}
	if found.pkg.Visibility == ghpkg.Public {
		f.say(danger, "public")
		f.say(info, "downloads")
	}
	if found.whole() {
		f.say(warning, "name_free")
	}
	f.say(info, "restorable", "Until", ghpkg.RestorableUntil(h.Now()))
	return f
}

// versionsNow returns the package's versions; as GitHub lists them now, if what
// is known of them cannot be all.
func (h *edge) versionsNow(ctx context.Context, s *auth.Session, found subject) (*inventory.Versions, error) {
	versions, err := h.Inventory.Versions(ctx, h.eyes(s), found.ref(), ghpkg.Active)
	if count := versionCount(found.pkg); err != nil || count == 0 || count == len(versions.Items) {
		return versions, err
	}
	h.Inventory.RefreshPackage(s.ID, found.ref())
	return h.Inventory.Versions(ctx, h.eyes(s), found.ref(), ghpkg.Active)
}

// versionConsequences are those of deleting one version among all.
func versionConsequences(f *foreseen, found subject, all *inventory.Versions) {
	v := found.version
	if v == nil {
		return
	}
	typ, instead := found.ref().Type(), link.DeletePackage(found.ref())
	switch {
	case len(all.Items) == 1 && all.Items[0].ID == v.ID:
		f.say(danger, "last_version")
		f.offer("confirm.instead.delete_package", instead)
		return
	case typ == ghpkg.Container && len(v.Tags) > 0 && all.Tagged == 1:
		f.say(danger, "last_tagged")
		f.offer("confirm.instead.delete_package", instead)
		return
	}
	if len(v.Tags) > 1 {
		f.say(danger, "tags_go", "Count", len(v.Tags))
	}
	referenceConsequences(f, found, all.References())
	if v.Untagged(typ) {
		f.say(warning, "untagged")
	}
}

// mostReferences bounds how many versions are named that belong to one that is
// to be deleted: each signature may be a version.
const mostReferences = 5

// referenceConsequences say what belongs to the version, and what it belongs to.
func referenceConsequences(f *foreseen, found subject, all []ghpkg.Reference) {
	var left []views.Anchor
	n := 0
	for _, r := range all {
		switch id := found.version.ID; {
		case r.From == id && r.To == 0:
			f.say(info, "refers_to_gone", "Name", short(r.Digest))
		case r.From == id:
			f.say(danger, "refers")
			f.all[len(f.all)-1].Links = versionLinks(found.ref(), r.To, short(r.Digest), nil)
		case r.To == id:
			if n++; n <= mostReferences {
				left = versionLinks(found.ref(), r.From, r.Tag, left)
			}
		}
	}
	if n > 0 {
		f.say(warning, "referred", "Count", n)
		f.all[len(f.all)-1].Links = left
	}
}

// versionLinks adds the page of a version of the package to links.
func versionLinks(ref ghpkg.Ref, id int64, text string, links []views.Anchor) []views.Anchor {
	at, err := ref.Version(id)
	if err != nil {
		return links // an id that GitHub cannot have given
	}
	return append(links, views.Anchor{Text: text, Href: link.Version(at)})
}

func (h *edge) restoreConsequences(f *foreseen, s *auth.Session, found subject) {
	if !found.whole() {
		f.say(info, "restore_version")
		if v := found.version; v != nil && len(v.Tags) > 0 {
			f.say(info, "restore_tags", "Count", len(v.Tags))
		}
		return
	}
	if _, err := h.GitHub.Registry(s).Package(f.ctx, found.ref()); err == nil {
		f.say(danger, "name_taken")
		f.offer("confirm.instead.open_package", link.Package(found.ref()))
		return
	}
	f.say(info, "restore_package")
	f.say(warning, "restore_name")
}
