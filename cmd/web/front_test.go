package main

import (
	"compress/gzip"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/pgtest"
)

// host is what the site behind nginx is called.
const host = "stockroom.example"

// front is two replicas on one PostgreSQL behind an nginx, and a browser.
type front struct {
	*site
	replicas [2]*replica
	proxy    *proxy
	browser  *http.Client
	pages    atomic.Int32 // that were read while replicas died
}

// frontNames are names that a proxy may take for something else, by type.
func frontNames() map[string]ghpkg.Type {
	return map[string]ghpkg.Type{
		"@acme/app": ghpkg.NPM, "team/web/deep": ghpkg.Container, "паке́т 日本+1": ghpkg.NuGet, "100%25 a%2Fb": ghpkg.RubyGems, "a;b=c&d?e#f": ghpkg.NuGet,
	}
}

func newFront(t *testing.T) *front {
	t.Helper()
	nginxBinary(t) // before anything is started
	f := &front{site: newSite(t, pgtest.Schema(t), func(gh *ghfake.Server) {
		gh.AddUser(ghfake.User{Login: "olivia"})
		gh.AddOrg(ghfake.Org{Login: "acme"})
		gh.AddMember("acme", "olivia", ghpkg.RoleAdmin)
		for name, typ := range frontNames() {
			gh.AddPackage(ghfake.Package{Owner: "acme", Type: typ, Name: name}, ghfake.Version{Name: "1"}, ghfake.Version{Name: "2"})
		}
		var versions []ghfake.Version
		for n := range 301 {
			versions = append(versions, ghfake.Version{Name: fmt.Sprintf("1.%d.0", n)})
		}
		gh.AddPackage(ghfake.Package{Owner: "acme", Type: ghpkg.NPM, Name: "bulk"}, versions...)
	})}
	f.env = append(f.env, "STOCKROOM_BASE_URL=https://"+host, "STOCKROOM_TRUSTED_PROXIES="+nginxAddress, "STOCKROOM_PROXY_USER_HEADER=X-Forwarded-Email")
	for i := range f.replicas {
		f.replicas[i] = launch(t, f.env)
	}
	f.proxy = startNginx(t, `
    add_header X-Replica $upstream_addr always;
    proxy_bind `+nginxAddress+`;
    proxy_set_header X-Forwarded-Email "olivia@acme.example";
`, f.replicas[0].address, f.replicas[1].address)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	f.browser = f.client(jar, func(address string) string {
		if address == host+":8443" {
			return f.proxy.decoding
		}
		return f.proxy.plain
	})
	return f
}

// client returns a browser that finds the site at the address that at says.
func (f *front) client(jar http.CookieJar, at func(string) string) *http.Client {
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: f.proxy.roots}, DisableCompression: true,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			if strings.HasPrefix(address, host) {
				return dial(ctx, network, at(address))
			}
			return (&net.Dialer{}).DialContext(ctx, network, address)
		},
	}
	f.t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Jar: jar, Timeout: 20 * time.Second, Transport: transport}
}

// again starts a replica in the place of one that is dead.
func (f *front) again(i int) {
	f.t.Helper()
	f.replicas[i] = launch(f.t, append(f.env[:len(f.env):len(f.env)], "STOCKROOM_ADDR="+f.replicas[i].address))
}

// seen is an answer that came through nginx.
type seen struct {
	status  int
	header  http.Header
	body    string
	address *url.URL
	replica string
}

// try sends a request; path may hold anything that a browser would send raw.
func (f *front) try(method, path string, form url.Values, header http.Header) (*seen, error) {
	request, err := http.NewRequestWithContext(f.t.Context(), method, "https://"+host+path, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	if method == http.MethodGet {
		request.Body, request.ContentLength = nil, 0
	} else {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for name, values := range header {
		request.Header[name] = values
	}
	return read(f.browser.Do(request))
}

func read(response *http.Response, err error) (*seen, error) {
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	s := &seen{status: response.StatusCode, header: response.Header, address: response.Request.URL, replica: response.Header.Get("X-Replica")}
	var body io.Reader = response.Body
	if response.Header.Get("Content-Encoding") == "gzip" {
		if body, err = gzip.NewReader(body); err != nil {
			return nil, err
		}
	}
	text, err := io.ReadAll(body)
	s.body = string(text)
	return s, err
}

// get is try, which has to be answered with 200. Into, if it is not nil, gets
// the JSON; what is not ready yet is asked for again.
func (f *front) get(path string, into any) *seen {
	f.t.Helper()
	for began := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		s, err := f.try(http.MethodGet, path, nil, nil)
		var body struct{ Complete *bool }
		if err == nil && into != nil && s.status == http.StatusOK {
			err = errors.Join(json.Unmarshal([]byte(s.body), into), json.Unmarshal([]byte(s.body), &body))
		}
		switch {
		case err != nil:
			f.t.Fatalf("%s: %v", path, err)
		case s.status == http.StatusOK && (body.Complete == nil || *body.Complete):
			return s
		case s.status != http.StatusOK && s.status < 500 || time.Since(began) > time.Minute:
			f.t.Fatalf("%s: %d: %.300s", path, s.status, s.body)
		}
	}
}

// post is a form with format=json that has to be answered with that status.
func (f *front) post(path string, form url.Values, status int, into any) {
	f.t.Helper()
	s, err := f.try(http.MethodPost, path+"?format=json", form, nil)
	if err != nil || s.status != status {
		f.t.Fatalf("%s: %+v, %v", path, s, err)
	}
	if into == nil {
		return
	}
	if err := json.Unmarshal([]byte(s.body), into); err != nil {
		f.t.Fatalf("%s: %v: %.300s", path, err, s.body)
	}
}

func (f *front) signIn() {
	f.t.Helper()
	s := f.get("/login?scope=write:packages&scope=delete:packages&return_to=/settings", nil)
	if s.address.Path != "/settings" || !strings.Contains(s.body, "olivia@acme.example") {
		f.t.Fatalf("the sign-in led to %s: %.300s", s.address, s.body)
	}
}

// getAt is get through another of nginx's servers.
func (f *front) getAt(t *testing.T, port, path string, into any) *seen {
	t.Helper()
	for began := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+host+port+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		s, err := read(f.browser.Do(request))
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if s.status == http.StatusOK {
			if err := json.Unmarshal([]byte(s.body), into); err != nil {
				t.Fatal(err)
			}
			return s
		}
		if s.status < 500 || time.Since(began) > time.Minute {
			t.Errorf("%s at port %q: %d: %.300s", path, port, s.status, s.body)
			return s
		}
	}
}
