package apptest_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/apptest"
)

// TestPortal walks through the harness once: what is broken here breaks
// every test that stands on it.
func TestPortal(t *testing.T) {
	t.Parallel()
	p := apptest.Start(t, apptest.Options{})
	b := p.SignIn(t, apptest.Owner, "delete:packages", "write:packages")
	page := b.Get("/orgs/acme/packages?type=npm")
	if page.Status != http.StatusOK || !page.HasText("@acme/app") {
		t.Fatalf("the list of packages: %s", page)
	}
	page = b.Click(page, "@acme/app")
	if page.Path() != "/orgs/acme/packages/npm/@acme/app" || !page.HasText("1.1.0") {
		t.Fatalf("the package: %s", page)
	}
	page = b.Get("/orgs/acme/packages/npm/@acme/app/-/versions/101/delete")
	page = b.Submit(page, "Delete this version", url.Values{"reason": {"not needed"}})
	if page.Status != http.StatusOK || !page.HasText("1.0.0") {
		t.Fatalf("after the deletion: %s", page)
	}
	var table struct {
		Items []struct{ Name string }
	}
	b.JSON("/orgs/acme/packages/npm/@acme/app?state=deleted", http.StatusOK, &table)
	if len(table.Items) != 1 || table.Items[0].Name != "1.0.0" {
		t.Errorf("deleted versions: %+v", table.Items)
	}
}
