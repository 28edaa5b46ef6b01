package app_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/apptest"
)

// metrics asks as Prometheus does, without a session.
func metrics(t *testing.T, p *apptest.Portal) string {
	t.Helper()
	page := p.Browser(t).Send("GET", "/metrics", nil, nil)
	if page.Status != http.StatusOK || !strings.HasPrefix(page.Header.Get("Content-Type"), "text/plain; version=0.0.4") {
		t.Fatalf("metrics: %s", page)
	}
	return page.Body
}

// TestMetrics walks through the portal and finds each step counted, under
// routes and never under names.
func TestMetrics(t *testing.T) {
	t.Parallel()
	p, b := start(t, allScopes...)
	b.Get("/orgs/acme/packages?q=hunter2")
	b.Get("/orgs/acme/packages?type=npm")
	b.Get(app)
	b.Send("GET", "/no/such/page/hunter2", nil, nil)
	b.PostJSON(version+"/delete", nil, http.StatusOK, nil)
	b.Freeze("delete", app)
	p.GitHub.ResetRequests()
	got := metrics(t, p)
	for _, series := range []string{
		`stockroom_http_requests_total{method="GET",route="/orgs/:login/packages",status="2xx"} 2`,
		`stockroom_http_requests_total{method="GET",route="/login/callback",status="3xx"} 1`,
		`stockroom_http_requests_total{method="POST",route="/orgs/:login/packages/*",status="2xx"} 1`,
		`stockroom_http_requests_total{method="GET",route="none",status="4xx"} 1`,
		`stockroom_http_request_duration_seconds_count{method="GET",route="/orgs/:login/packages"} 2`,
		`stockroom_http_requests_in_flight 1`, // the scrape itself
		`stockroom_github_calls_total{method="DELETE",route="/orgs/{org}/packages/{package_type}/{package_name}/versions/{package_version_id}",status="204"} 1`,
		`stockroom_github_limits_total{kind="secondary"} 0`,
		`stockroom_operations{state="draft"} 1`,
		`stockroom_operations{state="running"} 0`,
		`stockroom_operation_items_pending 0`,
		`stockroom_sessions 1`,
		`stockroom_notices_deliveries{state="dead"} 0`,
		`stockroom_notices_sent_total{result="arrived"} 0`,
		`stockroom_database_up 1`,
		`stockroom_queue_jobs{state="working"} 0`,
	} {
		if !strings.Contains(got, "\n"+series+"\n") {
			t.Errorf("missing: %s", series)
		}
	}
	if !regexp.MustCompile(`\nstockroom_github_rate_remaining_least [1-9]\d+\n`).MatchString(got) {
		t.Error("what is left of GitHub's limit is missing")
	}
	for _, name := range []string{"acme", "olivia", "hunter2", "@", "1.0.0"} {
		for line := range strings.Lines(got) {
			if strings.HasPrefix(line, "stockroom_") && strings.Contains(line, name) {
				t.Errorf("%s tells a name: %s", name, line)
			}
		}
	}
	if asked := p.GitHub.Requests(); len(asked) != 0 {
		t.Errorf("GitHub was asked %v", asked)
	}
	if regexp.MustCompile(`"level":"INFO"[^\n]*"path":"/metrics"`).MatchString(p.Log.String()) {
		t.Error("scrapes are logged")
	}
	if t.Failed() {
		t.Log(got)
	}
}

// TestSignInTooOften: who hammers the sign-in is told until when to wait, in
// their language, and whoever is in stays in.
func TestSignInTooOften(t *testing.T) {
	t.Parallel()
	clock := apptest.NewClock(time.Now())
	p := apptest.Start(t, apptest.Options{Clock: clock})
	in := p.SignIn(t, apptest.Owner)
	b := p.Browser(t)
	began := 0
	for ; began < 1000 && b.Send("GET", "/login", nil, nil).Status == http.StatusSeeOther; began++ {
	}
	if began < 20 || began > 100 {
		t.Errorf("%d sign-ins could be begun at once", began)
	}
	for language, words := range map[string]string{"en": "Too many sign-ins at once", "ko": "로그인 시도가 너무 많습니다"} {
		for _, path := range []string{"/login", "/login/callback?code=x&state=x"} {
			page := b.Send("GET", path, nil, http.Header{"Accept-Language": {language}})
			if page.Status != http.StatusTooManyRequests || page.Header.Get("Retry-After") != "2" || !page.HasText(words) {
				t.Errorf("%s in %s: %s", path, language, page)
			}
			checkHeaders(t, path, page)
		}
	}
	if got := metrics(t, p); !strings.Contains(got, fmt.Sprintf("stockroom_http_requests_turned_away_total{bound=%q} 5\n", "too_fast")) {
		t.Error("nobody counted who was turned away")
	}
	if page := in.Get("/settings"); page.Status != http.StatusOK {
		t.Errorf("who is in: %s", page)
	}
	clock.Advance(4 * time.Second) // a sign-in is two requests
	b.SignIn(apptest.Member)
}
