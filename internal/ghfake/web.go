package ghfake

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

//go:embed pages/*.html
var pageFiles embed.FS

// consent is the page on which a persona signs in.
type consent struct {
	Query  template.URL
	App    string
	Scopes ghpkg.Scopes
	Users  []persona
}

// persona is a user as the page shows them.
type persona struct {
	ID                 int64
	Login, Name, About string
}

// stub is a page that only says what would be there.
type stub struct{ Title, Path string }

// ssoPage asks for a SAML session.
type ssoPage struct {
	Org     string
	Request string
	Users   []persona
}

// serveWeb answers everything that is not REST.
func (s *Server) serveWeb(w http.ResponseWriter, r *http.Request) {
	segments := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	get := r.Method == http.MethodGet || r.Method == http.MethodHead
	switch path := r.URL.Path; {
	case path == "/login/oauth/authorize" && get:
		s.authorize(w, r)
	case path == "/login/oauth/authorize" && r.Method == http.MethodPost:
		s.decide(w, r)
	case path == "/login/oauth/access_token" && r.Method == http.MethodPost:
		s.accessToken(w, r)
	case len(segments) == 2 && segments[0] == "avatars" && get:
		s.avatar(w, segments[1])
	case len(segments) == 3 && segments[0] == "orgs" && segments[2] == "sso" && get:
		s.askSSO(w, r, segments[1])
	case len(segments) == 3 && segments[0] == "orgs" && segments[2] == "sso" && r.Method == http.MethodPost:
		s.startSSO(w, r, segments[1])
	case get:
		s.page(w, "stub", stub{Title: segments[len(segments)-1], Path: path})
	default:
		http.Error(w, "Not Found", http.StatusNotFound)
	}
}

// page renders one of the pages. They are parsed each time: this is no hot
// path, and so there is nothing global.
func (s *Server) page(w http.ResponseWriter, name string, data any) {
	var b bytes.Buffer
	t, err := template.ParseFS(pageFiles, "pages/layout.html", "pages/"+name+".html")
	if err == nil {
		err = t.ExecuteTemplate(&b, "layout.html", data)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(b.Bytes())
}

func (s *Server) consent(a authorization, query string) consent {
	s.mu.Lock()
	defer s.mu.Unlock()
	return consent{Query: template.URL(query), App: "Stockroom", Scopes: a.Scopes, Users: personas(s.world.sortedUsers())}
}

func personas(users []*User) []persona {
	list := make([]persona, len(users))
	for i, u := range users {
		list[i] = persona{u.ID, u.Login, u.Name, u.About}
	}
	return list
}

// askSSO shows who could start a SAML session with the organization: the owner
// of the token that was refused, else its members.
func (s *Server) askSSO(w http.ResponseWriter, r *http.Request, org string) {
	s.mu.Lock()
	page := ssoPage{Org: org, Request: r.URL.Query().Get("authorization_request")}
	owner := ""
	if i := slices.IndexFunc(s.grants.tokens, func(t *token) bool { return "AR"+s.authorizationID(t) == page.Request }); i >= 0 {
		owner = s.grants.tokens[i].login
	}
	users := slices.DeleteFunc(s.world.sortedUsers(), func(u *User) bool {
		member := s.world.members[lower(org)][lower(u.Login)] != ""
		return !member || owner != "" && u.Login != owner
	})
	page.Users = personas(users)
	s.mu.Unlock()
	s.page(w, "sso", page)
}

func (s *Server) startSSO(w http.ResponseWriter, r *http.Request, org string) {
	s.SetSSO(r.PostFormValue("login"), org, true)
	s.page(w, "stub", stub{Title: "You are signed in to " + org, Path: "Go back to where you came from and try again."})
}

// avatar draws the initials of an account on its own colour.
func (s *Server) avatar(w http.ResponseWriter, id string) {
	initials := "?"
	s.mu.Lock()
	for _, u := range s.world.users {
		if fmt.Sprint(u.ID) == id {
			initials = initialsOf(u.Login)
		}
	}
	for _, o := range s.world.orgs {
		if fmt.Sprint(o.ID) == id {
			initials = initialsOf(o.Login)
		}
	}
	s.mu.Unlock()
	hue := repositoryID(initials+id) % 360
	w.Header().Set("Content-Type", "image/svg+xml")
	w.Header().Set("Cache-Control", "max-age=3600")
	_, _ = fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40" role="img"><rect width="40" height="40" fill="hsl(%d 45%% 34%%)"/>`+
		`<text x="20" y="26" font-family="sans-serif" font-size="16" fill="#fff" text-anchor="middle">%s</text></svg>`, hue, template.HTMLEscapeString(initials))
}

// initialsOf turns "olivia-owner" into "OO".
func initialsOf(login string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(login, "-") {
		if part != "" && b.Len() < 2 {
			b.WriteString(strings.ToUpper(part[:1]))
		}
	}
	return b.String()
}
