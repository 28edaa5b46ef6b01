package middleware

import (
	"net/http"
	"strings"

	"github.com/klauspost/compress/gzhttp"
)

const (
	minCompressed = 1024 // bytes: less fits one packet anyway
	sizeJitter    = 32   // bytes
	level         = 5    // a table of 100 rows: 44 µs; level 9 takes five times as long for the same size
)

// Compress sends larger answers gzipped.
//
// BREACH reads a secret out of the size of compressed answers that also repeat
// what the attacker sent. No page holds a secret of ours (the session is a
// cookie, and there is no token in forms), but names of private packages stand
// beside a repeated search. SameSite=Lax keeps other sites from asking for
// pages at will; the jitter blurs the sizes of those that they can open.
func Compress() (Middleware, error) {
	wrap, err := gzhttp.NewWrapper(
		gzhttp.MinSize(minCompressed),
		gzhttp.CompressionLevel(level),
		gzhttp.EnableZstd(false), // a third encoding of every file for a few per cent
		gzhttp.RandomJitter(sizeJitter, 0, false),
		gzhttp.ContentTypeFilter(compressible),
		gzhttp.DropETag(), // a validator of the plain bytes does not fit the compressed ones
	)
	if err != nil {
		return nil, err
	}
	return func(next http.Handler) http.Handler { return wrap(next) }, nil
}

// compressible reports whether a content type is text; images and fonts are
// compressed already.
func compressible(contentType string) bool {
	typ, _, _ := strings.Cut(contentType, ";")
	return strings.HasPrefix(typ, "text/") || strings.HasSuffix(typ, "json") ||
		strings.HasSuffix(typ, "javascript") || strings.HasSuffix(typ, "xml")
}
