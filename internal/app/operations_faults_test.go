package app_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// bulkFault is trouble that meets the third of eight items.
type bulkFault struct {
	name  string
	fault ghfake.Fault // of the third item's deletion; one without effect: none
	// At its look, or at its deletion if late, GitHub waits until this has happened.
	meanwhile func(w *bulkWorld)
	late      bool

	state, why string   // of the operation, when it goes no further by itself
	waits      bool     // it was waiting for GitHub in between
	asked      bool     // as it cannot be asked what became of the third item
	item, code string   // of the third item then
	said       string   // GitHub's words, of the item or else of the operation
	ledger     []string // the outcomes of its entries
	sent       int      // how often its deletion was sent
	rest       string   // what became of the five behind it; empty: done
	goOn       func(w *bulkWorld)
}

// bulkWorld is an operation that deletes eight versions, in a time that flies.
type bulkWorld struct {
	*apptest.Portal
	t  *testing.T
	b  *apptest.Browser
	op apptest.Operation
}

// victim is the third item.
func (w *bulkWorld) victim() apptest.OperationItem { return w.op.Items[2] }

// versionID returns the id of an item's version.
func (w *bulkWorld) versionID(i apptest.OperationItem) int64 {
	w.t.Helper()
	id, err := strconv.ParseInt(i.Path[strings.LastIndex(i.Path, "/")+1:], 10, 64)
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

// retry and resume are how a person goes on.
func retry(w *bulkWorld) {
	w.GitHub.ClearFaults()
	w.b.Steer(w.op.ID, "retry")
}

func resume(w *bulkWorld) { w.b.Steer(w.op.ID, "resume") } // signed in anew

const serverError = "Server Error"

// ill makes GitHub answer the deletion with that status.
func ill(status, times int, header http.Header) ghfake.Fault {
	return ghfake.Fault{Status: status, Times: times, Header: header, Body: `{"message":` + strconv.Quote(serverError) + `}`}
}

// bulkFailures are GitHub's failures: an item that got lost with one can be tried again.
func bulkFailures() []bulkFault {
	once := func(name string, f ghfake.Fault, sent int) bulkFault {
		return bulkFault{name: name, fault: f, state: "done", item: "done", ledger: []string{"done"}, sent: sent}
	}
	forEver := func(name string, f ghfake.Fault, sent int) bulkFault {
		return bulkFault{
			name: name, fault: f, state: "done", item: "failed", code: "not_done", said: serverError, sent: sent,
			ledger: []string{"failed"}, goOn: retry,
		}
	}
	later := forEver("503 with a wait", ill(503, -1, http.Header{"Retry-After": {"45"}}), 1)
	later.waits = true
	dropped := forEver("dropped before acting", ghfake.Fault{DropBefore: true, Times: -1}, 1)
	dropped.said = ""
	return []bulkFault{
		once("500 once", ill(500, 1, nil), 2),
		once("502 once", ill(502, 1, nil), 2),
		once("503 once", ill(503, 1, nil), 2),
		once("500, but done", ghfake.Fault{Status: 500, Act: true}, 1),
		forEver("500", ill(500, -1, nil), 2),
		forEver("502", ill(502, -1, nil), 2),
		forEver("503", ill(503, -1, nil), 2),
		later,
		dropped,
		once("dropped after acting", ghfake.Fault{DropAfter: true}, 1),
		once("truncated", ghfake.Fault{Truncate: true}, 1),
		once("truncated refusal of a change that was done", ghfake.Fault{Status: 502, Act: true, Truncate: true, Body: `{"message":"Bad Gateway"}`}, 1),
	}
}

// bulkLimits are GitHub's limits: the operation waits, and goes on by itself.
func bulkLimits() []bulkFault {
	limit := func(name string, status int, header http.Header, message string) bulkFault {
		return bulkFault{
			name: name, state: "done", waits: true, item: "done", ledger: []string{"refused", "done"}, sent: 2,
			fault: ghfake.Fault{Status: status, Header: header, Body: `{"message":` + strconv.Quote(message) + `}`},
		}
	}
	primary := func(name string, status int) bulkFault {
		return bulkFault{
			name: name, late: true, state: "done", waits: true, item: "done", ledger: []string{"refused", "done"}, sent: 2,
			meanwhile: func(w *bulkWorld) {
				w.GitHub.SetPrimaryStatus(status)
				w.GitHub.SetPrimaryLimit(apptest.Owner, 0, w.GitHub.Now().Add(2*time.Minute))
			},
		}
	}
	wait := http.Header{"Retry-After": {"45"}}
	return []bulkFault{
		limit("secondary limit as 403", 403, wait, slowDown),
		limit("secondary limit as 429", 429, wait, slowDown),
		limit("secondary limit as 403 without a wait", 403, nil, slowDown),
		limit("secondary limit as 429 without a wait", 429, nil, slowDown),
		primary("primary limit as 403", 403),
		primary("primary limit as 429", 429),
	}
}

// bulkOthers is what others do meanwhile, at GitHub or with the token.
func bulkOthers() []bulkFault {
	closeOrg := func(change func(*ghfake.Org)) func(*bulkWorld) {
		return func(w *bulkWorld) { w.GitHub.SetOrg(apptest.Org, change) }
	}
	openOrg := func(w *bulkWorld) {
		w.GitHub.SetOrg(apptest.Org, func(o *ghfake.Org) { o.SAML, o.AppRestricted = false, false })
		retry(w)
	}
	revoke := func(w *bulkWorld) { w.GitHub.RevokeUser(apptest.Owner) }
	demote := func(w *bulkWorld) { w.GitHub.AddMember(apptest.Org, apptest.Owner, ghpkg.RoleMember) }
	promote := func(w *bulkWorld) {
		w.GitHub.AddMember(apptest.Org, apptest.Owner, ghpkg.RoleAdmin)
		retry(w)
	}
	many := func(w *bulkWorld) ghpkg.Ref { return acmes(w.t, ghpkg.Container, "team/many") }
	deletePackage := func(w *bulkWorld) { w.GitHub.DeletePackageNow(many(w)) }
	deleteVersion := func(w *bulkWorld) { w.GitHub.DeleteVersionNow(many(w), w.versionID(w.victim())) }
	breakDown := func(w *bulkWorld) { w.GitHub.Inject(ghfake.Fault{Times: -1, Status: 502}) }
	return []bulkFault{
		{
			name: "token revoked before the look", meanwhile: revoke,
			state: "paused", why: "token_revoked", item: "pending", said: "Bad credentials", rest: "pending", goOn: resume,
		},
		{
			name: "token revoked", meanwhile: revoke, late: true,
			state: "paused", why: "token_revoked", item: "pending", said: "Bad credentials", rest: "pending", goOn: resume,
			ledger: []string{"refused"}, sent: 1,
		},
		{
			name: "role lost", meanwhile: demote, late: true, state: "done", item: "refused", code: "no_admin",
			said: packageNotFound, rest: "refused", goOn: promote, ledger: []string{"refused"}, sent: 1,
		},
		{
			name: "package deleted by somebody else", meanwhile: deletePackage,
			state: "done", item: "skipped", code: "not_found", said: packageNotFound, rest: "skipped",
		},
		{
			name: "package deleted by somebody else after the look", meanwhile: deletePackage, late: true,
			state: "done", item: "refused", code: "not_found", said: packageNotFound, rest: "skipped", ledger: []string{"refused"}, sent: 1,
		},
		{
			name: "version deleted by somebody else", meanwhile: deleteVersion,
			state: "done", item: "skipped", code: "not_found", said: versionNotFound,
		},
		{
			name: "version deleted by somebody else after the look", meanwhile: deleteVersion, late: true,
			state: "done", item: "skipped", code: "already_gone", said: versionNotFound, ledger: []string{"refused"}, sent: 1,
		},
		{
			name: "version retagged by somebody else", state: "done", item: "skipped", code: "changed",
			meanwhile: func(w *bulkWorld) {
				w.GitHub.AddVersion(apptest.Many, ghfake.Version{Name: "sha256:later", Tags: w.victim().Tags})
			},
		},
		{
			name: "SSO required", meanwhile: closeOrg(func(o *ghfake.Org) { o.SAML = true }), late: true,
			state: "done", item: "refused", code: "sso", said: "Resource protected by organization SAML enforcement.",
			rest: "refused", goOn: openOrg, ledger: []string{"refused"}, sent: 1,
		},
		{
			name: "app restricted", meanwhile: closeOrg(func(o *ghfake.Org) { o.AppRestricted = true }), late: true,
			state: "done", item: "refused", code: "app_restricted", said: "has enabled OAuth App access restrictions",
			rest: "refused", goOn: openOrg, ledger: []string{"refused"}, sent: 1,
		},
		{
			name: "GitHub down for a while before the look", fault: ghfake.Fault{Status: 502}, meanwhile: breakDown,
			state: "done", waits: true, item: "done", ledger: []string{"done"}, sent: 1,
		},
		{
			name: "GitHub down for a while", fault: ghfake.Fault{Status: 502}, meanwhile: breakDown, late: true, asked: true,
			state: "done", waits: true, item: "done", ledger: []string{"failed", "done"}, sent: 2,
		},
		{
			name: "GitHub down for a while after acting", fault: ghfake.Fault{DropAfter: true}, meanwhile: breakDown, late: true, asked: true,
			state: "done", waits: true, item: "done", ledger: []string{"done"}, sent: 1,
		},
	}
}

// TestOperationFaults: whatever meets one item of an operation, each has the
// state that agrees with GitHub and the ledger, the rest goes on if it can, and
// a person can go on with what was left.
func TestOperationFaults(t *testing.T) {
	t.Parallel()
	for _, c := range slices.Concat(bulkFailures(), bulkLimits(), bulkOthers()) {
		t.Run("sqlite/"+c.name, func(t *testing.T) {
			t.Parallel()
			c.run(t, "")
		})
		t.Run("postgres/"+c.name, func(t *testing.T) {
			t.Parallel()
			c.run(t, apptest.Postgres(t))
		})
	}
}
