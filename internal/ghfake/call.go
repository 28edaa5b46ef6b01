package ghfake

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// The API versions that this GitHub speaks.
const (
	version2022 = "2022-11-28"
	version2026 = "2026-03-10"
)

// call is one REST request on its way to an answer.
type call struct {
	*Server
	r      *http.Request
	route  *route
	vars   map[string]string
	token  *token // nil: anonymous
	viewer *User  // nil: anonymous
	now    time.Time
	number int // in the request log
}

// answer is what a handler wants to be sent.
type answer struct {
	status int
	header http.Header
	body   any // nil: empty
}

func ok(body any) answer { return answer{status: http.StatusOK, body: body} }

func noContent() answer { return answer{status: http.StatusNoContent} }

// with returns the answer with one header more.
func (a answer) with(key, value string) answer {
	if value == "" {
		return a
	}
	if a.header == nil {
		a.header = http.Header{}
	}
	a.header.Set(key, value)
	return a
}

// serveAPI answers a REST request; path is escaped and below apiPrefix.
func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request, path string) {
	number := s.record(r)
	fault := s.strike(r)
	if !s.pause(r, fault) {
		panic(http.ErrAbortHandler)
	}
	if fault != nil && !fault.acts() {
		s.fail(w, number, fault)
		return
	}
	reply := s.reply(r, path, number)
	if fault != nil && !fault.passes() {
		s.fail(w, number, fault)
		return
	}
	s.setStatus(number, reply.status)
	reply.send(w, fault != nil && fault.Truncate)
}

// reply is an answer in bytes.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// reply handles the request under the server's lock.
func (s *Server) reply(r *http.Request, path string, number int) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	route, vars := s.findRoute(r.Method, path)
	c := &call{Server: s, r: r, route: route, vars: vars, now: s.Now(), number: number}
	if s.URL == "" {
		// Links need an address; the first one that was asked is as good as any.
		s.URL, s.APIURL = s.base(r), s.base(r)+apiPrefix
	}
	a := c.admit()
	if a.status == 0 {
		a = route.handle(c)
	}
	return c.finish(a)
}

// admit refuses what never reaches an operation. Its zero answer lets in.
func (c *call) admit() answer {
	if refusal := c.authenticate(); refusal.status != 0 {
		return refusal
	}
	if v := c.r.Header.Get("X-GitHub-Api-Version"); v != "" && v != version2022 && v != version2026 {
		return refuse(http.StatusBadRequest, fmt.Sprintf("%q is not a supported version. Supported versions are %q and %q.", v, version2022, version2026)) // wording is a guess
	}
	if c.route == nil {
		return refuse(http.StatusNotFound, "Not Found")
	}
	if !c.route.open && c.token == nil {
		return refuse(http.StatusUnauthorized, "Requires authentication")
	}
	return c.limit()
}

// apiVersion returns the version in which the answer is given.
func (c *call) apiVersion() string {
	if v := c.r.Header.Get("X-GitHub-Api-Version"); v != "" {
		return v
	}
	return version2022
}

// finish turns an answer into bytes with GitHub's headers.
func (c *call) finish(a answer) reply {
	out := reply{status: a.status, header: a.header.Clone()}
	if out.header == nil {
		out.header = http.Header{}
	}
	if refusal, is := a.body.(*refusal); is {
		c.complete(refusal)
	}
	if a.body != nil {
		out.body = encode(a.body)
		out.header.Set("Content-Type", "application/json; charset=utf-8")
	}
	h := out.header
	h.Set("X-GitHub-Request-Id", c.requestID())
	h.Set("X-GitHub-Media-Type", "github.v3; format=json")
	h.Set("X-GitHub-Api-Version-Selected", c.apiVersion())
	if c.token != nil {
		h.Set("X-OAuth-Scopes", strings.Join(c.token.scopes, ", "))
		if _, set := h["X-Accepted-Oauth-Scopes"]; !set {
			// Recorded answers of the package operations leave it empty.
			h.Set("X-Accepted-OAuth-Scopes", "")
		}
		if c.token.client != "" {
			h.Set("X-OAuth-Client-Id", c.token.client)
		}
	}
	c.revalidate(&out)
	c.count(&out)
	return out
}

// encode writes JSON as GitHub does: without escaping HTML.
func encode(body any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(body); err != nil {
		panic(err) // our own values; one that cannot be encoded is a bug here
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// send writes the reply. Half of it, with the length of the whole, if it is
// to break.
func (r reply) send(w http.ResponseWriter, truncate bool) {
	for k, v := range r.header {
		w.Header()[k] = v
	}
	if r.status != http.StatusNoContent && r.status != http.StatusNotModified {
		w.Header().Set("Content-Length", strconv.Itoa(len(r.body)))
	}
	w.WriteHeader(r.status)
	if truncate {
		_, _ = w.Write(r.body[:len(r.body)/2])
		_ = http.NewResponseController(w).Flush() // else nothing at all would leave
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(r.body) // the client may have left
}

// scopes returns what the token may do.
func (c *call) scopes() ghpkg.Scopes {
	if c.token == nil {
		return nil
	}
	return c.token.scopes
}

// requestID names the request in headers and messages.
func (c *call) requestID() string { return fmt.Sprintf("FA4E:%06X", c.number) }
