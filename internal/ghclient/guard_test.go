package ghclient

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

func TestLimits(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	reset := strconv.FormatInt(now.Add(20*time.Minute).Unix(), 10)
	spent := map[string]string{"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset}
	const primary, secondary = "API rate limit exceeded for user ID 1.", "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
	tests := []struct {
		name   string
		status int
		header map[string]string
		said   string
		docs   string
		code   fault.Code // "": no limit
		wait   time.Duration
	}{
		{name: "primary 403", status: 403, header: spent, said: primary, code: fault.CodeRateLimited, wait: 20 * time.Minute},
		{name: "primary 429", status: 429, header: spent, said: primary, code: fault.CodeRateLimited, wait: 20 * time.Minute},
		{name: "primary, nothing said", status: 403, header: spent, code: fault.CodeRateLimited, wait: 20 * time.Minute},
		{name: "primary, reset just over", status: 403, header: map[string]string{"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"}, said: primary, code: fault.CodeRateLimited, wait: time.Second},
		{name: "secondary 403", status: 403, header: map[string]string{"Retry-After": "90", "X-RateLimit-Remaining": "4000"}, said: secondary, code: fault.CodeSecondaryLimit, wait: 90 * time.Second},
		{name: "secondary 429", status: 429, header: map[string]string{"Retry-After": "90"}, said: secondary, code: fault.CodeSecondaryLimit, wait: 90 * time.Second},
		{name: "secondary, a date", status: 429, header: map[string]string{"Retry-After": now.Add(2 * time.Minute).Format(http.TimeFormat)}, said: secondary, code: fault.CodeSecondaryLimit, wait: 2 * time.Minute},
		{name: "secondary by its page", status: 403, header: map[string]string{"X-RateLimit-Remaining": "4000", "X-RateLimit-Reset": reset}, said: "Slow down", docs: "https://docs.github.com/x#about-secondary-rate-limits", code: fault.CodeSecondaryLimit, wait: time.Minute},
		{name: "secondary by its words", status: 403, header: map[string]string{"X-RateLimit-Remaining": "4000", "X-RateLimit-Reset": reset}, said: secondary, code: fault.CodeSecondaryLimit, wait: time.Minute},
		{name: "bare 429", status: 429, code: fault.CodeSecondaryLimit, wait: time.Minute},
		{name: "absurd wait", status: 429, header: map[string]string{"Retry-After": "2000000000"}, code: fault.CodeSecondaryLimit, wait: 24 * time.Hour},
		{name: "no wait", status: 429, header: map[string]string{"Retry-After": "-5"}, code: fault.CodeSecondaryLimit, wait: time.Second},
		{name: "a refusal with the last call", status: 403, header: spent, said: "You need at least read:packages scope to list packages."},
		{name: "sso with the last call", status: 403, header: map[string]string{"X-RateLimit-Remaining": "0", "X-GitHub-SSO": "required; url=x"}},
		{name: "the last allowed call", status: 200, header: spent},
		{name: "unavailable", status: 503, header: map[string]string{"Retry-After": "90"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := &answer{status: tt.status, said: tt.said, docURL: tt.docs, header: http.Header{}}
			for name, value := range tt.header {
				a.header.Set(name, value)
			}
			var g guard
			limit := g.learn(now, a)
			if (limit == nil) != (tt.code == "") {
				t.Fatalf("limit %+v, want code %q", limit, tt.code)
			}
			if limit == nil {
				return
			}
			e := wantFault(t, limitFault(request{op: "ghclient.X"}, limit), fault.RateLimited, tt.code)
			if e.RetryAfter != tt.wait || e.Said != tt.said {
				t.Errorf("wait %s, said %q", e.RetryAfter, e.Said)
			}
			if g.check(now.Add(tt.wait-1)) == nil || g.check(now.Add(tt.wait)) != nil {
				t.Error("the guard does not hold for as long as it was told")
			}
		})
	}
}

func TestUnnamedWaitsGrow(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	told := &answer{status: 429, header: http.Header{}}
	var g guard
	for _, want := range []time.Duration{1, 2, 4, 8, 15, 15} {
		g.learn(now, told)
		g.learn(now, told) // in flight at the same time: not another strike
		got := g.check(now)
		if got == nil || got.wait != want*time.Minute {
			t.Fatalf("waits %+v, want %d minutes", got, want)
		}
		now = now.Add(got.wait)
	}
	g.learn(now, &answer{status: 200})
	g.learn(now, told)
	if got := g.check(now); got.wait != time.Minute {
		t.Errorf("after a good answer it waits %s", got.wait)
	}
}

// TestLimitedTokenSendsNothing is the guard in its place: one token waits,
// the other does not, and the wait ends.
func TestLimitedTokenSendsNothing(t *testing.T) {
	t.Parallel()
	fake, _ := world(t)
	clock := &clock{time.Now()}
	o := options(t, fake.URL, fake.APIURL)
	o.Now = clock.now
	gh := New(o)
	olivia := gh.For(fake.Token("olivia", allScopes()...), "olivia")
	ref := mustRef(t, acme(t), ghpkg.NPM, "x")

	fake.SecondaryLimit(1, http.StatusTooManyRequests, 30*time.Second)
	_, err := olivia.Viewer(t.Context())
	wantFault(t, err, fault.RateLimited, fault.CodeSecondaryLimit)
	fake.ResetRequests()
	clock.at = clock.at.Add(10 * time.Second)
	for _, call := range []func() error{
		func() error { _, err := olivia.Viewer(t.Context()); return err },
		func() error { return olivia.DeletePackage(t.Context(), ref, 1) },
	} {
		e := wantFault(t, call(), fault.RateLimited, fault.CodeSecondaryLimit)
		if e.RetryAfter != 20*time.Second || e.Said == "" {
			t.Errorf("wait %s, said %q", e.RetryAfter, e.Said)
		}
	}
	if got := fake.Requests(); len(got) > 0 {
		t.Errorf("sent %v", got)
	}
	if _, err := gh.For(fake.Token("marco", "read:packages"), "marco").Viewer(t.Context()); err != nil {
		t.Errorf("another token has to wait, too: %v", err)
	}
	clock.at = clock.at.Add(20 * time.Second)
	if _, err := olivia.Viewer(t.Context()); err != nil {
		t.Errorf("the wait does not end: %v", err)
	}
}

// TestGoGitHubDoesNotBlock spends the last allowed call: whether there is
// another one is GitHub's to say.
func TestGoGitHubDoesNotBlock(t *testing.T) {
	t.Parallel()
	fake, gh := world(t)
	fake.SetPrimaryLimit("olivia", 1, time.Now().Add(time.Hour))
	c := gh.For(fake.Token("olivia", "read:packages"), "olivia")
	if _, err := c.Viewer(t.Context()); err != nil {
		t.Fatal(err)
	}
	fake.SetPrimaryLimit("olivia", 100, time.Now().Add(time.Hour))
	if _, err := c.Viewer(t.Context()); err != nil {
		t.Errorf("blocked here: %v", err)
	}
}

func TestIdleSessionsAndAccountsGo(t *testing.T) {
	t.Parallel()
	clock := &clock{time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)}
	s, a := newSessions(), newAccounts(&Options{Now: clock.now})
	idle, quiet, limited := s.get("idle", clock.at), a.of("quiet", sessionKey{}), a.of("limited", sessionKey{})
	limited.guard.learn(clock.at, &answer{status: 429, header: http.Header{"Retry-After": {"14400"}}})
	clock.at = clock.at.Add(3 * time.Hour)
	s.get("new", clock.at)
	a.of("new", sessionKey{})
	if s.get("idle", clock.at) == idle || a.of("quiet", sessionKey{}) == quiet {
		t.Error("what is idle is still there")
	}
	if a.of("limited", sessionKey{}) != limited {
		t.Error("a limit was forgotten")
	}
}
