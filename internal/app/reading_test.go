package app_test

import (
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
)

// TestReadingFails: what GitHub does not show is told as what it is, never as
// an empty table.
func TestReadingFails(t *testing.T) {
	t.Parallel()
	strike := func(f ghfake.Fault) func(*refusalWorld) {
		f.Times, f.PathPattern = -1, "/orgs/acme/"
		return func(w *refusalWorld) { w.GitHub.Inject(f) }
	}
	const unwell = `{"message":"Server Error"}`
	for _, c := range []struct {
		name       string
		arrange    func(*refusalWorld)
		status     int
		code       fault.Code
		said       string
		retryAfter int // at least: a limit's wait goes on while the pages are asked for
	}{
		{"500", strike(ghfake.Fault{Status: 500, Body: unwell}), 502, fault.CodeUpstream, "Server Error", 0},
		{"503 with a wait", strike(ghfake.Fault{Status: 503, Body: unwell, Header: http.Header{"Retry-After": {"45"}}}), 502, fault.CodeUpstream, "Server Error", 45},
		{"not JSON", strike(ghfake.Fault{Status: 200, Body: "<html>Log in to the proxy</html>"}), 502, fault.CodeUpstream, "", 0},
		{"half an answer", strike(ghfake.Fault{Truncate: true}), 502, fault.CodeUpstream, "", 0},
		{"dropped", strike(ghfake.Fault{DropBefore: true}), 502, fault.CodeUpstream, "", 0},
		{"no answer", func(w *refusalWorld) { w.network.set(silent) }, 504, fault.CodeTimeout, "", 0},
		{"secondary limit", strike(ghfake.Fault{Status: 429, Body: `{"message":"` + slowDown + `"}`, Header: http.Header{"Retry-After": {"45"}}}), 429, fault.CodeSecondaryLimit, slowDown, 25},
		{"primary limit", func(w *refusalWorld) {
			w.GitHub.SetPrimaryLimit(apptest.Owner, 0, w.GitHub.Now().Add(20*time.Minute))
		}, 429, fault.CodeRateLimited, "API rate limit exceeded", 1000},
		{"not found", strike(ghfake.Fault{Status: 404, Body: `{"message":"Not Found"}`}), 404, fault.CodeNotFound, "Not Found", 0},
		{"forbidden", strike(ghfake.Fault{Status: 403, Body: `{"message":"Your account is suspended"}`}), 403, fault.CodeForbidden, "Your account is suspended", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := &refusalWorld{network: &network{RoundTripper: &http.Transport{}}}
			w.Portal = apptest.Start(t, apptest.Options{Transport: w.network})
			b := w.SignIn(t, apptest.Owner, allScopes...)
			c.arrange(w)
			for _, path := range []string{"/orgs/acme/packages", app, app + "?state=deleted", version, "/orgs/acme/docker/conflicts"} {
				var got answer
				pages := []*apptest.Page{b.JSON(path, c.status, &got), b.Get(path), b.HTMX("GET", path, nil)}
				if got.Code != string(c.code) || got.Message == "" || got.RetryAfter < c.retryAfter {
					t.Errorf("%s: %+v", path, got)
				}
				for _, page := range pages {
					seconds, _ := strconv.Atoi(page.Header.Get("Retry-After"))
					if page.Status != c.status || seconds < c.retryAfter || !page.HasText(c.said) {
						t.Errorf("%s, Retry-After %d", page, seconds)
					}
				}
				if text := pages[1]; !text.HasText(explanation(t, c.code)) {
					t.Errorf("no explanation: %s", text)
				}
				if target := pages[2].Header.Get("HX-Retarget"); target != "#problems" {
					t.Errorf("%s goes into %q", path, target)
				}
			}
		})
	}
}

// TestThirtyDays: what was deleted is offered for restoring for thirty days,
// and not a day longer.
func TestThirtyDays(t *testing.T) {
	t.Parallel()
	clock := apptest.NewClock(time.Now().Truncate(time.Second))
	p := apptest.Start(t, apptest.Options{Clock: clock})
	b := p.SignIn(t, apptest.Owner, allScopes...)
	b.PostJSON(version+"/delete", nil, http.StatusOK, nil)
	b.PostJSON("/orgs/acme/packages/nuget/Acme.Core/-/delete", url.Values{"confirm": {"Acme.Core"}}, http.StatusOK, nil)
	const bin = "/orgs/acme/packages?state=deleted"
	for _, step := range []struct {
		pass time.Duration
		left int
		text string
	}{{0, 1, "30 days left"}, {28*24*time.Hour + 12*time.Hour, 1, "2 days left"}, {24 * time.Hour, 1, "12 hours left"}, {11*time.Hour + 30*time.Minute, 1, "Less than an hour left"}, {30 * time.Minute, 0, ""}} {
		clock.Advance(step.pass)
		b.SignIn(apptest.Owner, allScopes...) // sessions are shorter
		versions, packages := get(t, b, app+"?state=deleted"), get(t, b, bin)
		if len(versions.Items) != step.left || len(packages.Items) != step.left {
			t.Errorf("after %v more: %+v and %+v", step.pass, versions.Items, packages.Items)
		}
		if page := b.Get(bin); step.text != "" && !page.HasText(step.text) {
			t.Errorf("after %v more, not %q: %s", step.pass, step.text, page)
		}
	}
	for _, path := range []string{version + "/restore", "/orgs/acme/packages/nuget/Acme.Core/-/restore"} {
		var got answer
		if page := b.PostJSON(path, nil, http.StatusNotFound, &got); got.Outcome != "refused" {
			t.Errorf("%s", page)
		}
	}
	if page := b.Get("/ledger?action=delete"); page.Doc.Find("form.undo").Length() != 0 {
		t.Errorf("an undo is offered: %s", page)
	}
}
