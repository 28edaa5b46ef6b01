package e2e

import (
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// filtersInAddress filters in place: the address follows, and so what the
// browser offers for addresses works: reload, back, forward, a copied link.
func filtersInAddress(t *testing.T, b *browser) {
	p := startPortal(t)
	tb := b.person(t, p)
	tb.signIn(owner, link.Packages(acme(t)))
	tb.see("Acme.Billing.Client")
	tb.fill("Filter by name", "orders")
	tb.miss("Acme.Billing.Client")
	tb.click("Container")
	tb.until("the address to follow", `location.search === '?q=orders&type=container'`)
	address := tb.address()

	tb.do(chromedp.Reload())
	filtered := func() {
		t.Helper()
		tb.see("3 packages")
		tb.miss("Acme.Billing.Client")
		if got := get[string](tb, `document.querySelector('[name=q]').value`); got != "orders" {
			t.Errorf("the field says %q", got)
		}
		if tb.address() != address {
			t.Errorf("at %s, want %s", tb.address(), address)
		}
	}
	filtered()
	tb.follow("orders-service")
	tb.see("About this package")
	tb.do(chromedp.NavigateBack())
	filtered()
	tb.do(chromedp.NavigateForward())
	tb.see("About this package")

	tb.another().visit(address)
	tb.do(chromedp.NavigateBack())
	filtered()
	tb.fill("Filter by name", "orders-service/m")
	tb.see("1 package")
	tb.follow("Clear filters")
	tb.see("Acme.Billing.Client")

	tb.watch.expect(400)
	tb.visit(link.Packages(acme(t)) + "?type=floppy")
	tb.see("The filter type does not accept “floppy”.")
	tb.follow("Go back")
	tb.see("Acme.Billing.Client")
}
