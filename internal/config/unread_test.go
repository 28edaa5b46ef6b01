package config

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestUnread: a rule that is written with a wrong letter is found, and its value is not told.
func TestUnread(t *testing.T) {
	t.Parallel()
	got := Unread([]string{
		"PATH=/bin", "STOCKROOM_READ_ONLY=true", "STOCKROOM_SECRET_KEY_FILE=/run/key", "STOCKROOM_ALLOWED_ORG=acme",
		"STOCKROOM_ADMIN_TEAM_FILE=/run/teams", "STOCKROOM_=x", "XSTOCKROOM_ADDR=x", "stockroom_addr=x",
	})
	if diff := cmp.Diff([]string{"STOCKROOM_", "STOCKROOM_ADMIN_TEAM_FILE", "STOCKROOM_ALLOWED_ORG"}, got); diff != "" {
		t.Errorf("unread (-want +got):\n%s", diff)
	}
	if got := Unread([]string{"STOCKROOM_ADDR=:1"}); got != nil {
		t.Errorf("of what is read: %v", got)
	}
}
