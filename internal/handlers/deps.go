// Package handlers is the edge: it reads requests, asks the domain, builds view
// models and answers with pages, fragments, JSON or CSV.
//
// routes.go is the whole URL table. A handler returns its error; errors.go
// alone turns it into an answer.
package handlers

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/stockroom-dev/stockroom/internal/access"
	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/i18n"
	"github.com/stockroom-dev/stockroom/internal/inventory"
	"github.com/stockroom-dev/stockroom/internal/notices"
	"github.com/stockroom-dev/stockroom/internal/operations"
)

// Registry is GitHub as one viewer sees it. It only looks: what changes
// something is a Changer.
type Registry interface {
	inventory.Source
	inventory.Memberships
	Owner(ctx context.Context, login string) (ghpkg.Owner, error)
	Package(ctx context.Context, ref ghpkg.Ref) (ghpkg.Package, error)
	Version(ctx context.Context, ref ghpkg.VersionRef) (ghpkg.Version, error)
	Conflicts(ctx context.Context, owner ghpkg.Owner) (ghpkg.Listing[ghpkg.Package], error)
	RateLimit(ctx context.Context) (ghpkg.RateLimit, error)
}

// Changer deletes and restores, and writes every attempt into the ledger.
type Changer interface {
	Apply(ctx context.Context, change ghpkg.Change) (ghpkg.Entry, error)
	// GiveUp records an attempt that ended before anything was sent, because of why.
	GiveUp(ctx context.Context, change ghpkg.Change, why *fault.Error) (ghpkg.Entry, error)
	// Deny records an attempt that Stockroom itself does not let through.
	Deny(ctx context.Context, change ghpkg.Change, why *fault.Error) (ghpkg.Entry, error)
}

// GitHub gives each session its own eyes and hands.
type GitHub interface {
	Registry(session *auth.Session) Registry
	Changer(session *auth.Session) Changer
}

// Ledger is the record of who did what.
type Ledger interface {
	Note(ctx context.Context, entry ghpkg.Entry) error
	Record(ctx context.Context, entry ghpkg.Entry, do func(context.Context) error) (ghpkg.Entry, error)
	Entries(ctx context.Context, filter ghpkg.LedgerFilter, page ghpkg.LedgerPage) ([]ghpkg.Entry, int, error)
	Entry(ctx context.Context, id string, visible ghpkg.VisibleTo) (ghpkg.Entry, error)
	Deleted(ctx context.Context, owner ghpkg.Owner, visible ghpkg.VisibleTo) ([]ghpkg.DeletedPackage, error)
}

// Auth signs people in and out.
type Auth interface {
	Begin(w http.ResponseWriter, r *http.Request, returnTo string, scopes ghpkg.Scopes) (authorizeURL string, err error)
	Finish(w http.ResponseWriter, r *http.Request, record auth.Recording) (viewer ghpkg.Viewer, returnTo string, err error)
	Logout(w http.ResponseWriter, r *http.Request) error
	End(w http.ResponseWriter, r *http.Request)
	Sessions(ctx context.Context, viewerID int64) ([]auth.SignedIn, error)
	RevokeSession(ctx context.Context, viewerID int64, id string) (found bool, err error)
	RevokeAll(ctx context.Context, viewerID int64) error
}

// Access says what a session's viewer may do in this portal.
type Access interface {
	Check(ctx context.Context, session *auth.Session) (access.Rights, error)
}

// Preferences are what a viewer chose for themselves.
type Preferences interface {
	Preferences(ctx context.Context, viewerID int64) (ghpkg.Preferences, error)
	SavePreferences(ctx context.Context, viewerID int64, p ghpkg.Preferences) error
}

// Views keeps tables that somebody wants to come back to.
type Views interface {
	Views(ctx context.Context, viewerID int64) ([]ghpkg.SavedView, error)
	SaveView(ctx context.Context, v ghpkg.SavedView) error
	ForgetView(ctx context.Context, viewerID int64, id string) (found bool, err error)
}

// Operations is the bulk jobs of all viewers.
type Operations interface {
	Freeze(ctx context.Context, s operations.Selection) (ghpkg.Operation, error)
	Operation(ctx context.Context, id string, visible ghpkg.VisibleTo) (ghpkg.Operation, error)
	List(ctx context.Context, visible ghpkg.VisibleTo, q ghpkg.OperationQuery) ([]ghpkg.Operation, int, error)
	Items(ctx context.Context, id string, q ghpkg.ItemQuery) ([]ghpkg.OperationItem, int, error)
	Summary(ctx context.Context, id string) (ghpkg.OperationSummary, error)
	Unfinished(ctx context.Context, viewerID int64) ([]ghpkg.Operation, error)
	Followers(ctx context.Context, op ghpkg.Operation) ([]ghpkg.Operation, error)
	ETA(op ghpkg.Operation) time.Time
	Remove(ctx context.Context, id string, by operations.By, seqs []int) (int, error)
	Discard(ctx context.Context, id string, by operations.By) error
	Start(ctx context.Context, id string, by operations.By, confirm int, reason string) error
	Pause(ctx context.Context, id string, by operations.By) error
	Resume(ctx context.Context, id string, by operations.By) error
	Stop(ctx context.Context, id string, by operations.By) error
	Retry(ctx context.Context, id string, by operations.By) error
	Undo(ctx context.Context, id string, by operations.By) (ghpkg.Operation, error)
	Continue(ctx context.Context, id string, by operations.By, know func([]ghpkg.Ref) []ghpkg.PackageFacts) (ghpkg.Operation, error)
}

// Unfinished counts a viewer's operations that are not over, for the header of
// every page.
type Unfinished interface {
	CountUnfinished(ctx context.Context, viewerID int64) (map[ghpkg.OperationState]int, error)
}

// Notices tells others what happened here.
type Notices interface {
	Destinations(ctx context.Context) ([]ghpkg.Destination, error)
	Deliveries(ctx context.Context, destination string, limit int) ([]ghpkg.Delivery, error)
	Dead(ctx context.Context) (map[string]int, error)
	Add(ctx context.Context, by notices.By, w notices.Wanted) (d ghpkg.Destination, secret string, err error)
	Pause(ctx context.Context, by notices.By, id string) error
	Resume(ctx context.Context, by notices.By, id string) error
	Translate(ctx context.Context, by notices.By, id, language string) error
	Remove(ctx context.Context, by notices.By, id string) error
	Ping(ctx context.Context, id string) (ghpkg.Delivery, error)
	Resend(ctx context.Context, destination, id string) error
}

// Deps is what the handlers need. All fields are required but those that say
// otherwise.
type Deps struct {
	GitHub      GitHub
	Inventory   *inventory.Inventory
	Ledger      Ledger
	Auth        Auth
	Access      Access
	Preferences Preferences
	Views       Views
	Operations  Operations
	Unfinished  Unfinished
	Notices     Notices
	Catalogue   *i18n.Catalogue
	Ready       func(ctx context.Context) error // whether the database is there and migrated
	Static      http.Handler
	Metrics     http.Handler
	BaseURL     *url.URL // the public address
	GitHubURL   *url.URL // GitHub's web address
	Now         func() time.Time
	Log         *slog.Logger
	Retention   time.Duration // STOCKROOM_LEDGER_RETENTION; 0: entries are kept for ever
	ReadOnly    bool          // STOCKROOM_READ_ONLY
	Practice    bool          // the demo
}
