package handlers

import (
	"context"

	"github.com/labstack/echo/v4"

	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/i18n"
	"github.com/stockroom-dev/stockroom/internal/inventory"
	"github.com/stockroom-dev/stockroom/internal/views"
)

// The levels of consequences.
const (
	info    = "info"
	warning = "warning"
	danger  = "danger"
)

// consequences says what a change will bring, the gravest first.
func (h *edge) consequences(c echo.Context, s *auth.Session, found subject) []views.Consequence {
	ctx := c.Request().Context()
	var all []views.Consequence
	say := func(level, key string, args ...any) {
		all = append(all, views.Consequence{Level: level, Text: i18n.T(ctx, "consequence."+key, args...)})
	}
	if found.action == ghpkg.ActionRestore {
		restoreConsequences(found, say)
		return all
	}
	versions, err := h.versionsNow(ctx, s, found)
	switch {
	case err != nil || !versions.Complete():
		say(warning, "versions_unknown")
	case found.whole():
		say(danger, "all_versions", "Count", len(versions.Items))
		if n := versions.Tags; n > 0 {
			say(danger, "all_tags", "Count", n)
		}
	default:
		versionConsequences(found, versions, say)
	}
	if found.pkg.Visibility == ghpkg.Public {
		say(danger, "public")
		say(info, "downloads")
	}
	if found.whole() {
		say(warning, "name_free")
	}
	say(info, "restorable", "Until", ghpkg.RestorableUntil(h.Now()))
	return all
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
func versionConsequences(found subject, all *inventory.Versions, say func(level, key string, args ...any)) {
	v := found.version
	if v == nil {
		return
	}
	typ := found.ref().Type()
	if len(v.Tags) > 1 {
		say(danger, "tags_go", "Count", len(v.Tags))
	}
	switch {
	case len(all.Items) == 1 && all.Items[0].ID == v.ID:
		say(danger, "last_version")
	case typ == ghpkg.Container && len(v.Tags) > 0 && all.Tagged == 1:
		say(danger, "last_tagged")
	}
	if v.Untagged(typ) {
		say(warning, "untagged")
	}
}

func restoreConsequences(found subject, say func(level, key string, args ...any)) {
	if found.whole() {
		say(info, "restore_package")
		say(warning, "restore_name")
		return
	}
	say(info, "restore_version")
	if v := found.version; v != nil && len(v.Tags) > 0 {
		say(info, "restore_tags", "Count", len(v.Tags))
	}
}
