package ghfake

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// hourly is GitHub's primary limit for one user, over all tokens and apps.
const hourly = 5000

// GitHub's secondary limit: points in a minute.
const (
	paceWindow    = time.Minute
	pacePoints    = 900
	readPoints    = 1
	mutatePoints  = 5
	paceRetry     = 60 * time.Second
	limitDocs     = "https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api"
	secondaryDocs = "https://docs.github.com/free-pro-team@latest/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits"
)

// limits are GitHub's two kinds of rate limits. The primary budget is kept by
// login in lower case; "" is the anonymous one.
type limits struct {
	budgets       map[string]*budget
	primaryStatus int
	secondary     secondary
	pace          bool
	spent         map[string][]spending
	reusedStatus  int // of a restore into a name that is in use
}

type budget struct {
	used  int
	reset time.Time
}

type secondary struct {
	times, status int
	retryAfter    time.Duration
}

type spending struct {
	at     time.Time
	points int
}

func newLimits() limits {
	return limits{
		budgets:       map[string]*budget{},
		spent:         map[string][]spending{},
		primaryStatus: http.StatusForbidden,
		reusedStatus:  http.StatusBadRequest,
	}
}

// SetPrimaryLimit sets how many requests a user has left until reset.
func (s *Server) SetPrimaryLimit(login string, remaining int, reset time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limits.budgets[lower(login)] = &budget{used: hourly - remaining, reset: reset}
}

// SetPrimaryStatus sets with which status an exceeded primary limit is
// answered: GitHub uses 403 and 429.
func (s *Server) SetPrimaryStatus(status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limits.primaryStatus = status
}

// SecondaryLimit answers the next requests (but /rate_limit) with a secondary
// limit of that status, 403 or 429. A zero retryAfter sends no Retry-After.
func (s *Server) SecondaryLimit(times, status int, retryAfter time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limits.secondary = secondary{times, status, retryAfter}
}

// EnforcePace makes the secondary limit real: 900 points a minute for each
// user, a read costing one and a mutation five.
func (s *Server) EnforcePace() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limits.pace = true
}

// SetReusedStatus sets with which status a restore into a name that is in use
// is refused. The public record is silent: 400 by default, 422 is as likely.
func (s *Server) SetReusedStatus(status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limits.reusedStatus = status
}

// budget returns the viewer's budget of the current hour.
func (c *call) budget() *budget {
	b := c.limits.budgets[c.who()]
	if b == nil || !c.now.Before(b.reset) {
		b = &budget{reset: c.now.Add(time.Hour).Truncate(time.Second)}
		c.limits.budgets[c.who()] = b
	}
	return b
}

// who names the viewer for limits; "" is anonymous.
func (c *call) who() string {
	if c.viewer == nil {
		return ""
	}
	return lower(c.viewer.Login)
}

// limit refuses a request beyond the limits.
func (c *call) limit() answer {
	if c.route.free {
		return answer{}
	}
	if c.budget().used >= hourly {
		message := "API rate limit exceeded."
		if c.viewer != nil {
			message = fmt.Sprintf("API rate limit exceeded for user ID %d.", c.viewer.ID)
		}
		a := refuse(c.limits.primaryStatus, message)
		a.body.(*refusal).Docs = limitDocs
		return a
	}
	if s := &c.limits.secondary; s.times > 0 {
		s.times--
		return c.secondary(s.status, s.retryAfter)
	}
	if c.limits.pace && !c.spend() {
		return c.secondary(http.StatusForbidden, paceRetry)
	}
	return answer{}
}

func (c *call) secondary(status int, retryAfter time.Duration) answer {
	a := refuse(status, fmt.Sprintf(msgSecondary, c.requestID()))
	a.body.(*refusal).Docs = secondaryDocs
	if retryAfter > 0 {
		a = a.with("Retry-After", strconv.Itoa(int(retryAfter/time.Second)))
	}
	return a
}

// spend takes the points of the request; false if there are too few left.
func (c *call) spend() bool {
	points := mutatePoints
	if c.r.Method == http.MethodGet {
		points = readPoints
	}
	recent, sum := c.limits.spent[c.who()][:0], points
	for _, s := range c.limits.spent[c.who()] {
		if c.now.Sub(s.at) < paceWindow {
			recent = append(recent, s)
			sum += s.points
		}
	}
	if sum > pacePoints {
		c.limits.spent[c.who()] = recent
		return false
	}
	c.limits.spent[c.who()] = append(recent, spending{c.now, points})
	return true
}

// count takes one from the primary budget and reports it. An authorized 304
// and /rate_limit are free.
func (c *call) count(out *reply) {
	b := c.budget()
	free := out.status == http.StatusNotModified || (c.route != nil && c.route.free)
	if !free && b.used < hourly {
		b.used++
	}
	out.header.Set("X-RateLimit-Limit", strconv.Itoa(hourly))
	out.header.Set("X-RateLimit-Remaining", strconv.Itoa(hourly-b.used))
	out.header.Set("X-RateLimit-Used", strconv.Itoa(b.used))
	out.header.Set("X-RateLimit-Reset", strconv.FormatInt(b.reset.Unix(), 10))
	out.header.Set("X-RateLimit-Resource", "core")
}
