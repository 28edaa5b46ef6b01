package app_test

import (
	"net/url"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// allScopes are what somebody has granted who does everything.
var allScopes = []string{ghpkg.ScopeDeletePackages, ghpkg.ScopeWritePackages, ghpkg.ScopeRepo}

// start runs a portal in Acme's world, with olivia signed in.
func start(t *testing.T, scopes ...string) (*apptest.Portal, *apptest.Browser) {
	t.Helper()
	p := apptest.Start(t, apptest.Options{})
	b := p.SignIn(t, apptest.Owner, scopes...)
	p.GitHub.ResetRequests()
	return p, b
}

// refOf is the address of a package, which has to be a good one.
func refOf(t *testing.T, kind ghpkg.OwnerKind, owner string, typ ghpkg.Type, name string) ghpkg.Ref {
	t.Helper()
	o, err := ghpkg.NewOwner(kind, owner)
	if err != nil {
		t.Fatal(err)
	}
	ref, err := ghpkg.NewRef(o, typ, name)
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

// acmes is the address of one of acme's packages.
func acmes(t *testing.T, typ ghpkg.Type, name string) ghpkg.Ref {
	t.Helper()
	return refOf(t, ghpkg.Organization, apptest.Org, typ, name)
}

// versionOf is the address of a package's version.
func versionOf(t *testing.T, ref ghpkg.Ref, id int64) ghpkg.VersionRef {
	t.Helper()
	v, err := ref.Version(id)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// changes are the requests that asked GitHub to change something.
func changes(requests []ghfake.Request) []string {
	var all []string
	for _, r := range requests {
		if r.Method != "GET" {
			all = append(all, r.String())
		}
	}
	return all
}

// entry is an entry of the ledger, as its JSON says it.
type entry struct {
	ID, Action, Outcome, Message, Code, Reason, Operation string
	Actor                                                 struct {
		Login     string
		ProxyUser string `json:"proxy_user"`
	}
	Target *struct {
		Path, Name  string
		VersionID   int64  `json:"version_id"`
		VersionName string `json:"version_name"`
		Tags        []string
	}
}

// entries returns what the browser's viewer reads in the ledger, the newest first.
func entries(t *testing.T, b *apptest.Browser, filter url.Values) []entry {
	t.Helper()
	var table struct{ Items []entry }
	b.JSON(link.LedgerQuery(filter), 200, &table)
	return table.Items
}

// answer is how a change ended, as its JSON says it.
type answer struct {
	Outcome, Message, Code, Ledger, Path, Fix string
	Scopes                                    []string
	RetryAfter                                int `json:"retry_after"`
}
