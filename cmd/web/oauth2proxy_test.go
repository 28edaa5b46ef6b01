package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// gate is a Stockroom behind the documented nginx and oauth2-proxy, which asks
// a company who people are.
type gate struct {
	*site
	program *replica
	proxy   *proxy
	address string   // of oauth2-proxy
	company *url.URL // where people sign in
}

// companyPage is what the page has from which people go to their company.
const companyPage = "Sign in with OpenID Connect"

// newGate starts them all; more are flags beside the documented ones.
func newGate(t *testing.T, more ...string) *gate {
	t.Helper()
	nginxBinary(t) // before anything is started
	path := filepath.Dir(builtTool(t, "oauth2-proxy")) + ":" + os.Getenv("PATH")
	g := &gate{site: newSite(t, "sqlite:"+filepath.Join(t.TempDir(), "stockroom.db"), func(gh *ghfake.Server) {
		gh.AddUser(ghfake.User{Login: "olivia"})
		gh.AddOrg(ghfake.Org{Login: "acme"})
		gh.AddMember("acme", "olivia", ghpkg.RoleAdmin)
		for name, typ := range frontNames() {
			gh.AddPackage(ghfake.Package{Owner: "acme", Type: typ, Name: name}, versions(5)...)
		}
		gh.AddPackage(ghfake.Package{Owner: "acme", Type: ghpkg.NPM, Name: "bulk"}, versions(100)...)
	})}
	g.env = append(g.env, "STOCKROOM_BASE_URL=https://"+host, "STOCKROOM_TRUSTED_PROXIES=127.0.0.1", "STOCKROOM_PROXY_USER_HEADER=X-Forwarded-Email")
	g.program, g.address = g.launch(), freeAddress(t)
	company := startCompany(t)
	issuer, err := url.Parse(company.Issuer)
	if err != nil {
		t.Fatal(err)
	}
	g.company = issuer
	command := exec.Command("sh", "-c", changed(t, documentedCommand(t), [][2]string{
		{"oauth2-proxy --provider", "exec oauth2-proxy " + strings.Join(more, " ") + " --provider"}, {"https://idp.example.com", company.Issuer},
		{"https://stockroom.example.com/", "https://" + host + "/"}, {"=example.com", "=acme.example"},
		{"127.0.0.1:4180", g.address}, {"127.0.0.1:8080", g.program.address},
	}))
	command.Env = append(os.Environ(), "PATH="+path, "OAUTH2_PROXY_CLIENT_ID="+company.ClientID, "OAUTH2_PROXY_CLIENT_SECRET="+company.ClientSecret,
		"OAUTH2_PROXY_COOKIE_SECRET="+strings.Repeat("0123456789abcdef", 2))
	attend(t, command, g.address)
	g.proxy = startNginx(t, "", g.address, g.address)
	return g
}

func versions(n int) []ghfake.Version {
	var all []ghfake.Version
	for i := range n {
		all = append(all, ghfake.Version{Name: fmt.Sprint(i)})
	}
	return all
}

// builtTool is a program of tools/oauth2-proxy. It is built where it is not in
// the build cache; where that cannot be the test is skipped, but where nothing
// may be skipped.
func builtTool(t *testing.T, name string) string {
	t.Helper()
	var said strings.Builder
	command := exec.CommandContext(t.Context(), "go", "-C", "../../tools/oauth2-proxy", "tool", "-n", name)
	command.Stderr = &said
	out, err := command.Output()
	if err != nil {
		missing(t, "NOT TESTED BEHIND OAUTH2-PROXY: it cannot be had: "+said.String())
	}
	return strings.TrimSpace(string(out))
}

// documentedCommand is how the README starts oauth2-proxy.
func documentedCommand(t *testing.T) string {
	t.Helper()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^oauth2-proxy (?:.*\\\n)*.*$`).FindAll(readme, -1)
	if len(found) != 1 {
		t.Fatalf("the README starts oauth2-proxy %d times", len(found))
	}
	return string(found[0])
}

// company is what the company says of itself.
type company struct{ Issuer, ClientID, ClientSecret string }

func startCompany(t *testing.T) company {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	command := exec.CommandContext(ctx, builtTool(t, "idp"))
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = command.Wait() // it was killed
	})
	var c company
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(line, &c); err != nil {
		t.Fatal(err)
	}
	return c
}

// person is somebody at a browser of their own.
type person struct {
	*front
	gate  *gate
	jar   http.CookieJar
	hops  []string     // where the browser was led by the request before
	dials atomic.Int32 // connections of the browser to the site
}

// person is whoever their company knows by that address; nobody without one.
func (g *gate) person(t *testing.T, email string) *person {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	if email != "" {
		jar.SetCookies(g.company, []*http.Cookie{{Name: "employee", Value: email}})
	}
	p := &person{front: &front{site: g.site, proxy: g.proxy}, gate: g, jar: jar}
	p.browser = p.client(jar, func(string) string {
		p.dials.Add(1)
		return g.proxy.plain
	})
	p.browser.CheckRedirect = func(next *http.Request, _ []*http.Request) error {
		p.hops = append(p.hops, next.URL.Host+next.URL.Path)
		return nil
	}
	return p
}

// open is what a page shows, and where its browser ended up.
func (p *person) open(t *testing.T, path string, header http.Header) *seen {
	t.Helper()
	p.hops = nil
	s, err := p.try(http.MethodGet, path, nil, header)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return s
}

// through signs in at the company, from the page of oauth2-proxy that stands
// before the path, and returns what comes then.
func (p *person) through(t *testing.T, path string) *seen {
	t.Helper()
	s := p.open(t, path, nil)
	if s.status != http.StatusForbidden || !strings.Contains(s.body, companyPage) {
		t.Fatalf("%s is not held up: %d: %.300s", path, s.status, s.body)
	}
	page, err := goquery.NewDocumentFromReader(strings.NewReader(s.body))
	if err != nil {
		t.Fatal(err)
	}
	form := page.Find("form").First()
	to, _ := form.Find("input[name=rd]").Attr("value")
	return p.open(t, form.AttrOr("action", "")+"?rd="+url.QueryEscape(to), nil)
}

// signsIn is both: at the company, then at GitHub.
func (g *gate) signsIn(t *testing.T, email string) *person {
	t.Helper()
	p := g.person(t, email)
	p.through(t, "/login?scope=write:packages&scope=delete:packages&return_to=/settings")
	s := p.open(t, "/settings", nil)
	if s.status != http.StatusOK || !strings.Contains(s.body, email) || !strings.Contains(s.body, "olivia") {
		t.Fatalf("%s is led to %s: %d: %.300s", email, s.address, s.status, s.body)
	}
	return p
}

// takes puts another's session of Stockroom into the browser.
func (p *person) takes(other *person) {
	stolen := &http.Cookie{Name: "__Host-stockroom", Value: other.cookie("__Host-stockroom"), Secure: true, Path: "/"}
	p.jar.SetCookies(&url.URL{Scheme: "https", Host: host}, []*http.Cookie{stolen})
}

// cookies are both of the browser's for the site, as a header.
func (p *person) cookies() string {
	return "_oauth2_proxy=" + p.cookie("_oauth2_proxy") + "; __Host-stockroom=" + p.cookie("__Host-stockroom")
}

// cookie is the value of one of the browser's for the site.
func (p *person) cookie(name string) string {
	for _, c := range p.jar.Cookies(&url.URL{Scheme: "https", Host: host}) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

// direct sends a request past nginx, as the client, to what listens there.
func (p *person) direct(t *testing.T, address, path string, header http.Header) *seen {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.URL.Opaque = path // as it stands
	request.Host = host
	for name, values := range header {
		request.Header[name] = values
	}
	transport := &http.Transport{DialContext: dial, DisableKeepAlives: true}
	response, err := transport.RoundTrip(request)
	if err == nil {
		defer response.Body.Close()
		response.Request = request
	}
	s, err := read(response, err)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return s
}
