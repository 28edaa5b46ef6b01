package ghfake

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// Request is one REST request as it arrived.
type Request struct {
	Method      string
	EscapedPath string // below /api/v3
	RawQuery    string
	Header      http.Header // Authorization holds the login in place of the secret
	Login       string      // empty: anonymous, or a token that is not alive
	Status      int         // 0: no answer was sent
	At          time.Time
	Answered    time.Time // zero: no answer was sent
}

// maxLog bounds the request log, for the practice mode may run for weeks.
const maxLog = 20_000

// logged is a request with its number, by which its answer finds it.
type logged struct {
	Request
	number int
}

// String returns "DELETE /orgs/…?query".
func (r Request) String() string {
	if r.RawQuery == "" {
		return r.Method + " " + r.EscapedPath
	}
	return r.Method + " " + r.EscapedPath + "?" + r.RawQuery
}

// Requests returns the REST requests since the start or the last reset, in the
// order in which they arrived; of very many, the latest.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	requests := make([]Request, len(s.log))
	for i, l := range s.log {
		requests[i] = l.Request
	}
	return requests
}

// ResetRequests empties the request log.
func (s *Server) ResetRequests() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = nil
}

// record writes a request into the log and returns its number.
func (s *Server) record(r *http.Request) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.arrived++
	entry := Request{
		Method:      r.Method,
		EscapedPath: strings.TrimPrefix(r.URL.EscapedPath(), apiPrefix),
		RawQuery:    r.URL.RawQuery,
		Header:      r.Header.Clone(),
		At:          s.Now(),
	}
	if t := s.grants.alive(bearer(r), s.Now()); t != nil {
		entry.Login = t.login
	}
	if entry.Header.Get("Authorization") != "" {
		entry.Header.Set("Authorization", entry.Login)
	}
	if len(s.log) >= maxLog {
		s.log = slices.Delete(s.log, 0, maxLog/2)
	}
	s.log = append(s.log, logged{entry, s.arrived})
	return s.arrived
}

// setStatus notes how a request was answered.
func (s *Server) setStatus(number, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, l := range slices.Backward(s.log) {
		if l.number == number {
			s.log[i].Status, s.log[i].Answered = status, s.Now()
			return
		}
	}
}
