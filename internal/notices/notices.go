// Package notices tells other programs and chats what was deleted and restored
// here, how operations ended, and what can soon not be restored any more.
//
// Nothing is told from where it happens: what is news is read from the ledger
// and from the operations by cursors, and written down for each destination in
// the transaction that moves the cursor. It is then sent until it arrives, or
// has been tried for a day. So nothing is lost when a process dies, and what it
// was sending may arrive twice, under the same delivery id.
package notices

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/i18n"
)

// Store is where destinations and deliveries are kept, and the news is found.
// Each method is one transaction.
type Store interface {
	AddDestination(ctx context.Context, d ghpkg.Destination) error
	Destinations(ctx context.Context) ([]ghpkg.Destination, error)
	PauseDestination(ctx context.Context, id string, paused bool) (bool, error)
	TranslateDestination(ctx context.Context, id, language string) (bool, error)
	ResealDestination(ctx context.Context, read ghpkg.Destination, sealed []byte) error
	RemoveDestination(ctx context.Context, id string) (bool, error)

	AddDelivery(ctx context.Context, d ghpkg.Delivery) error
	Deliveries(ctx context.Context, destination string, limit int) ([]ghpkg.Delivery, error)
	DeadDeliveries(ctx context.Context) (map[string]int, error)
	DueDeliveries(ctx context.Context, now time.Time, limit int) ([]ghpkg.Delivery, error)
	TakeDelivery(ctx context.Context, read ghpkg.Delivery, until time.Time) (bool, error)
	SettleDelivery(ctx context.Context, d ghpkg.Delivery) error
	ResendDelivery(ctx context.Context, destination, id string, now time.Time) (bool, error)
	ForgetDeliveries(ctx context.Context, before time.Time) error

	HasNews(ctx context.Context, now time.Time) (bool, error)
	NoticeCursor(ctx context.Context, name string) (int64, error)
	MoveNoticeCursor(ctx context.Context, name string, from, to int64, deliveries []ghpkg.Delivery) (bool, error)
	LedgerHead(ctx context.Context) (int64, error)
	LedgerNews(ctx context.Context, from, to int64) ([]ghpkg.Entry, error)
	StillDeleted(ctx context.Context, since, before time.Time, limit int) ([]ghpkg.Entry, error)
	OperationNews(ctx context.Context, limit int) ([]ghpkg.OperationNews, error)
	TakeOperationNews(ctx context.Context, id string, deliveries []ghpkg.Delivery) (bool, error)
}

// Keys seal what the database may not show.
type Keys interface {
	Seal(row string, plain []byte) []byte
	Open(row string, sealed []byte) ([]byte, error)
	Stale(sealed []byte) bool
}

// Ledger writes down what somebody does, before it is done and after.
type Ledger interface {
	Record(ctx context.Context, e ghpkg.Entry, do func(context.Context) error) (ghpkg.Entry, error)
	NewID() string // sorts by time
}

// By is who changes destinations, and from where.
type By struct {
	Actor ghpkg.Actor
	From  string // the client's address
}

// Options are what Notices needs. All are required but Networks.
type Options struct {
	Store     Store
	Keys      Keys
	Ledger    Ledger
	Catalogue *i18n.Catalogue // of the words that chats are told
	BaseURL   *url.URL        // of this portal, for links
	Now       func() time.Time
	Log       *slog.Logger
	Sent      func(status int) // is told of each try, with the answer's status; 0: there was none
	Networks  []netip.Prefix   // may be sent to although they are not the internet, also without TLS
}

// Notices is safe for use by several goroutines, and beside other processes on
// the same store.
type Notices struct {
	Options
	client *http.Client
}

// New returns the notices that are in the store.
func New(o Options) *Notices { return &Notices{Options: o, client: newClient(o.Networks, nil)} }

// Destinations returns all of them, the oldest first.
func (n *Notices) Destinations(ctx context.Context) ([]ghpkg.Destination, error) {
	all, err := n.Store.Destinations(ctx)
	return all, internal("notices.Destinations", err)
}

// Deliveries returns the last ones to a destination, the newest first.
func (n *Notices) Deliveries(ctx context.Context, destination string, limit int) ([]ghpkg.Delivery, error) {
	all, err := n.Store.Deliveries(ctx, destination, limit)
	return all, internal("notices.Deliveries", err)
}

// Dead counts the deliveries that were given up, by destination.
func (n *Notices) Dead(ctx context.Context) (map[string]int, error) {
	counts, err := n.Store.DeadDeliveries(ctx)
	return counts, internal("notices.Dead", err)
}

// Resend sends a delivery that is over once more, as if it were new.
func (n *Notices) Resend(ctx context.Context, destination, id string) error {
	found, err := n.Store.ResendDelivery(ctx, destination, id, n.Now())
	return changed("notices.Resend", found, err)
}

// changed is the fault of a change to something that was not there.
func changed(op string, found bool, err error) error {
	if err == nil && !found {
		return &fault.Error{Kind: fault.NotFound, Code: fault.CodeNoPage, Op: op}
	}
	return internal(op, err)
}

func internal(op string, err error) error {
	if _, told := errors.AsType[*fault.Error](err); told || err == nil {
		return err
	}
	return &fault.Error{Kind: fault.Internal, Code: fault.CodeInternal, Op: op, Err: err}
}
