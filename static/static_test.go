package static_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stockroom-dev/stockroom/static"
)

func get(t *testing.T, method, path string, header http.Header) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, path, nil)
	if header != nil {
		r.Header = header
	}
	w := httptest.NewRecorder()
	static.Handler().ServeHTTP(w, r)
	return w.Result()
}

func TestPath(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"app.css": `^/static/app\.[0-9a-f]{8}\.css$`,
		"app.js":  `^/static/app\.[0-9a-f]{8}\.js$`,
	} {
		if got := static.Path(name); !regexp.MustCompile(want).MatchString(got) {
			t.Errorf("Path(%q) = %q, want %s", name, got, want)
		}
	}
}

func TestHandler(t *testing.T) {
	t.Parallel()
	css := static.Path("app.css")
	zipped := http.Header{"Accept-Encoding": {"br, gzip;q=0.8"}}
	for _, tt := range []struct {
		name, method, path string
		header             http.Header
		status             int
		want               map[string]string
	}{
		{"file", "GET", css, nil, 200, map[string]string{"Content-Type": "text/css; charset=utf-8", "Cache-Control": "public, max-age=31536000, immutable", "Content-Encoding": "", "Vary": "Accept-Encoding"}},
		{"zipped", "GET", css, zipped, 200, map[string]string{"Content-Encoding": "gzip", "X-Content-Type-Options": "nosniff"}},
		{"zip refused", "GET", css, http.Header{"Accept-Encoding": {"gzip; q=0"}}, 200, map[string]string{"Content-Encoding": ""}},
		{"head", "HEAD", css, nil, 200, map[string]string{"Content-Type": "text/css; charset=utf-8"}},
		{"script", "GET", static.Path("app.js"), nil, 200, map[string]string{"Content-Type": "text/javascript; charset=utf-8"}},
		{"sprite", "GET", static.Path("octicons.svg"), nil, 200, map[string]string{"Content-Type": "image/svg+xml"}},
		{"favicon", "GET", "/favicon.ico", nil, 200, map[string]string{"Content-Type": "image/svg+xml", "Cache-Control": "public, max-age=86400"}},
		{"no hash", "GET", "/static/app.css", nil, 404, nil},
		{"old hash", "GET", "/static/app.00000000.css", nil, 404, nil},
		{"name alone", "GET", "app.css", nil, 404, nil},
		{"outside", "GET", "/static/../vendor.lock", nil, 404, nil},
		{"post", "POST", css, nil, 405, map[string]string{"Allow": "GET, HEAD"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := get(t, tt.method, "/"+strings.TrimPrefix(tt.path, "/"), tt.header)
			if w.StatusCode != tt.status {
				t.Fatalf("status = %d, want %d", w.StatusCode, tt.status)
			}
			for name, want := range tt.want {
				if got := w.Header.Get(name); got != want {
					t.Errorf("%s = %q, want %q", name, got, want)
				}
			}
		})
	}
}

func TestUnchangedFilesAreNotSentAgain(t *testing.T) {
	t.Parallel()
	first := get(t, "GET", static.Path("app.css"), nil)
	again := get(t, "GET", static.Path("app.css"), http.Header{"If-None-Match": {first.Header.Get("ETag")}})
	if again.StatusCode != http.StatusNotModified {
		t.Errorf("status = %d, want 304", again.StatusCode)
	}
}

// The whole first view has 60 KiB; the page itself takes some of them.
func TestFirstViewIsSmall(t *testing.T) {
	t.Parallel()
	total := 0
	for _, name := range []string{"app.css", "app.js", "octicons.svg", "favicon.svg"} {
		w := get(t, "GET", static.Path(name), http.Header{"Accept-Encoding": {"gzip"}})
		sent, err := io.ReadAll(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		total += len(sent)
		zr, err := gzip.NewReader(strings.NewReader(string(sent)))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if _, err := io.Copy(io.Discard, zr); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	t.Logf("%d bytes compressed", total)
	if limit := 32 << 10; total > limit {
		t.Errorf("%d bytes compressed, want at most %d", total, limit)
	}
}

// A token that app.css uses and tokens.css lacks is no colour at all; one that
// it has for light alone is the wrong colour in the dark.
func TestEveryTokenIsDefined(t *testing.T) {
	t.Parallel()
	app, tokens := readFile(t, "app.css"), readFile(t, "tokens.css")
	defined := map[string]int{}
	for _, m := range regexp.MustCompile(`--([\w-]+):`).FindAllStringSubmatch(tokens, -1) {
		defined[m[1]]++
	}
	for _, m := range regexp.MustCompile(`var\(--([\w-]+)`).FindAllStringSubmatch(app+tokens, -1) {
		name := m[1]
		coloured := strings.Contains(name, "Color") || strings.Contains(name, "shadow")
		if n := defined[name]; n == 0 || coloured && n < 3 {
			t.Errorf("--%s is defined %d times: run go generate ./static", name, n)
		}
	}
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
