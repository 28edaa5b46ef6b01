package middleware

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/fault"
)

// answerPlainly stands for the edge's error answer.
func answerPlainly(w http.ResponseWriter, _ *http.Request, err error) {
	status := map[fault.Code]int{
		fault.CodeCrossSite: http.StatusForbidden,
		fault.CodeTooLarge:  http.StatusRequestEntityTooLarge,
		fault.CodeNoForm:    http.StatusUnsupportedMediaType,
	}[fault.CodeOf(err)]
	if status == 0 {
		status = http.StatusInternalServerError
	}
	w.WriteHeader(status)
	fmt.Fprint(w, fault.CodeOf(err))
}

// stack returns the whole stack around h, and what it logs.
func stack(t *testing.T, base string, h http.HandlerFunc) (http.Handler, *bytes.Buffer) {
	t.Helper()
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	all, err := New(Options{
		Log:            slog.New(LogHandler(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))),
		Answer:         answerPlainly,
		BaseURL:        u,
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}, // httptest.NewRequest comes from there
		AvatarSources:  []string{"https://avatars.example.com"},
		Quiet:          func(path string) bool { return path == "/healthz" },
	})
	if err != nil {
		t.Fatal(err)
	}
	return all(h), &log
}

// serve answers one request.
func serve(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// request returns a request with headers, given as name and value in turn.
func request(method, target string, headers ...string) *http.Request {
	r := httptest.NewRequestWithContext(context.Background(), method, target, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	return r
}

// lines returns what was logged.
func lines(t *testing.T, log *bytes.Buffer) []map[string]any {
	t.Helper()
	var all []map[string]any
	for dec := json.NewDecoder(bytes.NewReader(log.Bytes())); dec.More(); {
		var line map[string]any
		if err := dec.Decode(&line); err != nil {
			t.Fatal(err)
		}
		all = append(all, line)
	}
	return all
}
