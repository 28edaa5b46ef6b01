package middleware

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestAccessLog(t *testing.T) {
	t.Parallel()
	h, log := stack(t, "https://stock.example.com", func(w http.ResponseWriter, r *http.Request) {
		SetRoute(r.Context(), "/login/callback")
		SetViewer(r.Context(), 42)
		w.WriteHeader(http.StatusTeapot)
		_, _ = w.Write([]byte("short"))
	})
	serve(h, request(http.MethodGet, "/login/call%2Fback?code=hunter2&state=hunter2",
		"X-Forwarded-For", "203.0.113.9", "X-Request-Id", "id-1"))
	if strings.Contains(log.String(), "hunter2") {
		t.Fatalf("the query is in the log: %s", log)
	}
	all := lines(t, log)
	if len(all) != 1 {
		t.Fatalf("%d lines, want 1: %s", len(all), log)
	}
	for name, want := range map[string]any{
		"level": "INFO", "method": "GET", "path": "/login/call%2Fback", "route": "/login/callback", "status": 418.0,
		"bytes": 5.0, "viewer": 42.0, "client": "203.0.113.9", "request_id": "id-1",
		"aborted": nil,
	} {
		if got := all[0][name]; got != want {
			t.Errorf("%s = %v, want %v", name, got, want)
		}
	}
}

func TestAccessLogLevels(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		path   string
		status int
		want   string
	}{
		{"/", 0, "INFO"},
		{"/", http.StatusNotFound, "INFO"},
		{"/", http.StatusBadGateway, "ERROR"},
		{"/healthz", http.StatusOK, "DEBUG"},
		{"/healthz", http.StatusInternalServerError, "ERROR"},
	} {
		h, log := stack(t, "https://stock.example.com", func(w http.ResponseWriter, _ *http.Request) {
			if tt.status != 0 {
				w.WriteHeader(tt.status)
			}
		})
		serve(h, request(http.MethodGet, tt.path))
		line := lines(t, log)[0]
		wantStatus := float64(max(tt.status, http.StatusOK))
		if line["level"] != tt.want || line["status"] != wantStatus {
			t.Errorf("%s %d: level %v, status %v", tt.path, tt.status, line["level"], line["status"])
		}
	}
}

func TestRecover(t *testing.T) {
	t.Parallel()
	h, log := stack(t, "https://stock.example.com", func(http.ResponseWriter, *http.Request) { panic("hunter2") })
	w := serve(h, request(http.MethodGet, "/"))
	if w.Code != http.StatusInternalServerError || w.Body.String() != "internal" {
		t.Errorf("got %d %q", w.Code, w.Body)
	}
	all := lines(t, log)
	if len(all) != 2 || all[0]["msg"] != "panic" || !strings.Contains(all[0]["stack"].(string), "log_test.go") {
		t.Errorf("the log does not say where: %s", log)
	}
	if all[0]["request_id"] == nil || all[0]["request_id"] != all[1]["request_id"] {
		t.Error("the panic and the request cannot be joined by an id")
	}
}

// TestRecoverCutsHalfAnswers goes over real HTTP, where a cut connection shows.
func TestRecoverCutsHalfAnswers(t *testing.T) {
	t.Parallel()
	h, log := stack(t, "https://stock.example.com", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(strings.Repeat("half ", 100_000)))
		panic("oops")
	})
	server := httptest.NewServer(h)
	res, err := server.Client().Do(newClientRequest(t, server.URL))
	if err == nil {
		_, err = readAll(res)
	}
	server.Close() // waits for the log
	if err == nil {
		t.Error("half an answer was taken for a whole one")
	}
	if all := lines(t, log); len(all) != 2 || all[1]["aborted"] != true || all[1]["level"] != "ERROR" {
		t.Errorf("log: %s", log)
	}
}
