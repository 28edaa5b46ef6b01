package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/middleware"
)

// edge is what every group of pages shares.
type edge struct {
	Deps
	echo *echo.Echo
	sums summaries
}

// New returns the whole edge: a handler, and the answer to requests that fail
// before they reach one. The middleware that needs no routes is around it, in
// internal/app.
func New(d Deps) (handler http.Handler, answer func(http.ResponseWriter, *http.Request, error)) {
	h := &edge{Deps: d, echo: echo.New()}
	h.echo.HTTPErrorHandler = h.fail
	h.echo.Use(h.locale, tellLog, h.admit)
	h.routes(h.echo)
	return headAsGet(h.echo), h.answer
}

// headAsGet answers HEAD as it would GET. net/http keeps the body back.
func headAsGet(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			r = r.WithContext(r.Context()) // a copy: outside it stays a HEAD
			r.Method = http.MethodGet
		}
		next.ServeHTTP(w, r)
	})
}

// answer fails a request outside of a handler.
func (h *edge) answer(w http.ResponseWriter, r *http.Request, err error) {
	c := h.echo.NewContext(r, w)
	if err := h.locale(func(c echo.Context) error { h.fail(err, c); return nil })(c); err != nil {
		h.Log.ErrorContext(r.Context(), "the answer could not be sent", "error", err)
	}
}

// tellLog tells the access log which route was taken, and by whom.
func tellLog(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		ctx := c.Request().Context()
		middleware.SetRoute(ctx, c.Path())
		if s, ok := auth.From(ctx); ok {
			middleware.SetViewer(ctx, s.Viewer.ID)
		}
		return next(c)
	}
}

// The two kinds of owners in the table.
const (
	organization = "/orgs/:login"
	user         = "/users/:login"
)

// routes is the URL table. What comes after in() is for the signed in.
func (h *edge) routes(e *echo.Echo) {
	e.GET("/healthz", h.healthz)
	e.GET("/readyz", h.readyz)
	e.GET("/metrics", echo.WrapHandler(h.Metrics))
	e.GET("/static/*", echo.WrapHandler(h.Static))
	e.GET("/favicon.ico", echo.WrapHandler(h.Static))

	e.GET("/", h.home)
	e.GET("/login", h.login)
	e.GET("/login/callback", h.callback)
	e.POST("/logout", h.logout)

	for _, owner := range []string{organization, user} {
		e.GET(owner+"/packages", in(h.packages))
		e.GET(owner+"/docker/conflicts", in(h.conflicts))
		e.GET(owner+"/bin", in(h.bin))
		e.POST(owner+"/-/refresh", in(h.refreshOwner))
		e.GET(owner+"/packages/*", in(h.getPackage))
		e.POST(owner+"/packages/*", in(h.postPackage))
	}

	e.GET("/packages", in(h.allPackages))
	e.GET("/operations", in(h.operations))
	e.POST("/operations", in(h.freeze))
	e.GET("/operations/badge", in(h.showBadge))
	e.GET("/operations/:id", in(h.operation))
	for verb, what := range h.steerings() {
		e.POST("/operations/:id/"+verb, in(h.steer(what)))
	}
	e.GET("/ledger", in(h.ledger))
	e.GET("/ledger/:id", in(h.ledgerEntry))
	e.GET("/settings", in(h.settings))
	e.POST("/settings", in(h.saveSettings))
	e.POST("/settings/sessions/revoke", in(h.revokeSessions))
	e.POST("/settings/views", in(h.saveView))
	e.POST("/settings/views/:id/delete", in(h.forgetView))
	e.GET("/settings/notices", in(admins(h.destinations)))
	e.POST("/settings/notices", in(h.changing(ghpkg.ActionAddDestination, h.addDestination)))
	e.POST("/settings/notices/:id/test", in(admins(h.testDestination)))
	e.POST("/settings/notices/:id/resend", in(admins(h.steerDestination("resend"))))
	e.POST("/settings/notices/:id/pause", in(h.changing(ghpkg.ActionPauseDestination, h.steerDestination("pause"))))
	e.POST("/settings/notices/:id/resume", in(h.changing(ghpkg.ActionResumeDestination, h.steerDestination("resume"))))
	e.POST("/settings/notices/:id/language", in(h.changing(ghpkg.ActionTranslateDestination, h.steerDestination("language"))))
	e.POST("/settings/notices/:id/remove", in(h.changing(ghpkg.ActionRemoveDestination, h.steerDestination("remove"))))
}

// Route is one line of the URL table, as the router has it.
type Route struct{ Method, Pattern string }

// Routes returns the URL table, for whoever wants to hold something against
// all of it.
func Routes() []Route {
	h := &edge{echo: echo.New()} // nothing is called, so nothing else is needed
	h.routes(h.echo)
	var all []Route
	for _, r := range h.echo.Routes() {
		all = append(all, Route{r.Method, r.Path})
	}
	return all
}

// unguarded are the routes for those who may not enter: what is the same for
// everybody, and the ways in and out.
var unguarded = map[string]bool{
	"/healthz": true, "/readyz": true, "/metrics": true, "/static/*": true, "/favicon.ico": true,
	"/login": true, "/login/callback": true, "/logout": true,
}

// SignsIn reports whether a path begins or ends a sign-in.
func SignsIn(path string) bool { return path == "/login" || path == "/login/callback" }

// getPackage tells apart what GETs below "{owner}/packages/" mean: what follows
// a name that may hold slashes is no pattern that a router knows.
func (h *edge) getPackage(c echo.Context, s *auth.Session) error {
	p, err := pathOf(c)
	if err != nil {
		return err
	}
	version := p.Version.ID() != 0
	switch {
	case p.Action == "" && version:
		return h.version(c, s, p.Version)
	case p.Action == "":
		return h.showPackage(c, s, p.Ref)
	case p.Action == "delete", p.Action == "restore":
		return h.confirm(c, s, p)
	}
	return methodNotAllowed(c, http.MethodPost)
}

// postPackage is the same for POST.
func (h *edge) postPackage(c echo.Context, s *auth.Session) error {
	p, err := pathOf(c)
	if err != nil {
		return err
	}
	switch p.Action {
	case "delete", "restore":
		return h.change(c, s, p)
	case "refresh":
		return h.refreshPackage(c, s, p.Ref)
	}
	return methodNotAllowed(c, http.MethodGet)
}

// methodNotAllowed is what the router would say, had it known the path.
func methodNotAllowed(c echo.Context, allowed string) error {
	c.Response().Header().Set(echo.HeaderAllow, http.MethodOptions+", "+allowed)
	return &fault.Error{Kind: fault.Invalid, Code: fault.CodeMethod, Op: "handlers.routes"}
}

// in lets only the signed in through.
func in(next func(echo.Context, *auth.Session) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		s, ok := auth.From(c.Request().Context())
		if !ok {
			return &fault.Error{Kind: fault.SignedOut, Code: fault.CodeSignedOut, Op: "handlers.in"}
		}
		return next(c, s)
	}
}

// healthz says that the process is alive.
func (h *edge) healthz(c echo.Context) error { return c.String(http.StatusOK, "ok\n") }

// readyz says that requests can be served: the database is there and migrated.
// GitHub is not asked: its weather is not ours to be restarted for.
func (h *edge) readyz(c echo.Context) error {
	if err := h.Ready(c.Request().Context()); err != nil {
		h.Log.WarnContext(c.Request().Context(), "not ready", "error", err)
		return c.String(http.StatusServiceUnavailable, "the database is not ready\n")
	}
	return c.String(http.StatusOK, "ready\n")
}
