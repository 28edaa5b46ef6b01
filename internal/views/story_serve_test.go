package views_test

import (
	"flag"
	"fmt"
	"net/http"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/i18n"
	"github.com/stockroom-dev/stockroom/static"
)

// serve shows every page in every state, to look at:
//
//	go test ./internal/views -run Serve -serve 127.0.0.1:8090 -timeout 0
var serve = flag.String("serve", "", "address to show the stories at, until interrupted")

// policy is what the pages have to live with (internal/middleware sets the real one).
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; " +
	"base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types htmx"

func TestServe(t *testing.T) {
	if *serve == "" {
		return // nobody wants to look
	}
	t.Fatal(http.ListenAndServe(*serve, storybook(t)))
}

// storybook serves each story at its name, in the language and theme of the query.
func storybook(t *testing.T) http.Handler {
	t.Helper()
	catalogue, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET "+static.Prefix, static.Handler())
	mux.Handle("GET /favicon.ico", static.Handler())
	mux.HandleFunc("GET /{name}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		ctx := i18n.With(r.Context(), i18n.Locale{Language: catalogue.Match(r.FormValue("lang"), ""), Now: now()})
		for _, s := range stories(r.FormValue("theme")) {
			if s.Name == r.PathValue("name") {
				if err := s.Page.Render(ctx, w); err != nil {
					t.Error(err)
				}
			}
		}
	})
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		for _, s := range stories("auto") {
			fmt.Fprintf(w, "<a href=%q>%s</a><br>", s.Name, s.Name)
		}
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("HX-Request") != "" {
			w.WriteHeader(http.StatusNoContent) // a poll, say: the story stays as it is, however long somebody looks
			return
		}
		mux.ServeHTTP(w, r)
	})
}
