package app_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
)

// spy notes every token that goes to GitHub, and all that GitHub's sign-in hands out.
type spy struct {
	http.RoundTripper
	mu      sync.Mutex
	secrets []string
}

// RoundTrip sends r.
func (s *spy) RoundTrip(r *http.Request) (*http.Response, error) {
	_, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	s.note(token)
	answer, err := s.RoundTripper.RoundTrip(r)
	if err != nil || !strings.HasSuffix(r.URL.Path, "/access_token") {
		return answer, err
	}
	body, err := io.ReadAll(answer.Body)
	answer.Body = io.NopCloser(bytes.NewReader(body))
	for _, word := range strings.FieldsFunc(string(body), func(c rune) bool { return strings.ContainsRune(`"=&:,{}`, c) }) {
		if strings.HasPrefix(word, "gh") { // gho_…, ghr_…
			s.note(word)
		}
	}
	return answer, err
}

func (s *spy) note(secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if secret != "" && !slices.Contains(s.secrets, secret) {
		s.secrets = append(s.secrets, secret)
	}
}

// recorder keeps all that the program answers, but for its cookies.
type recorder struct {
	mu  sync.Mutex
	all strings.Builder
}

func (rec *recorder) around(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Del("Accept-Encoding")
		answer := httptest.NewRecorder()
		next.ServeHTTP(answer, r)
		rec.mu.Lock()
		defer rec.mu.Unlock()
		for name, values := range answer.Header() {
			w.Header()[name] = values
			if name != "Set-Cookie" {
				rec.all.WriteString(name + ": " + strings.Join(values, ", ") + "\n")
			}
		}
		rec.all.Write(answer.Body.Bytes())
		w.WriteHeader(answer.Code)
		if _, err := w.Write(answer.Body.Bytes()); err != nil {
			rec.all.WriteString(err.Error())
		}
	})
}

// TestNoSecrets: after all that somebody does in a day, no token, no secret of
// the app's, no cookie and no code is in the database, in the log, or in an answer.
func TestNoSecrets(t *testing.T) {
	t.Parallel()
	watch, answers := &spy{RoundTripper: &http.Transport{}}, &recorder{}
	p := apptest.Start(t, apptest.Options{Transport: watch, Around: answers.around, Config: map[string]string{"LOG_LEVEL": "debug"}})
	p.GitHub.ExpireAfter(8 * 3600 * 1e9)
	b := p.SignIn(t, apptest.Owner)
	b.Get("/orgs/acme/packages")
	b.PostForm(version+"/delete", nil)
	b.SignIn(apptest.Owner, allScopes...) // the step-up
	b.PostForm(version+"/delete", url.Values{"reason": {"not needed"}})
	b.PostForm(version+"/restore", nil)
	p.GitHub.Inject(ghfake.Fault{PathPattern: "/packages/", Times: 3, Status: 500, Body: "not JSON"})
	for _, path := range []string{app, app + "?format=json", "/settings", "/settings?format=json", "/ledger?format=csv", "/nowhere", "/login/callback?code=wrong&state=wrong"} {
		b.Get(path)
	}
	second := p.SignIn(t, apptest.Owner)
	p.GitHub.RevokeUser(apptest.Owner)
	b.Get("/orgs/acme/packages?type=npm")
	p.SignIn(t, apptest.Owner).PostForm("/logout", nil)

	secrets := append(slices.Clone(watch.secrets), p.GitHub.ClientSecret(), "a key that opens no other portal")
	secrets = append(secrets, b.CookieValues()...)
	secrets = append(secrets, second.CookieValues()...)
	for _, address := range append(b.Visited(), second.Visited()...) {
		if u, err := url.Parse(address); err == nil && u.Query().Get("code") != "wrong" && u.Query().Has("code") {
			secrets = append(secrets, u.Query().Get("code"))
		}
	}
	if len(watch.secrets) < 6 || len(secrets) < 20 {
		t.Fatalf("only %d secrets were found to look for, %d of GitHub's", len(secrets), len(watch.secrets))
	}
	places := map[string]string{"the log": p.Log.String(), "an answer": answers.all.String()}
	files, err := filepath.Glob(p.DatabasePath + "*")
	if err != nil || len(files) == 0 {
		t.Fatalf("no database: %v", err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		places[filepath.Base(file)] = string(content)
	}
	for place, content := range places {
		if len(content) == 0 && !strings.HasSuffix(place, "-wal") {
			t.Errorf("%s is empty", place)
		}
		for _, secret := range secrets {
			if at := strings.Index(content, secret); at >= 0 {
				t.Errorf("%s holds the secret %q: …%.80s…", place, secret, content[max(0, at-40):])
			}
		}
	}
}
