// Package access decides what a signed-in viewer may do in this portal, beside
// what GitHub lets them: who may enter, by their organizations, and who may
// delete and restore, by their teams.
package access

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/fault"
)

// How long GitHub's answers are believed.
const (
	Fresh = 10 * time.Minute // until GitHub is asked again
	Held  = time.Hour        // while GitHub does not answer, for entering alone

	againAfter = 30 * time.Second // without an answer, until GitHub is asked again
	askTime    = 5 * time.Second  // for all questions together: the page comes after them
	most       = 10_000           // sessions that are known
)

// GitHub is what is asked with the viewer's own token. An error means that
// GitHub did not say.
type GitHub interface {
	OrgMembership(ctx context.Context, org string) (active bool, err error)
	TeamMembership(ctx context.Context, org, slug, login string) (active bool, err error)
}

// Team is a team of an organization.
type Team struct{ Org, Slug string }

// String returns "org/slug".
func (t Team) String() string { return t.Org + "/" + t.Slug }

// Options are the portal's rules, and how GitHub is asked. All are required but
// Orgs and Teams.
type Options struct {
	Orgs   []string // whose active members may enter; empty: everybody
	Teams  []Team   // whose active members may delete and restore; empty: everybody
	GitHub func(*auth.Session) GitHub
	Now    func() time.Time
	Log    *slog.Logger
}

// Rights are what a viewer who may enter may do here. The zero value is that of
// somebody who may only look.
type Rights struct {
	Admin  bool         // is in one of the teams, where there are any
	Change bool         // may delete and restore, as far as GitHub lets them
	Why    *fault.Error // why not; nil if they may
}

// Access remembers for each session what GitHub said of its viewer.
type Access struct {
	Options

	flights singleflight.Group
	mu      sync.Mutex
	known   map[string]known // by the session's id
}

// known is what is known of a session's viewer.
type known struct {
	rights Rights
	again  time.Time // when GitHub is asked again
	until  time.Time // how long the viewer may stay without another answer
}

// New returns the Access that o describes.
func New(o Options) *Access { return &Access{Options: o, known: map[string]known{}} }

// Check returns what the session's viewer may do here; an error says that they
// may not be here (see Refused), or that GitHub does not say whether they may.
// What GitHub said is believed for a while. When it then does not answer, who
// was let in may stay for as long as Held, but only look: a deletion cannot be
// taken back by an answer that comes later.
func (a *Access) Check(ctx context.Context, s *auth.Session) (Rights, error) {
	if len(a.Orgs) == 0 && len(a.Teams) == 0 {
		return Rights{Change: true}, nil
	}
	if rights, ok := a.remembered(s.ID); ok {
		return rights, nil
	}
	// The requests of a session wait for one answer, whichever asked for it.
	rights, err, _ := a.flights.Do(s.ID, func() (any, error) {
		if rights, ok := a.remembered(s.ID); ok {
			return rights, nil
		}
		return a.ask(ctx, s)
	})
	return rights.(Rights), err
}

// Admit is Check for a session that is about to begin.
func (a *Access) Admit(ctx context.Context, s *auth.Session) error {
	_, err := a.Check(ctx, s)
	return err
}

// Refused reports whether err is a clear no of Check's, and not the lack of an answer.
func Refused(err error) bool {
	switch fault.KindOf(err) {
	case fault.Forbidden, fault.SSORequired, fault.AppRestricted, fault.MissingScope:
		return true
	}
	return false
}

// asking is a context to ask in: it ends no later than ctx has to, but goes on
// when the person who happened to ask first has left, for others wait as well.
func asking(ctx context.Context) (context.Context, context.CancelFunc) {
	end := time.Now().Add(askTime)
	if sooner, ok := ctx.Deadline(); ok && sooner.Before(end) {
		end = sooner
	}
	return context.WithDeadline(context.WithoutCancel(ctx), end)
}

// ask asks GitHub, and keeps what it said.
func (a *Access) ask(ctx context.Context, s *auth.Session) (Rights, error) {
	ctx, cancel := asking(ctx)
	defer cancel()
	gh := a.GitHub(s)
	now := a.Now()
	k := known{again: now.Add(Fresh), until: now.Add(Held)}
	var unsaid *fault.Error
	if err := a.enters(ctx, gh); err != nil {
		before, ok := a.get(s.ID)
		if Refused(err) || fault.KindOf(err) == fault.SignedOut || !ok || !now.Before(before.until) {
			a.drop(s.ID)
			return Rights{}, err
		}
		a.Log.WarnContext(ctx, "whether a viewer may still enter is not known", "session", s, "until", before.until, "error", err)
		k.again, k.until = now.Add(againAfter), before.until
		unsaid = because(fault.Upstream, fault.CodeAccessUnknown, strings.Join(a.Orgs, ", "), err)
	}
	rights, err := a.administers(ctx, gh, s.Viewer.Login)
	if err != nil {
		return Rights{}, err
	}
	if rights.Why != nil && rights.Why.Code == fault.CodeAdminUnknown {
		a.Log.WarnContext(ctx, "whether a viewer may delete and restore is not known", "session", s, "error", rights.Why)
		k.again = now.Add(againAfter)
	}
	if rights.Change && unsaid != nil { // whatever their teams are, they may have left
		rights = Rights{Why: unsaid}
	}
	k.rights = rights
	a.put(s.ID, k)
	return rights, nil
}

// remembered returns the session's rights if GitHub need not be asked yet.
func (a *Access) remembered(session string) (Rights, bool) {
	k, ok := a.get(session)
	now := a.Now()
	return k.rights, ok && now.Before(k.again) && now.Before(k.until)
}

func (a *Access) get(session string) (known, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	k, ok := a.known[session]
	return k, ok
}

func (a *Access) drop(session string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.known, session)
}

// put keeps what is known of a session. Where there are too many, those that
// are of no more use give way, and if that is not enough, all: they are asked
// for again.
func (a *Access) put(session string, k known) {
	now := a.Now()
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.known) >= most {
		for id, old := range a.known {
			if !now.Before(old.until) {
				delete(a.known, id)
			}
		}
		if len(a.known) >= most {
			clear(a.known)
		}
	}
	a.known[session] = k
}
