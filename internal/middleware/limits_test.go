package middleware

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stockroom-dev/stockroom/internal/fault"
)

func TestCrossOrigin(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, method string
		headers      []string
		want         int
	}{
		{"own page", "POST", []string{"Sec-Fetch-Site", "same-origin"}, 200},
		{"own page, old browser", "POST", []string{"Origin", "https://stock.example.com"}, 200},
		{"typed address", "GET", []string{"Sec-Fetch-Site", "none"}, 200},
		{"link from elsewhere", "GET", []string{"Sec-Fetch-Site", "cross-site"}, 200},
		{"script without a browser", "POST", nil, 200},
		{"form elsewhere", "POST", []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"}, 403},
		{"form on a sibling", "POST", []string{"Sec-Fetch-Site", "same-site", "Origin", "https://evil.example.com"}, 403},
		{"form elsewhere, old browser", "POST", []string{"Origin", "https://evil.example"}, 403},
		{"form without origin", "POST", []string{"Origin", "null"}, 403},
		{"own host, but in the clear", "POST", []string{"Origin", "http://stock.example.com"}, 403},
		{"delete from elsewhere", "DELETE", []string{"Sec-Fetch-Site", "cross-site"}, 403},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			reached := false
			h, _ := stack(t, "https://stock.example.com", func(http.ResponseWriter, *http.Request) { reached = true })
			r := request(tt.method, "/", tt.headers...)
			r.Host = "10.0.0.5:8080" // as a proxy rewrites it
			w := serve(h, r)
			if w.Code != tt.want || reached != (tt.want == 200) {
				t.Errorf("got %d (reached: %v), want %d", w.Code, reached, tt.want)
			}
		})
	}
}

func TestNewRefusesABaseThatIsNoOrigin(t *testing.T) {
	t.Parallel()
	if _, err := New(Options{BaseURL: &url.URL{Scheme: "https"}}); err == nil {
		t.Error("no error")
	}
}

func TestLimitBody(t *testing.T) {
	t.Parallel()
	form := func(n int) string { return "a=" + strings.Repeat("x", n-2) }
	for _, tt := range []struct {
		name string
		body io.Reader
		want int
	}{
		{"at the limit", strings.NewReader(form(MaxBody)), 200},
		{"announced", strings.NewReader(form(MaxBody + 1)), 413},
		{"unannounced", io.MultiReader(strings.NewReader(form(MaxBody)), strings.NewReader("x")), 413},
		{"none", nil, 200},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h, _ := stack(t, "https://stock.example.com", func(w http.ResponseWriter, r *http.Request) {
				if err := r.ParseForm(); err != nil {
					if fault.KindOf(err) != fault.Invalid {
						t.Errorf("kind of %v", err)
					}
					answerPlainly(w, r, err)
				}
			})
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", tt.body)
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if got := serve(h, r).Code; got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
		})
	}
}

func TestOnlyForms(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, method, kind string
		body               io.Reader
		want               int
	}{
		{"a form", "POST", "application/x-www-form-urlencoded", strings.NewReader("a=b"), 200},
		{"with a charset", "POST", "Application/X-WWW-Form-Urlencoded; charset=UTF-8", strings.NewReader("a=b"), 200},
		{"nothing", "POST", "", nil, 200},
		{"nothing, said to be JSON", "POST", "application/json", nil, 200},
		{"JSON", "POST", "application/json", strings.NewReader(`{"a":"b"}`), 415},
		{"in parts", "POST", "multipart/form-data; boundary=b", strings.NewReader("--b--"), 415},
		{"text, as a form elsewhere can send", "POST", "text/plain", strings.NewReader("a=b"), 415},
		{"unsaid", "POST", "", strings.NewReader("a=b"), 415},
		{"nonsense", "POST", "a/b/c;", strings.NewReader("a=b"), 415},
		{"of unknown length", "POST", "application/json", io.MultiReader(strings.NewReader("{}")), 415},
		{"looking", "GET", "application/json", strings.NewReader("{}"), 200},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h, _ := stack(t, "https://stock.example.com", func(http.ResponseWriter, *http.Request) {})
			r := httptest.NewRequestWithContext(t.Context(), tt.method, "/", tt.body)
			r.Header.Set("Content-Type", tt.kind)
			if got := serve(h, r).Code; got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
		})
	}
}

func TestDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		serve(Deadline(MaxTime)(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
			if r.Context().Err() != context.DeadlineExceeded {
				t.Errorf("ended by %v", r.Context().Err())
			}
		})), request(http.MethodGet, "/"))
		if took := time.Since(began); took != MaxTime {
			t.Errorf("took %v", took)
		}
	})
}
