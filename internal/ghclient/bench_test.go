package ghclient

import (
	"net/http"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// BenchmarkCall is what a call costs beside the network.
func BenchmarkCall(b *testing.B) {
	o := options(b, "https://github.com", "https://api.github.com")
	o.Transport = transport(func(*http.Request) (*http.Response, error) { return reply(http.StatusOK, `{"id":1}`), nil })
	gh, ref := New(o), mustRef(b, acme(b), ghpkg.NPM, "x")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := gh.For("t", "").Package(b.Context(), ref); err != nil {
			b.Fatal(err)
		}
	}
}
