package views

import (
	"context"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/i18n"
)

// scopeText says what an OAuth scope is for; nothing for one that Stockroom
// never asks for.
func scopeText(ctx context.Context, scope string) string {
	switch scope {
	case ghpkg.ScopeReadPackages:
		return i18n.T(ctx, "scope.read_packages")
	case ghpkg.ScopeReadOrg:
		return i18n.T(ctx, "scope.read_org")
	case ghpkg.ScopeWritePackages:
		return i18n.T(ctx, "scope.write_packages")
	case ghpkg.ScopeDeletePackages:
		return i18n.T(ctx, "scope.delete_packages")
	case ghpkg.ScopeRepo:
		return i18n.T(ctx, "scope.repo")
	}
	return ""
}
