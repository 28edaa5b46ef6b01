package operations_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

const (
	interval   = time.Second
	latency    = 50 * time.Millisecond
	gitHubTime = 10 * time.Second // after which GitHub does no more of what was sent
)

// gitHub is what there is, what was done to it through our hands, and the
// ledger that the hands keep. Odds are per call, in percent.
type gitHub struct {
	mu        sync.Mutex
	rng       *rand.Rand
	trouble   int // of any fault
	there     map[int64]*thing
	nextID    int64
	confirmed map[int64]int  // our deletions and restorations, by the thing's id
	others    map[int64]bool // what others deleted
	calls     []string
	ledger    map[string]*ghpkg.Entry
	turn      chan time.Time // when the next change may be sent
	limited   time.Time
	slow      time.Duration // that a change takes; 0: latency
	down      bool          // it answers nothing properly, and does nothing
	atOnce    int           // changes on their way
	doubled   bool
	early     int // requests in spite of a limit
	refuse    map[int64]*fault.Error
	revoked   map[string]bool     // sessions
	meanwhile func(*gitHub, bool) // what others do, now and then; true: between a look and its change
}

// takes is another's deletion.
func (g *gitHub) takes(id int64) {
	if !g.there[id].gone {
		g.there[id].gone, g.others[id] = true, true
	}
}

// thing is a package (version 0) or a version.
type thing struct {
	ghpkg.Target
	id   int64
	gone bool
}

func newGitHub(rng *rand.Rand) *gitHub {
	g := &gitHub{
		rng: rng, there: map[int64]*thing{}, nextID: 1000, confirmed: map[int64]int{}, others: map[int64]bool{}, ledger: map[string]*ghpkg.Entry{},
		turn: make(chan time.Time, 1), refuse: map[int64]*fault.Error{}, revoked: map[string]bool{},
	}
	g.turn <- time.Time{}
	return g
}

func acme() ghpkg.Owner {
	owner, err := ghpkg.NewOwner(ghpkg.Organization, "acme")
	if err != nil {
		panic(err)
	}
	return owner
}

// publish adds a package.
func (g *gitHub) publish(typ ghpkg.Type, name string) ghpkg.Target {
	g.nextID++
	t := ghpkg.Target{Owner: acme(), Type: typ, Name: name, Visibility: ghpkg.Private, PackageID: g.nextID}
	g.there[g.nextID] = &thing{Target: t, id: g.nextID}
	return t
}

// version adds a version to a package.
func (g *gitHub) version(p ghpkg.Target, tags ...string) ghpkg.Target {
	g.nextID++
	p.VersionID, p.VersionName, p.Tags = g.nextID, fmt.Sprintf("1.0.%d", g.nextID), tags
	g.there[g.nextID] = &thing{Target: p, id: g.nextID}
	return p
}

func idOf(t ghpkg.Target) int64 {
	if t.VersionID != 0 {
		return t.VersionID
	}
	return t.PackageID
}

// at returns what is at the target's address, gone or not.
func (g *gitHub) at(t ghpkg.Target) *thing {
	if t.VersionID != 0 {
		return g.there[t.VersionID]
	}
	var found *thing
	for _, x := range g.there {
		if x.VersionID == 0 && x.Type == t.Type && x.Name == t.Name && (found == nil || found.gone) {
			found = x
		}
	}
	return found
}

func (g *gitHub) chance(percent int) bool { return g.rng.IntN(100) < percent }

// do makes the change happen, and is GitHub's answer.
func (g *gitHub) do(c ghpkg.Change) error {
	x := g.at(c.Target)
	restore := c.Action == ghpkg.ActionRestore
	switch {
	case x != nil && g.refuse[x.id] != nil:
		return g.refuse[x.id]
	case x == nil:
		return &fault.Error{Kind: fault.NotFound, Code: fault.CodeNotFound, Op: "do", Said: "Not Found"}
	case x.gone && !restore:
		return &fault.Error{Kind: fault.Refused, Code: fault.CodeAlreadyGone, Op: "do", Said: "Not Found"}
	case !x.gone && restore:
		return &fault.Error{Kind: fault.Refused, Code: fault.CodeAlreadyThere, Op: "do", Said: "Not deleted"}
	}
	x.gone = !restore
	g.confirmed[x.id]++
	return nil
}

// hand is what a session of a living process can do at GitHub.
type hand struct {
	g       *gitHub
	life    *life
	session string
}

// enter is the beginning of every request.
func (h hand) enter(what string) error {
	if err := h.life.step(); err != nil {
		return err
	}
	g := h.g
	g.calls = append(g.calls, what)
	if g.meanwhile != nil {
		g.meanwhile(g, strings.HasPrefix(what, "change"))
	}
	if time.Now().Before(g.limited) {
		g.early++
	}
	switch {
	case g.down:
		return &fault.Error{Kind: fault.Upstream, Code: fault.CodeUpstream, Op: what, Said: "down"}
	case g.revoked[h.session]:
		return &fault.Error{Kind: fault.SignedOut, Code: fault.CodeTokenRevoked, Op: what, Said: "Bad credentials"}
	case g.chance(g.trouble):
		return g.fails(what)
	}
	return nil
}

// fails is a fault that says nothing of the item.
func (g *gitHub) fails(what string) error {
	if g.chance(30) {
		wait := time.Duration(1+g.rng.IntN(90)) * time.Second
		g.limited = time.Now().Add(wait)
		return &fault.Error{Kind: fault.RateLimited, Code: fault.CodeSecondaryLimit, Op: what, Said: "secondary", RetryAfter: wait}
	}
	return &fault.Error{Kind: fault.Upstream, Code: fault.CodeUpstream, Op: what, Said: "oops"}
}

func (h hand) Limit(context.Context) (time.Duration, *fault.Error) {
	h.g.mu.Lock()
	defer h.g.mu.Unlock()
	if wait := time.Until(h.g.limited); wait > 0 {
		return wait, &fault.Error{Kind: fault.RateLimited, Code: fault.CodeSecondaryLimit, Op: "limit", Said: "secondary"}
	}
	return 0, nil
}

// Up is true even when a request fails: one is no outage.
func (h hand) Up(context.Context) error {
	h.g.mu.Lock()
	defer h.g.mu.Unlock()
	if h.g.down {
		return &fault.Error{Kind: fault.Upstream, Code: fault.CodeUpstream, Op: "up", Said: "down"}
	}
	return h.life.step()
}

func (h hand) Look(ctx context.Context, t ghpkg.Target) (ghpkg.Target, error) {
	if err := h.life.sleep(ctx, latency); err != nil {
		return ghpkg.Target{}, &fault.Error{Kind: fault.Timeout, Code: fault.CodeTimeout, Op: "look", Err: err}
	}
	h.g.mu.Lock()
	defer h.g.mu.Unlock()
	if err := h.enter("look"); err != nil {
		return ghpkg.Target{}, err
	}
	if x := h.g.at(t); x != nil && !x.gone {
		return x.Target, nil
	}
	return ghpkg.Target{}, &fault.Error{Kind: fault.NotFound, Code: fault.CodeNotFound, Op: "look", Said: "Not Found"}
}

func (h hand) Apply(ctx context.Context, c ghpkg.Change) (ghpkg.Entry, error) {
	if err := h.life.step(); err != nil {
		return ghpkg.Entry{}, err
	}
	h.g.mu.Lock()
	entry := &ghpkg.Entry{ID: c.Entry, Target: c.Target, Reason: c.Reason, Operation: c.Operation, Outcome: ghpkg.OutcomePending}
	h.g.ledger[c.Entry] = entry
	h.g.mu.Unlock()
	err := h.takeTurn(ctx, c)
	if dead := h.life.step(); dead != nil {
		return ghpkg.Entry{}, dead // the entry stays pending
	}
	h.g.settle(entry, err)
	return *entry, err
}

func (g *gitHub) settle(e *ghpkg.Entry, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if e.Outcome == ghpkg.OutcomeDone || e.Outcome == ghpkg.OutcomeRefused {
		return // it is never written over
	}
	if err != nil {
		e.Code = string(fault.CodeOf(err))
	}
	switch kind := fault.KindOf(err); {
	case err == nil:
		e.Outcome = ghpkg.OutcomeDone
	case kind == fault.Unknown:
		e.Outcome = ghpkg.OutcomeUnknown
	case kind == fault.Upstream || kind == fault.Timeout:
		e.Outcome = ghpkg.OutcomeFailed
	default:
		e.Outcome = ghpkg.OutcomeRefused
	}
}

func (h hand) takeTurn(ctx context.Context, c ghpkg.Change) error {
	timeout := &fault.Error{Kind: fault.Timeout, Code: fault.CodeTimeout, Op: "turn"}
	select {
	case next := <-h.g.turn:
		if h.life.sleep(ctx, time.Until(next)) != nil {
			h.g.turn <- next
			return timeout
		}
	case <-ctx.Done():
		return timeout
	case <-h.life.dead:
		return errDead
	}
	defer func() { h.g.turn <- time.Now().Add(interval) }()
	return h.mutate(context.WithoutCancel(ctx), c)
}

// mutate sends the change. GitHub does what it got also when nobody waits any more.
func (h hand) mutate(ctx context.Context, c ghpkg.Change) error {
	h.g.mu.Lock()
	if err := h.enter("change " + c.Target.VersionName); err != nil {
		h.g.mu.Unlock()
		if fault.KindOf(err) == fault.Upstream {
			return h.unanswered(ctx, c)
		}
		return err
	}
	if h.g.atOnce++; h.g.atOnce > 1 {
		h.g.doubled = true
	}
	slow := time.Duration(h.g.rng.Int64N(int64(gitHubTime)))
	h.g.mu.Unlock()
	err := h.life.sleep(ctx, max(latency, h.g.slow))
	h.g.mu.Lock()
	defer h.g.mu.Unlock()
	h.g.atOnce--
	if err != nil { // killed while GitHub is at it
		time.AfterFunc(slow-latency, func() {
			h.g.mu.Lock()
			defer h.g.mu.Unlock()
			h.g.do(c)
		})
		return err
	}
	return h.g.do(c)
}

// unanswered is a change of which GitHub gave no answer, after asking what
// became of it.
func (h hand) unanswered(ctx context.Context, c ghpkg.Change) error {
	h.g.mu.Lock()
	acted := !h.g.down && h.g.chance(50) && h.g.do(c) == nil
	clear := !h.g.down && h.g.chance(80)
	h.g.mu.Unlock()
	if err := h.life.sleep(ctx, latency); err != nil {
		return err
	}
	switch {
	case !clear:
		return &fault.Error{Kind: fault.Unknown, Code: fault.CodeUnknown, Op: "change"}
	case acted:
		return nil
	}
	return &fault.Error{Kind: fault.Upstream, Code: fault.CodeNotDone, Op: "change", Said: "oops"}
}

func (h hand) Resume(ctx context.Context, c ghpkg.Change, since time.Time) error {
	if err, known := h.g.written(c.Entry); known {
		return err
	}
	happened, err := h.became(ctx, c)
	if err == nil && !happened {
		if err := h.life.sleep(ctx, time.Until(since.Add(gitHubTime+500*time.Millisecond))); err != nil {
			return &fault.Error{Kind: fault.Timeout, Code: fault.CodeTimeout, Op: "resume", Err: err}
		}
		happened, err = h.became(ctx, c)
	}
	if err != nil {
		return err
	}
	var verdict error
	if !happened {
		verdict = &fault.Error{Kind: fault.Upstream, Code: fault.CodeNotDone, Op: "resume"}
	}
	h.g.mu.Lock()
	entry := h.g.ledger[c.Entry]
	h.g.mu.Unlock()
	if entry != nil {
		h.g.settle(entry, verdict)
	}
	if err := h.life.step(); err != nil {
		return err
	}
	return verdict
}

// written returns what the ledger says of an attempt, if it says anything.
func (g *gitHub) written(entry string) (error, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	notDone := &fault.Error{Kind: fault.Upstream, Code: fault.CodeNotDone, Op: "resume"}
	switch e := g.ledger[entry]; {
	case e == nil:
		return notDone, true // it was not sent
	case e.Outcome == ghpkg.OutcomeDone:
		return nil, true
	case e.Outcome == ghpkg.OutcomeRefused && e.Code == string(fault.CodeSecondaryLimit), e.Code == string(fault.CodeNotDone):
		return notDone, true
	case e.Outcome == ghpkg.OutcomeRefused:
		return &fault.Error{Kind: fault.Refused, Code: fault.Code(e.Code), Op: "resume"}, true
	}
	return nil, false
}

func (h hand) became(ctx context.Context, c ghpkg.Change) (bool, error) {
	if err := h.life.sleep(ctx, latency); err != nil {
		return false, &fault.Error{Kind: fault.Timeout, Code: fault.CodeTimeout, Op: "became", Err: err}
	}
	h.g.mu.Lock()
	defer h.g.mu.Unlock()
	if err := h.enter("became"); err != nil {
		return false, err
	}
	x := h.g.at(c.Target)
	return x != nil && x.gone == (c.Action == ghpkg.ActionDelete), nil
}

// changes returns how many changes were sent.
func (g *gitHub) changes() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(slices.DeleteFunc(slices.Clone(g.calls), func(c string) bool { return !strings.HasPrefix(c, "change") }))
}
