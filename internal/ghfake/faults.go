package ghfake

import (
	"bytes"
	"net/http"
	"regexp"
	"time"
)

// Fault is trouble on demand for REST requests. The first one that matches a
// request strikes. Mind that Go's client itself repeats a GET whose reused
// connection was cut, so that one drop of a GET may go unseen.
type Fault struct {
	Method      string // empty: any
	PathPattern string // regular expression on the escaped path, with /api/v3; empty: any
	Times       int    // how often it strikes; 0: once, negative: for ever

	Status int         // answer with this status …
	Body   string      // … this body …
	Header http.Header // … and these headers
	Act    bool        // … after the operation was done all the same

	Delay      time.Duration   // wait first
	Until      <-chan struct{} // wait until this is closed
	DropBefore bool            // cut the connection without doing anything
	DropAfter  bool            // do it, then cut the connection
	Truncate   bool            // do it, then cut the connection in the middle of the answer

	pattern *regexp.Regexp
}

// Inject adds trouble. It panics if the pattern is not a regular expression.
func (s *Server) Inject(f Fault) {
	f.pattern = regexp.MustCompile(f.PathPattern)
	if f.Times == 0 {
		f.Times = 1
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
}

// ClearFaults ends all trouble.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// SetLatency delays each REST answer.
func (s *Server) SetLatency(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.delay = d
}

// strike returns the fault that hits the request, or nil.
func (s *Server) strike(r *http.Request) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, f := range s.faults {
		if f.Method != "" && f.Method != r.Method || !f.pattern.MatchString(r.URL.EscapedPath()) {
			continue
		}
		struck := *f
		if f.Times--; f.Times == 0 {
			s.faults = append(s.faults[:i:i], s.faults[i+1:]...)
		}
		return &struck
	}
	return nil
}

// acts reports whether the operation is done in spite of the fault.
func (f *Fault) acts() bool { return !f.DropBefore && (f.Status == 0 || f.Act) }

// passes reports whether the operation's own answer is sent.
func (f *Fault) passes() bool { return f.Status == 0 && !f.DropAfter }

// pause waits as latency and fault demand; false if the client left.
func (s *Server) pause(r *http.Request, f *Fault) bool {
	s.mu.Lock()
	delay := s.delay
	s.mu.Unlock()
	var until <-chan struct{}
	if f != nil {
		delay += f.Delay
		until = f.Until
	}
	if delay > 0 {
		timer := time.NewTimer(delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
			return false
		}
	}
	if until == nil {
		return true
	}
	select {
	case <-until:
		return true
	case <-r.Context().Done():
		return false
	}
}

// fail sends the fault's own answer, or none.
func (s *Server) fail(w http.ResponseWriter, number int, f *Fault) {
	if f.DropBefore || f.DropAfter {
		panic(http.ErrAbortHandler)
	}
	s.setStatus(number, f.Status)
	header := f.Header.Clone()
	if header == nil {
		header = http.Header{}
	}
	if header.Get("Content-Type") == "" {
		header.Set("Content-Type", "application/json; charset=utf-8")
	}
	reply{status: f.Status, header: header, body: bytes.Clone([]byte(f.Body))}.send(w, f.Truncate)
}
