package apptest

import (
	"net/http"
	"net/url"
	"slices"
)

// Visited returns every address that this browser asked, in order.
func (b *Browser) Visited() []string { return slices.Clone(b.visited) }

// CookieValues returns the value of every cookie that this browser was ever given.
func (b *Browser) CookieValues() []string { return slices.Clone(b.cookies) }

// Cookies returns what the browser sends to the portal now.
func (b *Browser) Cookies() []*http.Cookie {
	b.tb.Helper()
	at, err := url.Parse(b.portal.URL + "/")
	if err != nil {
		b.tb.Fatalf("apptest: %v", err)
	}
	return b.CookiesAt(at)
}

// CookiesAt returns what the browser sends to an address.
func (b *Browser) CookiesAt(at *url.URL) []*http.Cookie { return b.client.Jar.Cookies(at) }
