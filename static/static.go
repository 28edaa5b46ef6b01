// Package static serves Stockroom's stylesheet, scripts and icons from the
// binary, under names that hold a hash of the content, so that browsers keep
// them for ever and still never see an old one.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"path"
	"strings"
	"sync"
)

//go:generate go run ./update

//go:embed tokens.css app.css app.js htmx.min.js octicons.svg favicon.svg
var files embed.FS

// Prefix is where the files are served.
const Prefix = "/static/"

// asset is one file as it is sent.
type asset struct {
	path        string // "/static/app.3f2a1b9c.css"
	contentType string
	etag        string
	plain       []byte
	gzipped     []byte
}

// index holds every asset by its name and by its path. It is built once, on first
// use, from files that cannot change.
var index = sync.OnceValue(build)

// parts lists the assets and what each is made of: one stylesheet and one
// script are one request each.
var parts = map[string][]string{
	"app.css":      {"tokens.css", "app.css"},
	"app.js":       {"htmx.min.js", "app.js"},
	"octicons.svg": {"octicons.svg"},
	"favicon.svg":  {"favicon.svg"},
}

var contentTypes = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
}

func build() map[string]asset {
	assets := make(map[string]asset, 2*len(parts))
	for name, sources := range parts {
		var content []byte
		for _, source := range sources {
			text, err := files.ReadFile(source)
			if err != nil {
				panic(err) // go:embed names each of them
			}
			content = append(append(content, text...), '\n')
		}
		a := newAsset(name, content)
		assets[name] = a
		assets[a.path] = a
	}
	return assets
}

func newAsset(name string, content []byte) asset {
	sum := sha256.Sum256(content)
	hash := hex.EncodeToString(sum[:4])
	ext := path.Ext(name)
	return asset{
		path:        Prefix + strings.TrimSuffix(name, ext) + "." + hash + ext,
		contentType: contentTypes[ext],
		etag:        `"` + hash + `"`,
		plain:       content,
		gzipped:     compress(content),
	}
}

func compress(content []byte) []byte {
	var b bytes.Buffer
	zw, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		panic(err) // the level is a constant
	}
	// Writes to a bytes.Buffer do not fail.
	_, _ = zw.Write(content)
	_ = zw.Close()
	return b.Bytes()
}

// Path returns the address of the file called name ("app.css"). It panics if
// there is no such file: names are constants of the templates.
func Path(name string) string {
	a, ok := index()[name]
	if !ok {
		panic("static: no file " + name)
	}
	return a.path
}

// Handler answers GET and HEAD below Prefix, and /favicon.ico.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		a, ok := index()[r.URL.Path]
		cache := "public, max-age=31536000, immutable"
		if r.URL.Path == "/favicon.ico" { // asked for by that name only: it cannot hold a hash
			a, ok, cache = index()["favicon.svg"], true, "public, max-age=86400"
		}
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Cache-Control", cache)
		a.serve(w, r)
	})
}

func (a asset) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", a.contentType)
	h.Set("ETag", a.etag)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Add("Vary", "Accept-Encoding")
	if strings.Contains(r.Header.Get("If-None-Match"), a.etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := a.plain
	if acceptsGzip(r) {
		h.Set("Content-Encoding", "gzip")
		body = a.gzipped
	}
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the client went away: nobody is left to tell
	}
}

func acceptsGzip(r *http.Request) bool {
	for encoding := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(encoding), ";")
		if name == "gzip" && strings.ReplaceAll(params, " ", "") != "q=0" {
			return true
		}
	}
	return false
}
