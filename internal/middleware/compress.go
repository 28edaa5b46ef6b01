package middleware

import (
	"compress/gzip"
	"net/http"

	"github.com/klauspost/compress/gzhttp"
)

const (
	minCompressed = 1024 // bytes: less fits one packet anyway
	sizeJitter    = 32   // bytes
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
		gzhttp.CompressionLevel(gzip.DefaultCompression),
		gzhttp.EnableZstd(false), // a third encoding of every file for a few per cent
		gzhttp.RandomJitter(sizeJitter, 0, false),
		gzhttp.DropETag(), // a validator of the plain bytes does not fit the compressed ones
	)
	if err != nil {
		return nil, err
	}
	return func(next http.Handler) http.Handler { return wrap(next) }, nil
}
