package app_test

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// refused is one change that does not go well, and what has to be told of it.
type refused struct {
	name    string
	login   string   // empty: olivia
	scopes  []string // nil: allScopes
	arrange func(t *testing.T, w *refusalWorld)
	path    string     // of the POST
	form    url.Values // of the POST

	status     int
	code       fault.Code // empty: it worked out
	said       string     // GitHub's words
	fix        string     // in the address of the way out
	retryAfter int        // at least these seconds; 0: no header
	outcome    string     // in the ledger
	sent       int        // how many times GitHub was asked to change something
	changed    bool       // whether GitHub did it
}

// refusalWorld is a portal with a network that can be broken.
type refusalWorld struct {
	*apptest.Portal
	network *network
}

// The addresses of what is changed.
const (
	app         = "/orgs/acme/packages/npm/@acme/app"
	deleteFirst = app + "/-/versions/101/delete"
	web         = "/orgs/acme/packages/container/team/web"
	gone        = "/orgs/acme/packages/npm/gone"
)

// fail makes GitHub answer every change with that status and message.
func fail(status int, message string, header http.Header) func(*testing.T, *refusalWorld) {
	return func(_ *testing.T, w *refusalWorld) {
		w.GitHub.Inject(ghfake.Fault{
			PathPattern: "/packages/", Method: "DELETE", Times: -1, Status: status, Header: header,
			Body: `{"message":` + strconv.Quote(message) + `,"documentation_url":"https://docs.github.com/rest"}`,
		})
	}
}

// strike makes one kind of trouble for every change.
func strike(f ghfake.Fault) func(*testing.T, *refusalWorld) {
	f.Method, f.PathPattern = "DELETE", "/packages/"
	return func(_ *testing.T, w *refusalWorld) { w.GitHub.Inject(f) }
}

const (
	packageNotFound = "Package not found."
	versionNotFound = "Package version not found."
	slowDown        = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
)

// refusedByRules are GitHub's refusals for what a thing is, or what somebody may do.
func refusedByRules() []refused {
	return []refused{
		{
			name: "last version", path: deleteFirst,
			arrange: func(t *testing.T, w *refusalWorld) { w.GitHub.DeleteVersionNow(acmes(t, ghpkg.NPM, "@acme/app"), 102) },
			status:  409, code: fault.CodeLastVersion, outcome: "refused", sent: 1,
			said: "You cannot delete the last version of a package. You must delete the package instead.",
		},
		{
			name: "last tagged version", path: web + "/-/versions/204/delete",
			arrange: func(t *testing.T, w *refusalWorld) {
				w.GitHub.DeleteVersionNow(acmes(t, ghpkg.Container, "team/web"), 202)
			},
			status: 409, code: fault.CodeLastTagged, outcome: "refused", sent: 1,
			said: "You cannot delete the last tagged version of a package. You must delete the package instead.",
		},
		{
			name: "more than 5,000 downloads", path: "/orgs/acme/packages/nuget/Popular/-/versions/9001/delete",
			arrange: func(_ *testing.T, w *refusalWorld) {
				w.GitHub.AddPackage(ghfake.Package{Owner: apptest.Org, Type: ghpkg.NuGet, Name: "Popular", Visibility: ghpkg.Public},
					ghfake.Version{ID: 9001, Name: "1", Downloads: 5001}, ghfake.Version{ID: 9002, Name: "2"})
			},
			status: 409, code: fault.CodeDownloads, outcome: "refused", sent: 1,
			said: "Publicly visible package versions with more than 5000 downloads cannot be deleted. Contact GitHub support for further assistance.",
		},
		{
			name: "missing scope", path: deleteFirst, scopes: []string{},
			status: 403, code: fault.CodeScope, outcome: "refused", sent: 1, fix: "/login?",
			said: "You need at least delete:packages and read:packages scopes to delete a package version.",
		},
		{
			name: "no admin right", path: deleteFirst, login: apptest.Member,
			status: 403, code: fault.CodeNoAdmin, said: packageNotFound, outcome: "refused", sent: 1,
		},
		{
			name: "already gone", path: deleteFirst,
			arrange: func(t *testing.T, w *refusalWorld) { w.GitHub.DeleteVersionNow(acmes(t, ghpkg.NPM, "@acme/app"), 101) },
			status:  409, code: fault.CodeAlreadyGone, said: versionNotFound, outcome: "refused", sent: 1,
		},
		{
			name: "restore too late", path: app + "/-/versions/103/restore",
			arrange: func(_ *testing.T, w *refusalWorld) {
				at := w.GitHub.Now().Add(-31 * 24 * time.Hour)
				w.GitHub.AddVersion(apptest.NPM, ghfake.Version{ID: 103, Name: "0.9.0", CreatedAt: at.Add(-time.Hour), DeletedAt: at})
			},
			status: 404, code: fault.CodeNotFound, said: versionNotFound, outcome: "refused", sent: 1,
		},
		{
			name: "not deleted", path: app + "/-/versions/101/restore",
			status: 409, code: fault.CodeAlreadyThere, said: versionNotFound, outcome: "refused", sent: 1,
		},
		{
			name: "name reused", path: gone + "/-/restore",
			arrange: reuse(http.StatusBadRequest),
			status:  409, code: fault.CodeNameReused, outcome: "refused", sent: 1,
			said: "Package cannot be restored because its name is in use by another package.",
		},
		{
			name: "name reused, as 422", path: gone + "/-/restore",
			arrange: reuse(http.StatusUnprocessableEntity),
			status:  409, code: fault.CodeNameReused, outcome: "refused", sent: 1,
			said: "Package cannot be restored because its name is in use by another package.",
		},
		{
			name: "SAML", path: deleteFirst,
			arrange: func(_ *testing.T, w *refusalWorld) {
				w.GitHub.SetOrg(apptest.Org, func(o *ghfake.Org) { o.SAML = true })
			},
			status: 403, code: fault.CodeSSO, outcome: "refused", sent: 1, fix: "/orgs/acme/sso",
			said: "Resource protected by organization SAML enforcement. You must grant your OAuth token access to this organization.",
		},
		{
			name: "app restriction", path: deleteFirst,
			arrange: func(_ *testing.T, w *refusalWorld) {
				w.GitHub.SetOrg(apptest.Org, func(o *ghfake.Org) { o.AppRestricted = true })
			},
			status: 403, code: fault.CodeAppRestricted, outcome: "refused", sent: 1,
			fix:  "/organizations/acme/settings/oauth_application_policy",
			said: "Although you appear to have the correct authorization credentials, the `acme` organization has enabled OAuth App access restrictions",
		},
		{
			name: "wrong name typed", path: app + "/-/delete", form: url.Values{"confirm": {"@acme/ap"}},
			status: 400, code: fault.CodeWrongConfirm,
		},
		{
			name: "no name typed", path: app + "/-/delete",
			status: 400, code: fault.CodeWrongConfirm,
		},
		{
			name: "another package has the name now", path: app + "/-/delete", form: url.Values{"confirm": {"@acme/app"}, "id": {"77"}},
			status: 409, code: fault.CodeReplaced,
		},
		{
			name: "reason too long", path: deleteFirst, form: url.Values{"reason": {strings.Repeat("x", 3000)}},
			status: 400, code: fault.CodeInvalidForm,
		},
	}
}

// reuse gives the name of the deleted package to another one.
func reuse(status int) func(*testing.T, *refusalWorld) {
	return func(_ *testing.T, w *refusalWorld) {
		w.GitHub.SetReusedStatus(status)
		w.GitHub.AddPackage(ghfake.Package{Owner: apptest.Org, Type: ghpkg.NPM, Name: "gone"}, ghfake.Version{Name: "2.0.0"})
	}
}

// refusedByWeather are limits, failures and silence.
func refusedByWeather() []refused {
	primary := func(status int) func(*testing.T, *refusalWorld) {
		return func(_ *testing.T, w *refusalWorld) {
			w.GitHub.SetPrimaryStatus(status)
			w.GitHub.SetPrimaryLimit(apptest.Owner, 0, w.GitHub.Now().Add(20*time.Minute))
		}
	}
	wait := http.Header{"Retry-After": {"45"}}
	const unwell = "Server Error"
	exhausted := "API rate limit exceeded for user ID 1001."
	return []refused{
		// The look before the change meets the primary limit; the change is not even sent.
		{name: "primary limit as 403", path: deleteFirst, arrange: primary(403), status: 429, code: fault.CodeRateLimited, said: exhausted, retryAfter: 1000, outcome: "failed"},
		{name: "primary limit as 429", path: deleteFirst, arrange: primary(429), status: 429, code: fault.CodeRateLimited, said: exhausted, retryAfter: 1000, outcome: "failed"},
		{name: "secondary limit as 403", path: deleteFirst, arrange: fail(403, slowDown, wait), status: 429, code: fault.CodeSecondaryLimit, said: slowDown, retryAfter: 45, outcome: "refused", sent: 1},
		{name: "secondary limit as 429", path: deleteFirst, arrange: fail(429, slowDown, wait), status: 429, code: fault.CodeSecondaryLimit, said: slowDown, retryAfter: 45, outcome: "refused", sent: 1},
		{name: "secondary limit without a wait", path: deleteFirst, arrange: fail(403, slowDown, nil), status: 429, code: fault.CodeSecondaryLimit, said: slowDown, retryAfter: 60, outcome: "refused", sent: 1},
		{name: "500", path: deleteFirst, arrange: fail(500, unwell, nil), status: 502, code: fault.CodeNotDone, said: unwell, outcome: "failed", sent: 2},
		{name: "502", path: deleteFirst, arrange: fail(502, unwell, nil), status: 502, code: fault.CodeNotDone, said: unwell, outcome: "failed", sent: 2},
		{name: "503", path: deleteFirst, arrange: fail(503, unwell, nil), status: 502, code: fault.CodeNotDone, said: unwell, outcome: "failed", sent: 2},
		{name: "503 with a wait", path: deleteFirst, arrange: fail(503, unwell, wait), status: 502, code: fault.CodeNotDone, said: unwell, retryAfter: 45, outcome: "failed", sent: 1},
		{name: "500 once", path: deleteFirst, arrange: strike(ghfake.Fault{Status: 500}), status: 200, outcome: "done", sent: 2, changed: true},
		{name: "500, but done", path: deleteFirst, arrange: strike(ghfake.Fault{Status: 500, Act: true}), status: 200, outcome: "done", sent: 1, changed: true},
		{name: "200 of somebody else's", path: deleteFirst, arrange: strike(ghfake.Fault{Times: -1, Status: 200, Body: "<html>Log in to the proxy</html>"}), status: 502, code: fault.CodeNotDone, outcome: "failed", sent: 1},
		{name: "dropped before", path: deleteFirst, arrange: strike(ghfake.Fault{Times: -1, DropBefore: true}), status: 502, code: fault.CodeNotDone, outcome: "failed", sent: 1},
		{name: "dropped after", path: deleteFirst, arrange: strike(ghfake.Fault{DropAfter: true}), status: 200, outcome: "done", sent: 1, changed: true},
		{name: "truncated", path: deleteFirst, arrange: strike(ghfake.Fault{Truncate: true}), status: 200, outcome: "done", sent: 1, changed: true},
		{
			name: "no answer to anything", path: deleteFirst, arrange: func(_ *testing.T, w *refusalWorld) { w.network.set(silent) },
			status: 504, code: fault.CodeTimeout, outcome: "failed", // not even the look was answered
		},
		{
			name: "no answer, but done", path: deleteFirst, arrange: func(_ *testing.T, w *refusalWorld) { w.network.set(lost) },
			status: 200, outcome: "done", sent: 1, changed: true,
		},
		{
			name: "token revoked", path: deleteFirst, arrange: func(_ *testing.T, w *refusalWorld) { w.GitHub.RevokeUser(apptest.Owner) },
			status: 401, code: fault.CodeTokenRevoked, said: "Bad credentials", outcome: "refused", sent: 1, fix: "/login?",
		},
	}
}

// TestRefusals walks every refusal through every form of answer.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, c := range slices.Concat(refusedByRules(), refusedByWeather()) {
		for _, form := range []string{"page", "fragment", "json"} {
			t.Run(c.name+"/"+form, func(t *testing.T) {
				t.Parallel()
				c.run(t, form)
			})
		}
	}
}

// TestWrongFormStaysInItsDialog: what was typed wrongly is corrected where it
// was typed, and not in the row behind.
func TestWrongFormStaysInItsDialog(t *testing.T) {
	t.Parallel()
	_, b := start(t, allScopes...)
	page := b.HTMX("POST", app+"/-/delete", url.Values{"confirm": {"@acme/ap"}, "reason": {"unused since May"}})
	if page.Status != 400 || page.Header.Get("HX-Retarget") != "#dialog-body" || page.Header.Get("HX-Reswap") != "innerHTML" {
		t.Fatalf("%v %s", page.Header, page)
	}
	form, err := page.Form("Delete this package")
	if err != nil {
		t.Fatalf("%v: %s", err, page)
	}
	if form.Values.Get("confirm") != "@acme/ap" || form.Values.Get("reason") != "unused since May" || form.Action != app+"/-/delete" {
		t.Errorf("the form has %+v", form)
	}
	if page.Doc.Find("form[hx-target='#package-1']").Length() != 1 {
		t.Errorf("the form no longer answers in its row: %s", page.Body)
	}
}

// TestRefusalStandsInItsRow: GitHub's no is told beside what it is about, which
// is still there.
func TestRefusalStandsInItsRow(t *testing.T) {
	t.Parallel()
	p, b := start(t, allScopes...)
	p.GitHub.DeleteVersionNow(acmes(t, ghpkg.NPM, "@acme/app"), 102)
	page := b.HTMX("POST", deleteFirst, nil)
	if page.Status != http.StatusConflict || page.Header.Get("HX-Retarget") != "" {
		t.Fatalf("%v %s", page.Header, page)
	}
	if row := page.Doc.Find("li.row"); row.Find(".problem").Length() != 1 || row.Find("a[href='"+deleteFirst+"']").Length() != 1 {
		t.Errorf("the row is %s", page.Body)
	}
}

// TestReadOnly: nothing is changed, nothing offers it, and who tried is written down.
func TestReadOnly(t *testing.T) {
	t.Parallel()
	p := apptest.Start(t, apptest.Options{Config: map[string]string{"READ_ONLY": "true"}})
	b := p.SignIn(t, apptest.Owner, allScopes...)
	before := snapshot(t, p)
	for _, path := range []string{app, deleteFirst[:len(deleteFirst)-len("/delete")], "/orgs/acme/packages", "/orgs/acme/packages?state=deleted"} {
		page := b.Get(path)
		if page.Status != 200 || page.Doc.Find("form[action*='/delete'], form[action*='/restore'], a[href*='/delete'], a[href*='/restore']").Length() != 0 {
			t.Errorf("%s offers a change: %s", path, page)
		}
	}
	var got answer
	b.PostJSON(deleteFirst, nil, 403, &got)
	if got.Code != string(fault.CodeReadOnly) || got.Outcome != "refused" || got.Ledger == "" {
		t.Errorf("%+v", got)
	}
	if page := b.Get(deleteFirst); page.Status != 403 {
		t.Error(page)
	}
	if all := entries(t, b, url.Values{"action": {"delete"}}); len(all) != 1 || all[0].Outcome != "denied" {
		t.Errorf("the ledger has %+v", all)
	}
	if after := snapshot(t, p); after != before {
		t.Errorf("GitHub has\n%s, and had\n%s", after, before)
	}
}
