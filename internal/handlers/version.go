package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"
	"golang.org/x/sync/errgroup"

	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/views"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// version is one version.
func (h *edge) version(c echo.Context, s *auth.Session, at ghpkg.VersionRef) error {
	if err := checkFormat(c.Request(), formatJSON); err != nil {
		return err
	}
	if _, err := values(c, []string{"notice"}); err != nil {
		return err
	}
	ref := at.Package()
	p, v, err := h.packageAndVersion(c, s, at)
	if err != nil && p.ID == 0 {
		err = h.missingPackage(c, s, ref, err)
	}
	if err != nil {
		return err
	}
	known, err := h.deletionsOf(c.Request().Context(), s, ref.Owner(), []ghpkg.Version{v})
	if err != nil {
		return err
	}
	if format(c.Request()) == formatJSON {
		return jsonAnswer(c, http.StatusOK, known.json(versionToJSON(ref, v)))
	}
	page := views.VersionPage{
		Frame: h.frame(c, short(v.Name), views.SectionOwners, ownerCrumbs(ref.Owner(),
			views.Crumb{Text: p.Name, Href: link.Package(ref)}, views.Crumb{Text: short(v.Name)})...),
		Head: h.packageHead(p, ref), Version: known.row(h.versionRow(c, ref, v)), Description: v.Description, License: v.License,
		Install: h.registries().snippets(p, &v), Ledger: link.LedgerOf(p),
	}
	if page.Version.GitHub != "" {
		page.Head.GitHub = "" // one way to GitHub is enough, and this one leads to the version
	}
	page.Flash = h.flash(c)
	return html(c, http.StatusOK, page.Page())
}

// packageAndVersion asks for both at once. GitHub shows a deleted version in
// its list of deleted ones only.
func (h *edge) packageAndVersion(c echo.Context, s *auth.Session, at ghpkg.VersionRef) (p ghpkg.Package, v ghpkg.Version, err error) {
	registry := h.GitHub.Registry(s)
	group, ctx := errgroup.WithContext(c.Request().Context())
	group.Go(func() (err error) {
		p, err = registry.Package(ctx, at.Package())
		return err
	})
	group.Go(func() (err error) {
		v, err = registry.Version(ctx, at)
		if fault.KindOf(err) != fault.NotFound {
			return err
		}
		deleted, listErr := h.Inventory.Versions(ctx, h.eyes(s), at.Package(), ghpkg.Deleted)
		if listErr != nil {
			return err
		}
		for _, d := range deleted.Items {
			if d.ID == at.ID() {
				v = d.Full()
				return nil
			}
		}
		return err
	})
	err = group.Wait()
	return p, v, err
}
