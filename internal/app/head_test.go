package app_test

import (
	"net/http"
	"testing"
)

// TestHead holds HEAD to what GET says, without the body: monitors and link
// previews ask so.
func TestHead(t *testing.T) {
	t.Parallel()
	p, b := start(t, allScopes...)
	before := snapshot(t, p)
	for _, r := range append(pages(), route{path: "/healthz"}, route{path: "/metrics"}, route{path: "/favicon.ico"}, route{path: "/orgs/acme/-/refresh"}) {
		head, get := b.Send(http.MethodHead, r.path, nil, nil), b.Send(http.MethodGet, r.path, nil, nil)
		if head.Status != get.Status || head.Header.Get("Content-Type") != get.Header.Get("Content-Type") {
			t.Errorf("%s: HEAD says %d, %q, and GET %d, %q", r.path, head.Status, head.Header.Get("Content-Type"),
				get.Status, get.Header.Get("Content-Type"))
		}
		if head.Body != "" {
			t.Errorf("%s: HEAD has a body: %q", r.path, head.Body)
		}
	}
	if snapshot(t, p) != before {
		t.Error("something was changed")
	}
}
