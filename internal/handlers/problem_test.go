package handlers

import (
	"testing"

	"github.com/stockroom-dev/stockroom/internal/fault"
)

// TestNoRefusalIsPutIntoGitHubsMouth: what the portal itself does not allow has
// another heading than what GitHub refused.
func TestNoRefusalIsPutIntoGitHubsMouth(t *testing.T) {
	t.Parallel()
	for code, want := range map[fault.Code]string{
		fault.CodeReadOnly: "problem.here", fault.CodeNotAllowed: "problem.here", fault.CodeNotAdmin: "problem.here",
		fault.CodeAdminUnknown: "problem.here", fault.CodeNoTeams: "problem.here", fault.CodeNoProxyUser: "problem.here",
		fault.CodeNoAdmin: "problem.refused", fault.CodeForbidden: "problem.refused", fault.CodeLastVersion: "problem.refused",
	} {
		if got := titleKey(&fault.Error{Kind: fault.Forbidden, Code: code}); got != want {
			t.Errorf("%s is headed by %s, want %s", code, got, want)
		}
	}
}
