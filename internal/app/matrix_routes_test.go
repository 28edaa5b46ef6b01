package app_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// sample is one address that a route serves. Where something is changed by it,
// each way of asking has something of its own: {n} is the number of the way.
type sample struct {
	path string
	form url.Values
	ends bool // the session is over afterwards
}

// samples has every line of the URL table, and what is behind its wildcards.
func samples() map[string][]sample {
	all := map[string][]sample{
		"GET /healthz": {{path: "/healthz"}}, "GET /readyz": {{path: "/readyz"}}, "GET /metrics": {{path: "/metrics"}},
		"GET /static/*": {{path: "/static/none"}}, "GET /favicon.ico": {{path: "/favicon.ico"}},

		"GET /": {{path: "/"}}, "GET /login": {{path: "/login"}}, "GET /login/callback": {{path: "/login/callback"}},
		"POST /logout": {{path: "/logout", ends: true}},

		"GET /packages": {{path: "/packages"}}, "GET /ledger": {{path: "/ledger"}}, "GET /ledger/:id": {{path: "/ledger/{entry}"}},
		"GET /settings":                   {{path: "/settings"}},
		"POST /settings":                  {{path: "/settings", form: url.Values{"theme": {"dark"}}}},
		"POST /settings/sessions/revoke":  {{path: "/settings/sessions/revoke", form: url.Values{"all": {"1"}}, ends: true}},
		"POST /settings/views":            {{path: "/settings/views", form: url.Values{"name": {"stale {n}"}, "path": {"/orgs/acme/packages?q=older:90d"}}}},
		"POST /settings/views/:id/delete": {{path: "/settings/views/{kept}/delete"}, {path: "/settings/views/{hers}/delete"}},

		"GET /operations":       {{path: "/operations"}},
		"POST /operations":      {{path: "/operations", form: url.Values{"action": {"delete"}, "item": {bulk + "/-/versions/300060"}}}},
		"GET /operations/badge": {{path: "/operations/badge"}},
		"GET /operations/:id":   {{path: "/operations/{undo}"}, {path: "/operations/{olivias}"}},
	}
	all["GET /settings/notices"] = []sample{{path: "/settings/notices"}}
	all["POST /settings/notices"] = []sample{{path: "/settings/notices", form: destinationForm()}}
	all["POST /settings/notices/:id/test"] = []sample{{path: "/settings/notices/none/test"}} // else it would be sent to somebody
	for verb, which := range map[string]string{"pause": "destination", "resume": "destination", "remove": "unwanted"} {
		all["POST /settings/notices/:id/"+verb] = []sample{{path: "/settings/notices/{" + which + "}/" + verb}}
	}
	all["POST /settings/notices/:id/language"] = []sample{{path: "/settings/notices/{destination}/language", form: url.Values{"language": {"ko"}}}}
	all["POST /settings/notices/:id/resend"] = []sample{{path: "/settings/notices/{destination}/resend", form: url.Values{"delivery": {"none"}}}}
	for _, verb := range matrixVerbs() {
		form := map[string]url.Values{"start": {"confirm": {"2"}}, "remove": {"item": {"1"}}}[verb]
		all["POST /operations/:id/"+verb] = []sample{{path: "/operations/{" + verb + "}/" + verb, form: form}}
	}
	all["POST /operations/:id/start"] = append(all["POST /operations/:id/start"],
		sample{path: "/operations/{olivias}/start", form: url.Values{"confirm": {"2"}}})
	for owner, prefix := range map[string]string{"/orgs/acme": "", "/users/olivia": "own-"} {
		pattern := strings.NewReplacer("acme", ":login", "olivia", ":login").Replace(owner)
		doomed, thin, gone := owner+"/packages/npm/"+prefix+"doomed-{n}", owner+"/packages/npm/"+prefix+"thin-{n}", owner+"/packages/npm/"+prefix+"gone-{n}"
		live, dead := thin+"/-/versions/{"+prefix+"live}", thin+"/-/versions/{"+prefix+"dead}"
		for _, table := range []string{"/packages", "/docker/conflicts", "/bin"} {
			all["GET "+pattern+table] = []sample{{path: owner + table}}
		}
		all["POST "+pattern+"/-/refresh"] = []sample{{path: owner + "/-/refresh"}}
		all["GET "+pattern+"/packages/*"] = []sample{
			{path: thin}, {path: live}, {path: doomed + "/-/delete"}, {path: gone + "/-/restore"}, {path: live + "/delete"}, {path: dead + "/restore"},
		}
		all["POST "+pattern+"/packages/*"] = []sample{
			{path: thin + "/-/refresh"}, {path: doomed + "/-/delete", form: url.Values{"confirm": {prefix + "doomed-{n}"}}}, {path: gone + "/-/restore"},
			{path: live + "/delete"}, {path: dead + "/restore"},
		}
	}
	return all
}

// destinationForm is a place that no notice of this world is for.
func destinationForm() url.Values {
	return url.Values{"kind": {"webhook"}, "name": {"audit"}, "url": {"https://hooks.example/audit"}, "event": {"deleted"}, "owners": {"octo"}}
}

// matrixVerbs are what can be done with an operation.
func matrixVerbs() []string {
	return []string{"start", "pause", "resume", "stop", "retry", "undo", "continue", "remove", "discard"}
}

// bulk is the package whose versions the operations are made of.
const bulk = "/orgs/acme/packages/rubygems/bulk"

// The packages of the matrix: ids of the first of a kind, in acme and olivia's.
const (
	doomedID, thinID, goneID          int64 = 2000, 2100, 2200
	ownDoomedID, ownThinID, ownGoneID int64 = 2300, 2400, 2500
	bulkID                            int64 = 3000
)

// seedMatrix is Acme's world with something to change for each way of asking.
func seedMatrix(s *ghfake.Server) {
	apptest.Acme(s)
	for _, login := range []string{oscar, maria} {
		s.AddUser(ghfake.User{Login: login})
	}
	yesterday := s.Now().Add(-24 * time.Hour)
	versions := func(id int64, n int) []ghfake.Version {
		all := make([]ghfake.Version, n)
		for i := range all {
			all[i] = ghfake.Version{ID: apptest.VersionOf(id, i+1), Name: fmt.Sprintf("1.%d.0", i)}
		}
		return all
	}
	for n := range int64(len(waysToAsk())) {
		for owner, first := range map[string][3]int64{apptest.Org: {doomedID, thinID, goneID}, apptest.Owner: {ownDoomedID, ownThinID, ownGoneID}} {
			prefix := ""
			if owner == apptest.Owner {
				prefix = "own-"
			}
			s.AddPackage(ghfake.Package{ID: first[0] + n, Owner: owner, Type: ghpkg.NPM, Name: fmt.Sprintf("%sdoomed-%d", prefix, n)}, versions(first[0]+n, 2)...)
			thin := versions(first[1]+n, 3)
			thin[2].DeletedAt = yesterday
			s.AddPackage(ghfake.Package{ID: first[1] + n, Owner: owner, Type: ghpkg.NPM, Name: fmt.Sprintf("%sthin-%d", prefix, n)}, thin...)
			s.AddPackage(ghfake.Package{ID: first[2] + n, Owner: owner, Type: ghpkg.NPM, Name: fmt.Sprintf("%sgone-%d", prefix, n), DeletedAt: yesterday}, versions(first[2]+n, 1)...)
		}
	}
	s.AddPackage(ghfake.Package{ID: bulkID, Owner: apptest.Org, Type: ghpkg.RubyGems, Name: "bulk"}, versions(bulkID, 80)...)
}

// way is one way of asking.
type way struct {
	name   string
	method string // empty: the route's own
	format string
	header http.Header
}

func waysToAsk() []way {
	return []way{
		{name: "GET", method: http.MethodGet},
		{name: "POST", method: http.MethodPost},
		{name: "htmx", header: http.Header{"HX-Request": {"true"}}},
		{name: "JSON", format: "json"},
		{name: "cross-site", header: http.Header{"Sec-Fetch-Site": {"cross-site"}, "Origin": {"https://evil.example"}}},
	}
}
