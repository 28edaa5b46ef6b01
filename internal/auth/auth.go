// Package auth lets people in: GitHub's OAuth web flow, the sessions that
// follow from it, and the viewer in the request's context.
//
// A session's cookie holds nothing but a random value. The database holds the
// SHA-256 of that value, and the GitHub token sealed under keys that only the
// configuration knows, so that neither the cookie nor the database alone opens
// anything.
package auth

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/sync/singleflight"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// How long a session lives.
const (
	IdleLifetime     = 12 * time.Hour     // without a request
	AbsoluteLifetime = 7 * 24 * time.Hour // since the sign-in
	SignInLifetime   = 10 * time.Minute   // between leaving for GitHub and coming back; GitHub's code lives as long
)

// Store is the database's part in sessions.
type Store interface {
	InsertSession(context.Context, ghpkg.SessionRecord) error
	Session(ctx context.Context, key string, now time.Time) (ghpkg.SessionRecord, bool, error)
	SessionByID(ctx context.Context, id string) (ghpkg.SessionRecord, bool, error)
	MoveSession(ctx context.Context, read ghpkg.SessionRecord, key string, sealed []byte) (bool, error)
	TakeSessionsLeft(ctx context.Context, id string, now time.Time) ([]ghpkg.SessionRecord, error)
	UpdateSession(context.Context, ghpkg.SessionRecord) (bool, error)
	TouchSession(ctx context.Context, key string, seen, expires time.Time) (bool, error)
	TakeSession(ctx context.Context, key string) (ghpkg.SessionRecord, bool, error)
	SessionsOf(ctx context.Context, viewerID int64, now time.Time) ([]ghpkg.SessionRecord, error)
	TakeSessionOf(ctx context.Context, viewerID int64, id string) (ghpkg.SessionRecord, bool, error)
	TakeSessionsOf(ctx context.Context, viewerID int64) ([]ghpkg.SessionRecord, error)
}

// GitHub is what signing in and out asks GitHub beside the OAuth exchange.
type GitHub interface {
	Viewer(ctx context.Context, token string) (ghpkg.Viewer, error)
	Revoke(ctx context.Context, token string) error
}

// Config is what New needs. Transport, Now, Log, Admit, InUse, ProxyUser and
// Fail have defaults.
type Config struct {
	BaseURL      *url.URL // Stockroom's public address: the callback's, and whether cookies are Secure
	GitHubURL    *url.URL // GitHub's web address
	ClientID     string
	ClientSecret string
	Keys         *Keys
	Store        Store
	GitHub       GitHub
	Transport    http.RoundTripper
	Now          func() time.Time
	Log          *slog.Logger
	// Admit says of a session that is about to begin why it may not: the token is
	// then revoked, and there is no session. The default lets everybody in.
	Admit func(context.Context, *Session) error
	// InUse reports whether an operation that is at work acts with the session:
	// then signing out of it does not end it. The default knows of none.
	InUse func(ctx context.Context, sessionID string) (bool, error)
	// ProxyUser returns the SSO identity with which a request came. A session is
	// used only with the identity that opened it. The default knows none.
	ProxyUser func(context.Context) string
	// Fail answers a request whose session could not be read, which is not the
	// same as having none. The default is a bare 503.
	Fail func(http.ResponseWriter, *http.Request, error)
}

// Auth signs people in and out, and knows who they are in between.
type Auth struct {
	Config

	oauth     *oauth2.Config
	client    *http.Client // for the OAuth exchange
	cookies   *cookieStore
	refreshes singleflight.Group
}

// New returns the Auth that c describes.
func New(c Config) *Auth {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Admit == nil {
		c.Admit = func(context.Context, *Session) error { return nil }
	}
	if c.InUse == nil {
		c.InUse = func(context.Context, string) (bool, error) { return false, nil }
	}
	if c.ProxyUser == nil {
		c.ProxyUser = func(context.Context) string { return "" }
	}
	if c.Fail == nil {
		c.Fail = func(w http.ResponseWriter, _ *http.Request, _ error) {
			http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
		}
	}
	return &Auth{
		Config: c,
		oauth: &oauth2.Config{
			ClientID:     c.ClientID,
			ClientSecret: c.ClientSecret,
			RedirectURL:  c.BaseURL.JoinPath("login", "callback").String(),
			Endpoint: oauth2.Endpoint{
				AuthURL:  c.GitHubURL.JoinPath("login", "oauth", "authorize").String(),
				TokenURL: c.GitHubURL.JoinPath("login", "oauth", "access_token").String(),
				// Detecting the style would send a code twice, and the second
				// answer would hide the first.
				AuthStyle: oauth2.AuthStyleInParams,
			},
		},
		client: &http.Client{
			Transport: c.Transport,
			Timeout:   exchangeTimeout,
			// The request holds the client secret: it goes nowhere else.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		cookies: newCookieStore(c),
	}
}
