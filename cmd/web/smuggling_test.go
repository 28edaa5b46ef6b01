package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/apptest"
)

// smuggled are requests whose end two programs may see in different places. %s
// is what a smuggler puts there: a request of its own.
func smuggled() map[string]string {
	const post = "POST /settings HTTP/1.1\r\nHost: " + host + "\r\nSec-Fetch-Site: same-origin\r\n"
	return map[string]string{
		"CL.TE":                           post + "Content-Length: {length+5}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{request}",
		"TE.CL":                           post + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n{hex}\r\n{request}\r\n0\r\n\r\n",
		"TE.TE, a space before the colon": post + "Content-Length: {length+5}\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n{request}",
		"TE.TE, vertical tab":             post + "Content-Length: {length+5}\r\nTransfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n{request}",
		"TE.TE, another coding":           post + "Content-Length: {length+5}\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{request}",
		"TE.TE, two codings":              post + "Content-Length: {length+5}\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n{request}",
		"TE.TE, twice":                    post + "Content-Length: {length+5}\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: cow\r\n\r\n0\r\n\r\n{request}",
		"TE on a folded line":             post + "Content-Length: {length+5}\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n{request}",
		"TE hidden in a folded line":      post + "Content-Length: {length+5}\r\nX: y\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n{request}",
		"TE after a bare line feed":       post + "Content-Length: {length+5}\r\nX: y\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{request}",
		"TE after a bare carriage return": post + "Content-Length: {length+5}\r\nX: y\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{request}",
		"TE, underscore":                  post + "Content-Length: {length+5}\r\nTransfer_Encoding: chunked\r\n\r\n0\r\n\r\n{request}",
		"TE of HTTP/1.0":                  strings.Replace(post, "1.1", "1.0", 1) + "Content-Length: {length+5}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{request}",
		"two lengths, the longer last":    post + "Content-Length: 0\r\nContent-Length: {length}\r\n\r\n{request}",
		"two lengths, the longer first":   post + "Content-Length: {length}\r\nContent-Length: 0\r\n\r\n{request}",
		"two lengths in a list":           post + "Content-Length: 0, {length}\r\n\r\n{request}",
		"a length with a sign":            post + "Content-Length: +0\r\n\r\n{request}",
		"a length in hex":                 post + "Content-Length: 0x0\r\n\r\n{request}",
		"a length after a space":          post + "Content-Length : {length}\r\nContent-Length: {length}\r\n\r\n{request}",
		"a folded length":                 post + "Content-Length: {length}\r\nX: y\r\n\tContent-Length: 0\r\n\r\n{request}",
		"a body that GET has not":         strings.Replace(post, "POST", "GET", 1) + "Content-Length: {length}\r\n\r\n{request}",
		"a form that is a request":        post + "Content-Length: {length}\r\n\r\n{request}",
		"a chunk that is a request":       post + "Transfer-Encoding: chunked\r\n\r\n{hex}\r\n{request}\r\n0\r\n\r\n",
		"a chunk with too long a length":  post + "Transfer-Encoding: chunked\r\n\r\n1000000000000000{hex}\r\n{request}\r\n0\r\n\r\n",
		"a chunk's extension":             post + "Transfer-Encoding: chunked\r\n\r\n1;a=\"\r\n{request}\r\n0\r\n\r\n",
		"a trailer that is a request":     post + "Transfer-Encoding: chunked\r\nTrailer: x\r\n\r\n0\r\nx: y\r\n {request}\r\n\r\n",
		"an upgrade to HTTP/2":            post + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\nContent-Length: {length}\r\n\r\n{request}",
		"a header that is dropped":        post + "Connection: Content-Length\r\nContent-Length: {length}\r\n\r\n{request}",
		"a second host":                   post + "Host: evil.example\r\nContent-Length: {length}\r\n\r\n{request}",
		"a line break in the path":        "GET /%0d%0a%0d%0aGET%20/smuggled-path HTTP/1.1\r\nHost: " + host + "\r\n\r\n",
	}
}

// smuggling: of whatever is sent to nginx, the program sees one request at
// most, and the answers to others stay their own.
func (f *front) smuggling(t *testing.T) {
	var all sync.WaitGroup
	for name, message := range smuggled() {
		request := fmt.Sprintf("GET /smuggled-%s HTTP/1.1\r\nHost: %s\r\nX: y\r\n\r\n", strings.NewReplacer(" ", "-", ",", "", "'", "").Replace(name), host)
		message = strings.NewReplacer("{request}", request, "{length}", fmt.Sprint(len(request)), "{length+5}", fmt.Sprint(len(request)+5),
			"{hex}", fmt.Sprintf("%x", len(request))).Replace(message)
		all.Go(func() {
			connection, err := f.proxy.dialTLS(t.Context())
			if err != nil {
				t.Errorf("%s: %v", name, err)
				return
			}
			defer connection.Close()
			_ = connection.SetDeadline(time.Now().Add(3 * time.Second)) // it has one
			if _, err := io.WriteString(connection, message); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			answer, _ := io.ReadAll(connection) // until nginx closes, or the deadline
			if n := strings.Count(string(answer), "HTTP/1.1 "); n > 1 {
				t.Errorf("%s: %d answers:\n%s", name, n, answer)
			}
			if first, _, _ := strings.Cut(string(answer), "\r\n"); testing.Verbose() {
				t.Logf("%s: %s", name, first)
			}
		})
	}
	all.Wait()
	for range 40 { // what was left behind on nginx's connections would come now
		s, err := f.try(http.MethodGet, "/healthz", nil, nil)
		if err != nil || s.status != http.StatusOK || s.body != "ok\n" {
			t.Errorf("afterwards: %+v, %v", s, err)
		}
	}
	control, err := f.try(http.MethodGet, "/control", nil, nil)
	if err != nil || control.status != http.StatusNotFound {
		t.Errorf("%+v, %v", control, err)
	}
	logs := func() string { return f.replicas[0].log.String() + f.replicas[1].log.String() }
	if !apptest.Eventually(func() bool { return strings.Contains(logs(), `"path":"/control"`) }) { // it is written after the answer
		t.Errorf("the log does not say what was asked: %s", logs())
	}
	for i, r := range f.replicas {
		said := r.log.String()
		for line := range strings.Lines(said) {
			if strings.Contains(line, `"request"`) && strings.Contains(line, "smuggled-") && !strings.Contains(line, "smuggled-path") {
				t.Errorf("replica %d saw %s", i, line)
			}
		}
		if !strings.Contains(said, `"/settings"`) {
			t.Errorf("replica %d was asked nothing: %s", i, said)
		}
	}
}
