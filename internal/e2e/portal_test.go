package e2e

import (
	"fmt"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// The people of the practice world whom the tests play.
const (
	owner   = "olivia-owner"
	member  = "marco-member"
	outside = "sam-sso" // owner of initech, but without its SSO session

	collaborator = "casey-collab"
)

// portal is a Stockroom of the test's own, with the practice world as GitHub.
type portal struct {
	*apptest.Portal
	tabs int // opened so far
}

func startPortal(t *testing.T) *portal {
	t.Helper()
	return startPortalWith(t, apptest.Options{})
}

func startPortalWith(t *testing.T, o apptest.Options) *portal {
	t.Helper()
	o.Seed = ghfake.Demo
	p := &portal{Portal: apptest.Start(t, o)}
	actor, ok := p.GitHub.User(owner)
	if !ok {
		t.Fatalf("no %s in the practice world", owner)
	}
	for _, gone := range p.GitHub.DeletedPackages() {
		entry := ghpkg.Entry{
			At: gone.DeletedAt, Actor: ghpkg.Actor{ID: actor.ID, Login: actor.Login}, Action: ghpkg.ActionDelete, Reason: "Repository archived",
			Target: ghpkg.Target{Owner: acme(t), Type: gone.Type, Name: gone.Name, Visibility: gone.Visibility, PackageID: gone.ID},
		}
		if err := p.App.Ledger.Note(t.Context(), entry); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func acme(t *testing.T) ghpkg.Owner {
	t.Helper()
	o, err := ghpkg.NewOwner(ghpkg.Organization, "acme-corp")
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// ref names a package of acme-corp.
func ref(t *testing.T, kind ghpkg.Type, name string) ghpkg.Ref {
	t.Helper()
	r, err := ghpkg.NewRef(acme(t), kind, name)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// newest returns the package's latest version that is not deleted.
func (p *portal) newest(t *testing.T, r ghpkg.Ref) ghfake.Version {
	t.Helper()
	var found ghfake.Version
	for _, v := range p.GitHub.Versions(r) {
		if v.DeletedAt.IsZero() && v.CreatedAt.After(found.CreatedAt) {
			found = v
		}
	}
	if found.ID == 0 {
		t.Fatalf("%s has no versions", r)
	}
	return found
}

// isVersion fails the test unless GitHub has the version in that state.
func (p *portal) isVersion(t *testing.T, r ghpkg.Ref, id int64, want ghpkg.State) {
	t.Helper()
	if got := p.GitHub.VersionState(r, id); got != want {
		t.Errorf("GitHub has version %d of %s as %q, want %q", id, r, got, want)
	}
}

// isPackage fails the test unless GitHub has the package in that state.
func (p *portal) isPackage(t *testing.T, r ghpkg.Ref, want ghpkg.State) {
	t.Helper()
	if got := p.GitHub.PackageState(r); got != want {
		t.Errorf("GitHub has %s as %q, want %q", r, got, want)
	}
}

func versionRow(id int64) string { return fmt.Sprintf("#version-%d", id) }

// signIn signs a persona in through the practice GitHub, and comes back to a path.
func (tb *tab) signIn(login, path string, scopes ...string) {
	tb.t.Helper()
	tb.visit(link.SignIn(path, scopes))
	tb.see("Sign in to continue to Stockroom")
	tb.follow(login)
}
