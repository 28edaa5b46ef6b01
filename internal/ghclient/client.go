// Package ghclient speaks to GitHub: it turns GitHub's answers into ghpkg
// values and its failures into fault.Errors. It is the only package that knows
// go-github.
package ghclient

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/google/go-github/v66/github"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// Options says which GitHub to speak to, and as which OAuth app.
type Options struct {
	WebURL, APIURL         *url.URL          // where people and where programs go; both without a trailing slash
	APIVersion             string            // sent as X-GitHub-Api-Version
	UserAgent              string            //
	ClientID, ClientSecret string            // of the OAuth app, for Revoke
	MutationInterval       time.Duration     // least time between two mutations of one account
	Accounts               Accounts          // shared by all replicas; nil: this process is alone
	Transport              http.RoundTripper // nil: a transport with timeouts that fit GitHub's
	Now                    func() time.Time  // nil: time.Now
	// Sleep waits as long by the clock of Now, for turns, pace and what GitHub
	// needs; nil: by the real one. What a person waits for is measured by the real one.
	Sleep   func(context.Context, time.Duration) error
	Observe func(Call) // called after every call that left for GitHub; may be nil
}

// Call is one finished call to GitHub, for metrics.
type Call struct {
	Method    string
	Route     string // "/orgs/{org}/packages/{package_type}", never a name
	Status    int    // 0: no answer
	Duration  time.Duration
	FromCache bool   // GitHub said that what we hold is still right
	Limit     string // the limit that it met, "primary" or "secondary"; empty: none
}

// GitHub is what all clients share: connections, the ETag cache, and what is
// known about each account's limits. It is safe for concurrent use.
type GitHub struct {
	opts     Options
	api      *url.URL // ends with a slash, as go-github wants it
	base     http.RoundTripper
	cache    *cache
	sessions *sessions
	accounts *accounts
}

// New returns a GitHub.
func New(o Options) *GitHub {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	if o.Observe == nil {
		o.Observe = func(Call) {}
	}
	if o.Transport == nil {
		o.Transport = newTransport()
	}
	return &GitHub{
		opts:     o,
		api:      o.APIURL.JoinPath("/"),
		base:     o.Transport,
		cache:    newCache(cacheBytes),
		sessions: newSessions(),
		accounts: newAccounts(&o),
	}
}

// For returns a client that acts with token. login is the viewer's own, or ""
// while it is not known: their own packages are served under /user/…, those of
// other users under /users/{login}/….
func (g *GitHub) For(token, login string) *Client {
	return g.client("Bearer "+token, login)
}

// client returns a client that sends auth as its authorization.
func (g *GitHub) client(auth, login string) *Client {
	s := g.sessions.get(auth, g.opts.Now())
	return &Client{gh: g, session: s, account: g.accounts.of(login, s.key), login: login}
}

// Forget drops the answers that are held for token.
func (g *GitHub) Forget(token string) {
	g.cache.dropSession(g.sessions.drop("Bearer " + token))
}

// Client asks and acts with one viewer's token. Every error that its methods
// return is a *fault.Error.
type Client struct {
	gh      *GitHub
	session *session
	account *account
	login   string
	patient bool
}

// Patient returns a client that waits for its turn to change something for as
// long as the context lives: for jobs, behind which nobody sits and waits.
func (c *Client) Patient() *Client {
	patient := *c
	patient.patient = true
	return &patient
}

// Limit returns how long GitHub wants the account to wait, and why; 0: not at
// all. A patient client also waits when only the person's reserve is left.
func (c *Client) Limit(ctx context.Context) (time.Duration, *fault.Error) {
	c.account.refresh(ctx)
	limit := c.account.limit()
	if limit != nil {
		return limit.wait, limitFault(request{op: "ghclient.Limit"}, limit)
	}
	if wait := c.account.budget.reserved(c.gh.opts.Now()); c.patient && wait > 0 {
		return wait, &fault.Error{Kind: fault.RateLimited, Code: fault.CodeReserve, Op: "ghclient.Limit", RetryAfter: wait}
	}
	return 0, nil
}

// callTime bounds one call, body included. GitHub itself gives up after 10 s.
const callTime = 13 * time.Second

// request is one call to GitHub before it is sent: where to, and what a
// failure of it needs to be explained.
type request struct {
	op string // "ghclient.DeletePackage"
	endpoint
	owner ghpkg.Owner  // whose packages it is about; zero for none
	needs ghpkg.Scopes // what GitHub wants for it
	fresh bool         // past every cache
}

// do runs send, which makes exactly one call, and explains its failure.
func (c *Client) do(ctx context.Context, r request, send func(context.Context, *github.Client) (*github.Response, error)) (*github.Response, error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	if r.method == http.MethodGet {
		release, err := c.session.slot(ctx)
		if err != nil {
			return nil, c.explain(r, nil, err)
		}
		defer release()
	}
	c.session.used.Store(c.gh.opts.Now().Unix())
	start := time.Now()
	resp, err := send(ctx, c.client())
	c.gh.observe(r, resp, err, time.Since(start))
	if err != nil {
		return nil, c.explain(r, resp, err)
	}
	return resp, nil
}

// client returns a go-github client. It is made anew for each call: a go-github
// client that lives longer blocks calls by its own reading of the limits, which
// takes a secondary limit for the primary one.
func (c *Client) client() *github.Client {
	gh := github.NewClient(&http.Client{Transport: c.stack(), CheckRedirect: c.gh.redirect})
	gh.BaseURL = c.gh.api
	gh.UserAgent = c.gh.opts.UserAgent
	return gh
}

// observe reports a call unless the guard kept it here.
func (g *GitHub) observe(r request, resp *github.Response, err error, took time.Duration) {
	limit, limited := limitOf(err)
	if limited && limit.local {
		return
	}
	call := Call{Method: r.method, Route: r.route, Duration: took}
	if limited {
		call.Status, call.Limit = limit.status, limit.kind()
	} else if resp != nil && resp.Response != nil {
		call.Status = resp.StatusCode
		call.FromCache = resp.Header.Get(fromCacheHeader) != ""
	}
	g.opts.Observe(call)
}
