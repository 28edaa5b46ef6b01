package app

import (
	"context"

	"github.com/stockroom-dev/stockroom/internal/access"
	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/config"
	"github.com/stockroom-dev/stockroom/internal/ghclient"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/handlers"
	"github.com/stockroom-dev/stockroom/internal/ledger"
)

// accounts gives each session GitHub through its own token. What changes
// something comes wrapped in the ledger, and in no other way.
type accounts struct {
	github *ghclient.GitHub
	ledger *ledger.Ledger
}

// Registry returns GitHub as the session's viewer sees it.
func (a accounts) Registry(s *auth.Session) handlers.Registry {
	return a.github.For(s.Token, s.Viewer.Login)
}

// Changer returns what the session's viewer can change, recorded.
func (a accounts) Changer(s *auth.Session) handlers.Changer {
	return a.ledger.For(s.Viewer.Actor(), a.github.For(s.Token, s.Viewer.Login))
}

// newAccess applies the portal's own rules, by what GitHub tells each viewer.
func newAccess(cfg config.Config, o Options, gh *ghclient.GitHub) *access.Access {
	teams := make([]access.Team, len(cfg.AdminTeams))
	for i, t := range cfg.AdminTeams {
		teams[i] = access.Team(t)
	}
	return access.New(access.Options{
		Orgs: cfg.AllowedOrgs, Teams: teams, Now: o.Now, Log: o.Log,
		GitHub: func(s *auth.Session) access.GitHub { return gh.For(s.Token, s.Viewer.Login) },
	})
}

// identities is what signing in and out asks of GitHub.
type identities struct{ github *ghclient.GitHub }

// Viewer returns whose token it is.
func (i identities) Viewer(ctx context.Context, token string) (ghpkg.Viewer, error) {
	return i.github.For(token, "").Viewer(ctx)
}

// Revoke ends the token at GitHub, and all that is held for it here.
func (i identities) Revoke(ctx context.Context, token string) error {
	defer i.github.Forget(token)
	return i.github.Revoke(ctx, token)
}
