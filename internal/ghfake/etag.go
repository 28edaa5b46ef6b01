package ghfake

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
)

// revalidate gives an answer its ETag, and turns it into a 304 if the client
// has it already. GitHub's tags differ by token, address and Accept.
func (c *call) revalidate(out *reply) {
	if c.r.Method != http.MethodGet || out.status != http.StatusOK {
		return
	}
	tag := c.etag(out.body)
	out.header.Set("ETag", tag)
	out.header.Set("Cache-Control", "private, max-age=60, s-maxage=60")
	out.header.Set("Vary", "Accept, Authorization, Cookie, X-GitHub-OTP, Accept-Encoding, X-Requested-With")
	if c.token != nil && matches(c.r.Header.Get("If-None-Match"), tag) {
		out.status, out.body = http.StatusNotModified, nil
		out.header.Del("Content-Type")
	}
}

func (c *call) etag(body []byte) string {
	h := sha256.New()
	for _, part := range []string{c.r.Header.Get("Authorization"), c.r.URL.RequestURI(), c.r.Header.Get("Accept"), c.apiVersion()} {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	h.Write(body)
	return `W/"` + hex.EncodeToString(h.Sum(nil)) + `"`
}

// matches compares weakly, as RFC 9110 wants it for If-None-Match.
func matches(header, tag string) bool {
	tag = strings.TrimPrefix(tag, "W/")
	for candidate := range strings.SplitSeq(header, ",") {
		if strings.TrimPrefix(strings.TrimSpace(candidate), "W/") == tag {
			return true
		}
	}
	return false
}
