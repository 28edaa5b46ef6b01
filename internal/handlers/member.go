package handlers

import (
	"context"
	"slices"
	"strings"

	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/i18n"
)

// onlyMember says of which organizations the viewer is a member and no owner,
// as far as GitHub said: whether they have the admin role on a package there is
// in no list.
func (h *edge) onlyMember(ctx context.Context, s *auth.Session, organizations ...string) []string {
	listing, err := h.Inventory.Memberships(ctx, h.eyes(s), h.GitHub.Registry(s))
	if err != nil {
		return nil // the page does without
	}
	var all []string
	for _, m := range listing.Items {
		its := func(login string) bool { return strings.EqualFold(login, m.Owner.Login()) }
		if m.Role == ghpkg.RoleMember && slices.ContainsFunc(organizations, its) {
			all = append(all, i18n.T(ctx, "confirm.member", "Owner", m.Owner.Login()))
		}
	}
	return all
}
