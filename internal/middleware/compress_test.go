package middleware

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

func newClientRequest(t *testing.T, url string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func readAll(res *http.Response) ([]byte, error) {
	defer res.Body.Close()
	return io.ReadAll(res.Body)
}

// page is a table of n rows: about what a page of packages is.
func page(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `<tr id="p%d"><td><a href="/orgs/acme/packages/npm/web-%d">web-%d</a></td><td>%d versions</td></tr>`, i, i, i, i*7)
	}
	return b.String()
}

func TestCompress(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, accept, typ, body string
		gzipped                 bool
	}{
		{"page", "gzip, deflate, br, zstd", "text/html; charset=utf-8", page(100), true},
		{"JSON", "gzip", "application/json", page(100), true},
		{"small", "gzip", "text/html", page(1), false},
		{"not wanted", "identity", "text/html", page(100), false},
		{"image", "gzip", "image/png", page(100), false},
		{"font", "gzip", "font/woff2", page(100), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h, _ := stack(t, "https://stock.example.com", func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", tt.typ)
				w.Header().Set("ETag", `"x"`)
				_, _ = io.WriteString(w, tt.body)
			})
			w := serve(h, request(http.MethodGet, "/", "Accept-Encoding", tt.accept))
			var body io.Reader = w.Body
			if got := w.Header().Get("Content-Encoding") == "gzip"; got != tt.gzipped {
				t.Fatalf("gzipped: %v, want %v", got, tt.gzipped)
			}
			if tt.gzipped {
				if w.Body.Len() > len(tt.body)/4 || w.Header().Get("ETag") != "" {
					t.Errorf("%d of %d bytes, ETag %q", w.Body.Len(), len(tt.body), w.Header().Get("ETag"))
				}
				var err error
				if body, err = gzip.NewReader(w.Body); err != nil {
					t.Fatal(err)
				}
			}
			got, err := io.ReadAll(body)
			if err != nil || string(got) != tt.body {
				t.Errorf("%d bytes came back of %d: %v", len(got), len(tt.body), err)
			}
		})
	}
}

func BenchmarkStack(b *testing.B) {
	body := []byte(page(100))
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write(body)
	})
	compress, err := Compress()
	if err != nil {
		b.Fatal(err)
	}
	for name, h := range map[string]http.Handler{"bare": handler, "headers": SecurityHeaders(true, nil)(handler), "gzip": compress(handler)} {
		b.Run(name, func(b *testing.B) {
			var size int
			for b.Loop() {
				size = serve(h, request(http.MethodGet, "/", "Accept-Encoding", "gzip")).Body.Len()
			}
			b.ReportMetric(float64(size), "bytes/answer")
		})
	}
}
