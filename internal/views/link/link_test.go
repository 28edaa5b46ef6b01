package link_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

func ref(t *testing.T, kind ghpkg.OwnerKind, owner string, typ ghpkg.Type, name string) ghpkg.Ref {
	t.Helper()
	o, err := ghpkg.NewOwner(kind, owner)
	if err != nil {
		t.Fatal(err)
	}
	r, err := ghpkg.NewRef(o, typ, name)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestParse(t *testing.T) {
	t.Parallel()
	org := func(typ ghpkg.Type, name string) ghpkg.Ref { return ref(t, ghpkg.Organization, "acme", typ, name) }
	user := ref(t, ghpkg.User, "olivia", ghpkg.NPM, "tool")
	for _, c := range []struct {
		path    string
		ref     ghpkg.Ref
		version int64
		action  string
	}{
		{"/orgs/acme/packages/npm/@acme/app", org(ghpkg.NPM, "@acme/app"), 0, ""},
		{"/users/olivia/packages/npm/tool/-/delete", user, 0, "delete"},
		{"/orgs/acme/packages/container/a/b/c/-/restore", org(ghpkg.Container, "a/b/c"), 0, "restore"},
		{"/orgs/acme/packages/maven/com.acme/-/refresh", org(ghpkg.Maven, "com.acme"), 0, "refresh"},
		{"/orgs/acme/packages/npm/app/-/versions/7", org(ghpkg.NPM, "app"), 7, ""},
		{"/orgs/acme/packages/npm/app/-/versions/7/delete", org(ghpkg.NPM, "app"), 7, "delete"},
		{"/orgs/acme/packages/npm/app/-/versions/7/restore", org(ghpkg.NPM, "app"), 7, "restore"},
		{"/orgs/acme/packages/npm/app/-/nothing", org(ghpkg.NPM, "app/-/nothing"), 0, ""},
		{"/orgs/acme/packages/npm/-", org(ghpkg.NPM, "-"), 0, ""},
		{"/orgs/acme/packages/npm/-/-/delete", org(ghpkg.NPM, "-"), 0, "delete"},
		{"/orgs/acme/packages/npm/a/-/b/-/delete", org(ghpkg.NPM, "a/-/b"), 0, "delete"},
	} {
		p, err := link.Parse(c.path)
		if err != nil || p.Ref != c.ref || p.Version.ID() != c.version || p.Action != c.action {
			t.Errorf("%s is %+v, %v", c.path, p, err)
		}
	}
	for _, path := range []string{
		"", "/", "/orgs", "/orgs/acme", "/orgs/acme/packages", "/orgs/acme/packages/", "/orgs/acme/packages/npm", "/orgs/acme/packages/npm/",
		"/orgs/acme/packages/pip/a", "/orgs/-/packages/npm/a", "/orgs/a b/packages/npm/a", "/teams/acme/packages/npm/a", "orgs/acme/packages/npm/a",
		"/orgs/acme/packages/npm/a//b", "/orgs/acme/packages/npm/../a", "/orgs/acme/packages/npm/a/.", "/orgs/acme/packages/npm/a\x00", "/orgs/acme/packages/npm/a\xff",
		"/orgs/acme/packages/npm/a/-/versions/0", "/orgs/acme/packages/npm/a/-/versions/99999999999999999999", "/orgs/acme/packages/npm/a/-/delete/-/delete",
		"/orgs/acme/docker/conflicts",
	} {
		if p, err := link.Parse(path); err == nil {
			t.Errorf("%q is %+v", path, p)
		}
	}
}

// FuzzParse: an address that can be read is made again from what it names.
func FuzzParse(f *testing.F) {
	for _, path := range []string{"/orgs/acme/packages/npm/@acme/app/-/versions/7/delete", "/users/o/packages/container/a/-/-/restore", "/orgs/a/packages/maven/ü%2f.", "/orgs/a/packages/npm/-/-/-/delete"} {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		p, err := link.Parse(path)
		if err != nil {
			return
		}
		made := link.Package(p.Ref)
		switch version := p.Version.ID() != 0; {
		case version && p.Action == "delete":
			made = link.DeleteVersion(p.Version)
		case version && p.Action == "restore":
			made = link.RestoreVersion(p.Version)
		case version:
			made = link.Version(p.Version)
		case p.Action == "delete":
			made = link.DeletePackage(p.Ref)
		case p.Action == "restore":
			made = link.RestorePackage(p.Ref)
		case p.Action == "refresh":
			made = link.RefreshPackage(p.Ref)
		}
		u, err := url.ParseRequestURI(made)
		if err != nil {
			t.Fatalf("%q made %q: %v", path, made, err)
		}
		again, err := link.Parse(u.Path)
		if err != nil || again != p || u.RawQuery != "" || u.Host != "" {
			t.Errorf("%q made %q, which is %+v and not %+v: %v", path, made, again, p, err)
		}
	})
}

// FuzzPackage: whatever a package is called, its addresses are ours, and lead
// back to it, raw or with its slashes encoded.
func FuzzPackage(f *testing.F) {
	for _, name := range []string{"@acme/app", "a b", "100%", "a%2Fb", "ü/📦", "a?b#c", "-", "a/-/b", "..a", "\\evil", "a;b,c"} {
		f.Add("acme", name, int64(7))
	}
	f.Fuzz(func(t *testing.T, login, name string, id int64) {
		owner, err := ghpkg.NewOwner(ghpkg.Organization, login)
		if err != nil {
			return
		}
		r, err := ghpkg.NewRef(owner, ghpkg.Container, name)
		if err != nil {
			return
		}
		want := map[string]link.Path{link.Package(r): {Ref: r}, link.DeletePackage(r): {Ref: r, Action: "delete"}}
		if v, err := r.Version(id); err == nil {
			want[link.Version(v)] = link.Path{Ref: r, Version: v}
			want[link.RestoreVersion(v)] = link.Path{Ref: r, Version: v, Action: "restore"}
		}
		for made, path := range want {
			for _, address := range []string{made, strings.Replace(made, "/container/"+escaped(name), "/container/"+url.PathEscape(name), 1)} {
				u, err := url.ParseRequestURI(address)
				if err != nil {
					t.Fatalf("%q: %v", address, err)
				}
				if got, err := link.Parse(u.Path); err != nil || got != path {
					t.Errorf("%q is %+v, want %+v: %v", address, got, path, err)
				}
			}
		}
	})
}

// escaped is a name as it stands in our addresses.
func escaped(name string) string {
	parts := strings.Split(name, "/")
	for i := range parts {
		parts[i] = url.PathEscape(parts[i])
	}
	return strings.Join(parts, "/")
}

func TestWithQuery(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		q    ghpkg.Query
		want string
	}{
		{"all defaults", ghpkg.Query{State: ghpkg.Active, Page: 1, PerPage: ghpkg.DefaultPerPage}, "/x"},
		{"everything", ghpkg.Query{
			Types: []ghpkg.Type{ghpkg.NPM, ghpkg.Docker}, Visibility: ghpkg.Private, Repo: "a/b", State: ghpkg.Deleted,
			Text: "x&y=ü", Sort: "-name", Page: 2, PerPage: 100,
		}, "/x?page=2&per_page=100&q=x%26y%3D%C3%BC&repo=a%2Fb&sort=-name&state=deleted&type=npm&type=docker&visibility=private"},
	} {
		if got := link.WithQuery("/x", c.q); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	if got, want := link.SignIn("/orgs/a?q=b", ghpkg.Scopes{"repo"}), "/login?return_to=%2Forgs%2Fa%3Fq%3Db&scope=repo"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
