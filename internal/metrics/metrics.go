// Package metrics counts what the program does, and tells it to Prometheus. No
// label holds a name, a path or anything else that a person chose: there are as
// many series as the program has routes, whoever uses it.
package metrics

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Request is one answered request.
type Request struct {
	Method string
	Route  string        // the pattern that was taken, never a path; empty: none
	Status int           // 0: the answer was broken off
	Took   time.Duration //
	Bound  string        // the code of the bound that turned it away; empty: none
}

// Call is one finished call to GitHub.
type Call struct {
	Method    string
	Route     string // with placeholders, never a name
	Status    int    // 0: no answer
	Duration  time.Duration
	FromCache bool   // GitHub said that what we hold is still right
	Limit     string // the limit that it met, "primary" or "secondary"; empty: none
}

// Metrics is a registry of its own, and what is counted in it.
type Metrics struct {
	registry *prometheus.Registry
	inFlight prometheus.Gauge
	requests *prometheus.CounterVec
	requestS *prometheus.HistogramVec
	turned   *prometheus.CounterVec
	calls    *prometheus.CounterVec
	callS    *prometheus.HistogramVec
	cached   *prometheus.CounterVec
	limits   *prometheus.CounterVec
	sent     *prometheus.CounterVec
}

// New returns metrics that have counted nothing yet.
func New() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{Name: "stockroom_http_requests_in_flight", Help: "Requests that are being answered."}),
		requests: counter("stockroom_http_requests_total", "Answered requests.", "route", "method", "status"),
		requestS: histogram("stockroom_http_request_duration_seconds", "How long answers took.", "route", "method"),
		turned:   counter("stockroom_http_requests_turned_away_total", "Requests beyond a bound of ours.", "bound"),
		calls:    counter("stockroom_github_calls_total", "Calls that left for GitHub.", "route", "method", "status"),
		callS:    histogram("stockroom_github_call_duration_seconds", "How long GitHub took.", "route", "method"),
		cached:   counter("stockroom_github_cache_hits_total", "Calls to which GitHub said that what we hold is still right.", "route"),
		limits:   counter("stockroom_github_limits_total", "Calls that GitHub refused because of a limit.", "kind"),
		sent:     counter("stockroom_notices_sent_total", "Tries to send a notice, tests included.", "result"),
	}
	m.registry.MustRegister(
		m.inFlight, m.requests, m.requestS, m.turned, m.calls, m.callS, m.cached, m.limits, m.sent,
		collectors.NewGoCollector(), collectors.NewBuildInfoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	// So that an alert on their growth sees the first one.
	for _, kind := range []string{"primary", "secondary"} {
		m.limits.WithLabelValues(kind)
	}
	for _, bound := range []string{"too_fast", "overloaded"} {
		m.turned.WithLabelValues(bound)
	}
	for _, result := range []string{arrived, refused, unanswered} {
		m.sent.WithLabelValues(result)
	}
	return m
}

func counter(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
}

func histogram(name, help string, labels ...string) *prometheus.HistogramVec {
	// From a page out of memory to the end of a request's time.
	buckets := []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 15}
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}, labels)
}

// scrapes is how many may ask at once: anybody who reaches us may.
const scrapes = 3

// Handler answers with all that is known.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		MaxRequestsInFlight: scrapes,
		DisableCompression:  true, // the middleware compresses
	})
}

// InFlight counts the requests that next is answering.
func (m *Metrics) InFlight(next http.Handler) http.Handler {
	return promhttp.InstrumentHandlerInFlight(m.inFlight, next)
}

// Request counts one.
func (m *Metrics) Request(r Request) {
	route, method := r.Route, r.Method
	if route == "" {
		route = "none"
	}
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost:
	default:
		method = "other" // a client may make up methods without end
	}
	status := "aborted"
	if r.Status > 0 {
		status = strconv.Itoa(r.Status/100) + "xx"
	}
	m.requests.WithLabelValues(route, method, status).Inc()
	m.requestS.WithLabelValues(route, method).Observe(r.Took.Seconds())
	if r.Bound != "" {
		m.turned.WithLabelValues(r.Bound).Inc()
	}
}

// Call counts one.
func (m *Metrics) Call(c Call) {
	status := "none"
	if c.Status > 0 {
		status = strconv.Itoa(c.Status)
	}
	m.calls.WithLabelValues(c.Route, c.Method, status).Inc()
	m.callS.WithLabelValues(c.Route, c.Method).Observe(c.Duration.Seconds())
	if c.FromCache {
		m.cached.WithLabelValues(c.Route).Inc()
	}
	if c.Limit != "" {
		m.limits.WithLabelValues(c.Limit).Inc()
	}
}

// What a try to send a notice comes to.
const (
	arrived    = "arrived"    // 2xx
	refused    = "refused"    // another status
	unanswered = "unanswered" // not reached, or no answer in time
)

// Sent counts a try to send a notice, with the status of the answer; 0: there
// was none.
func (m *Metrics) Sent(status int) {
	result := refused
	switch {
	case status == 0:
		result = unanswered
	case status/100 == 2:
		result = arrived
	}
	m.sent.WithLabelValues(result).Inc()
}
