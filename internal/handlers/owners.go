package handlers

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/i18n"
	"github.com/stockroom-dev/stockroom/internal/views"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// landing is the front page of somebody who is signed out.
func (h *edge) landing(c echo.Context) error {
	return html(c, http.StatusOK, views.Landing{
		Frame:      h.frame(c, "", ""),
		SignIn:     link.SignIn("", nil),
		GitHubHost: h.GitHubURL.Host,
		Scopes:     ghpkg.SignInScopes(),
		SignedOut:  c.QueryParam("signed_out") != "",
	}.Page())
}

// owners lists whose packages the viewer may look at; "?owner=" leads to any other.
func (h *edge) owners(c echo.Context, s *auth.Session) error {
	if err := checkFormat(c.Request(), formatJSON, formatCSV); err != nil {
		return err
	}
	v, err := values(c, []string{"owner", "signed_out"})
	if err != nil {
		return err
	}
	ctx, registry := c.Request().Context(), h.GitHub.Registry(s)
	if login := strings.TrimSpace(v.Get("owner")); login != "" {
		owner, err := registry.Owner(ctx, login)
		if err != nil {
			return err
		}
		return c.Redirect(http.StatusSeeOther, link.Packages(owner))
	}
	listing, err := h.Inventory.Memberships(ctx, h.eyes(s), registry)
	if err != nil {
		return err
	}
	rows := ownersJSON(listing.Items)
	if isProgram(c.Request()) {
		return sendTable(h, c, "owners", tableOf(ctx, withRows(listing, rows), len(rows), ghpkg.Query{Page: 1, PerPage: max(1, len(rows))}))
	}
	return html(c, http.StatusOK, views.Owners{
		Frame:   h.frame(c, i18n.T(ctx, "owners.title"), views.SectionOwners),
		Rows:    ownerRows(listing.Items, s.Viewer),
		Notices: h.notices(c, listing.Notices),
		Exports: views.Exports{JSON: link.Home + "?format=json", CSV: link.Home + "?format=csv"},
	}.Page())
}

func ownerRows(all []ghpkg.Membership, viewer ghpkg.Viewer) []views.OwnerRow {
	rows := make([]views.OwnerRow, 0, len(all))
	for _, m := range all {
		rows = append(rows, views.OwnerRow{
			Login: m.Owner.Login(), Kind: m.Owner.Kind(), Role: m.Role, AvatarURL: m.AvatarURL,
			Own:  m.Owner.Kind() == ghpkg.User && m.Owner.Is(viewer.Login),
			Href: link.Packages(m.Owner), Conflicts: link.Conflicts(m.Owner), Bin: link.Bin(m.Owner),
		})
	}
	return rows
}

// leadToRightKind answers a not-found on an owner's page with the right address
// when the name belongs to the other kind of account.
func (h *edge) leadToRightKind(c echo.Context, s *auth.Session, asked ghpkg.Owner, err error) error {
	if fault.KindOf(err) != fault.NotFound {
		return err
	}
	real, lookErr := h.GitHub.Registry(s).Owner(c.Request().Context(), asked.Login())
	if lookErr != nil || real.Kind() == asked.Kind() {
		return err
	}
	to := *c.Request().URL
	to.Path, to.RawPath = link.Moved(to.Path, asked, real), ""
	return c.Redirect(http.StatusSeeOther, to.RequestURI())
}

// readableBy returns what the viewer may read on the ledger's own pages: an
// admin of the portal everything. Elsewhere the ledger stands in for lists that
// GitHub does not give, and there it shows no more than GitHub would.
func (h *edge) readableBy(c echo.Context, s *auth.Session) (ghpkg.VisibleTo, []ghpkg.Notice, error) {
	if rightsOf(c).Admin {
		return ghpkg.VisibleTo{All: true}, nil, nil
	}
	return h.visibleTo(c.Request().Context(), s)
}

// visibleTo returns what the viewer may read of the ledger: their own deeds,
// and what happened in organizations that they own. When GitHub cannot say
// which those are, only their own deeds are shown, and a notice says so; when
// it no longer knows the viewer, nothing is.
func (h *edge) visibleTo(ctx context.Context, s *auth.Session) (ghpkg.VisibleTo, []ghpkg.Notice, error) {
	visible := ghpkg.VisibleTo{ActorID: s.Viewer.ID}
	listing, err := h.Inventory.Memberships(ctx, h.eyes(s), h.GitHub.Registry(s))
	if fault.KindOf(err) == fault.SignedOut {
		return visible, nil, err
	}
	if err != nil {
		h.Log.InfoContext(ctx, "memberships could not be listed", "error", err)
		return visible, []ghpkg.Notice{{Kind: ghpkg.NoticeOwners}}, nil
	}
	var notices []ghpkg.Notice
	if !listing.Complete() {
		notices = []ghpkg.Notice{{Kind: ghpkg.NoticeOwners}}
	}
	for _, m := range listing.Items {
		if m.Owner.Kind() == ghpkg.Organization && m.Role == ghpkg.RoleAdmin {
			visible.Organizations = append(visible.Organizations, strings.ToLower(m.Owner.Login()))
		}
	}
	slices.Sort(visible.Organizations)
	return visible, notices, nil
}
