package main

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// TestBelowAPath: on a host that it shares, the portal is all below its path,
// and names arrive whole through a location that passes the path on as it is.
func TestBelowAPath(t *testing.T) {
	t.Parallel()
	nginxBinary(t) // before anything is started
	const below = "/tools/stockroom"
	f := &front{site: newSite(t, "sqlite:"+t.TempDir()+"/stockroom.db", func(gh *ghfake.Server) {
		gh.AddUser(ghfake.User{Login: "olivia"})
		gh.AddOrg(ghfake.Org{Login: "acme"})
		gh.AddMember("acme", "olivia", ghpkg.RoleAdmin)
		for name, typ := range frontNames() {
			gh.AddPackage(ghfake.Package{Owner: "acme", Type: typ, Name: name}, ghfake.Version{Name: "1"}, ghfake.Version{Name: "2"})
		}
	})}
	r := launch(t, append(f.env, "STOCKROOM_BASE_URL=https://"+host+below, "STOCKROOM_TRUSTED_PROXIES="+nginxAddress))
	f.proxy = startNginx(t, "proxy_bind "+nginxAddress+";\n}\nlocation "+below+"/ {\nproxy_bind "+nginxAddress+";\nproxy_pass http://stockroom;", r.address, r.address)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	f.browser = f.client(jar, func(string) string { return f.proxy.plain })

	if s := f.get(below+"/login?scope=write:packages&scope=delete:packages&return_to=/orgs/acme/packages", nil); s.address.Path != below+"/orgs/acme/packages" {
		t.Fatalf("the sign-in led to %s", s.address)
	}
	var list struct{ Items []struct{ Name, Path string } }
	f.get(below+"/orgs/acme/packages?type=npm&type=container&type=nuget&type=rubygems&format=json", &list)
	if len(list.Items) != len(frontNames()) {
		t.Errorf("%d packages are listed", len(list.Items))
	}
	for _, item := range list.Items {
		for _, path := range []string{item.Path, strings.Replace(item.Path, "/web/", "%2Fweb%2F", 1)} {
			var one struct{ Package struct{ Name string } }
			if f.get(below+path+"?format=json", &one); one.Package.Name != item.Name {
				t.Errorf("%s is %q", path, one.Package.Name)
			}
		}
		f.post(below+item.Path+"/-/delete", url.Values{"confirm": {item.Name}}, http.StatusOK, nil)
	}
	var ledger struct{ Items []struct{ From string } }
	if f.get(below+"/ledger?action=delete&format=json", &ledger); len(ledger.Items) != len(frontNames()) || ledger.Items[0].From != clientAddress {
		t.Errorf("the ledger has %+v", ledger.Items)
	}
	for path, status := range map[string]int{"/healthz": http.StatusOK, below + "/healthz": http.StatusOK, "/": http.StatusNotFound, "/ledger": http.StatusNotFound} {
		if s, err := f.try(http.MethodGet, path, nil, nil); err != nil || s.status != status {
			t.Errorf("%s: %+v, %v", path, s, err)
		}
	}
}
