package ghclient

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// limitError says that GitHub wants this account to wait.
type limitError struct {
	wait      time.Duration
	secondary bool
	status    int    // 403 or 429
	said      string // GitHub's words
	local     bool   // known before anything was sent
}

func (e *limitError) Error() string { return fmt.Sprintf("limited by GitHub for %s", e.wait) }

// kind names the limit for metrics.
func (e *limitError) kind() string {
	if e.secondary {
		return "secondary"
	}
	return "primary"
}

// limitOf returns the limit that err is about.
func limitOf(err error) (*limitError, bool) { return errors.AsType[*limitError](err) }

// guard remembers until when an account was told to wait, and holds back what
// is sent before. It never waits itself.
type guard struct {
	mu      sync.Mutex
	until   time.Time
	last    limitError
	strikes int // secondary limits in a row that did not say how long
}

// check returns the limit that still stands at now, or nil.
func (g *guard) check(now time.Time) *limitError {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !now.Before(g.until) {
		return nil
	}
	e := g.last
	e.wait, e.local = g.until.Sub(now), true
	return &e
}

// noted is a limit as other replicas and later processes read it.
type noted struct {
	Status    int    `json:"status"`
	Secondary bool   `json:"secondary,omitempty"`
	Said      string `json:"said,omitempty"`
	Strikes   int    `json:"strikes,omitempty"`
}

// note returns the last limit to be written down.
func (g *guard) note() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	text, err := json.Marshal(noted{g.last.status, g.last.secondary, g.last.said, g.strikes})
	if err != nil {
		return "" // cannot be: they are plain values
	}
	return string(text)
}

// adopt takes over a limit that was written down, here or elsewhere, if it
// stands for longer than what is known.
func (g *guard) adopt(is ghpkg.Account) {
	g.mu.Lock()
	defer g.mu.Unlock()
	// What was learned here comes back rounded up.
	if is.LimitedUntil.Sub(g.until) < time.Millisecond {
		return
	}
	var n noted
	_ = json.Unmarshal([]byte(is.Limited), &n) // the moment is what counts
	g.until, g.strikes = is.LimitedUntil, n.Strikes
	g.last = limitError{status: n.Status, secondary: n.Secondary, said: n.Said}
}

// The bounds of a wait that GitHub did not name, or named badly.
const (
	leastWait     = time.Second
	secondaryWait = time.Minute // GitHub docs: at least a minute, then longer
	longestGuess  = 15 * time.Minute
	longestWait   = 24 * time.Hour
)

// learn reads an answer. It returns a limitError if the answer is a limit.
func (g *guard) learn(now time.Time, a *answer) *limitError {
	g.mu.Lock()
	defer g.mu.Unlock()
	e, limited := a.limit(now)
	if !limited {
		if !now.Before(g.until) {
			g.strikes = 0
		}
		return nil
	}
	if e.wait == 0 {
		// Calls that were in flight together are told together: one strike.
		if !now.Before(g.until) {
			g.strikes++
		}
		e.wait = min(secondaryWait<<min(max(g.strikes-1, 0), 8), longestGuess)
	}
	e.wait = min(max(e.wait, leastWait), longestWait)
	if until := now.Add(e.wait); until.After(g.until) {
		g.until, g.last = until, *e
	}
	return e
}

// limit reports whether a is one of GitHub's limits; wait is 0 if it does not
// say for how long. GitHub documents 403 and 429 for the primary and the
// secondary limit alike.
func (a *answer) limit(now time.Time) (*limitError, bool) {
	if a.status != http.StatusForbidden && a.status != http.StatusTooManyRequests {
		return nil, false
	}
	if a.header.Get(ssoHeader) != "" {
		return nil, false
	}
	text := strings.ToLower(a.said + " " + a.docURL)
	namesSecondary := strings.Contains(text, "secondary") || strings.Contains(text, "abuse")
	namesLimit := namesSecondary || strings.Contains(text, "rate limit")
	spent := a.header.Get("X-RateLimit-Remaining") == "0"
	after, told := retryAfter(a.header, now)
	// A last allowed call that is refused for another reason also says 0 remaining.
	if a.status == http.StatusForbidden && !told && !namesLimit && !(spent && a.said == "") {
		return nil, false
	}
	e := &limitError{status: a.status, said: a.said, wait: after, secondary: namesSecondary || !spent}
	if !told && spent {
		e.wait = max(untilReset(a.header, now), leastWait)
	}
	return e, true
}

// retryAfter reads the Retry-After header: seconds, or a date.
func retryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if n, err := strconv.ParseInt(value, 10, 32); err == nil {
		return max(time.Duration(n)*time.Second, leastWait), true
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(at.Sub(now), leastWait), true
	}
	return 0, false
}

// untilReset reads the moment at which the primary limit starts anew.
func untilReset(h http.Header, now time.Time) time.Duration {
	n, err := strconv.ParseInt(h.Get("X-RateLimit-Reset"), 10, 64)
	if err != nil {
		return secondaryWait
	}
	return time.Unix(n, 0).Sub(now)
}
