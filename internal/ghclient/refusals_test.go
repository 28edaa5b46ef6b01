package ghclient

import (
	"cmp"
	"net/http"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// TestRefusals meets each refusal at the fake GitHub, over HTTP.
func TestRefusals(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		versions []ghfake.Version
		typ      ghpkg.Type // "": npm
		scopes   []string   // nil: all
		prepare  func(*ghfake.Server, ghpkg.Ref)
		restore  bool // the package; else its first version is deleted
		kind     fault.Kind
		code     fault.Code
		fix      fault.FixKind
	}{
		{name: "last version", versions: []ghfake.Version{{Name: "1"}}, kind: fault.Refused, code: fault.CodeLastVersion},
		{name: "last tagged", typ: ghpkg.Container, versions: []ghfake.Version{{Name: "sha256:1", Tags: []string{"v1"}}, {Name: "sha256:2"}}, kind: fault.Refused, code: fault.CodeLastTagged},
		{name: "downloads", versions: []ghfake.Version{{Name: "1", Downloads: 5001}, {Name: "2"}}, kind: fault.Refused, code: fault.CodeDownloads},
		{name: "scope", versions: []ghfake.Version{{Name: "1"}, {Name: "2"}}, scopes: []string{"read:packages"}, kind: fault.MissingScope, code: fault.CodeScope, fix: fault.FixGrantScope},
		{name: "sso", versions: []ghfake.Version{{Name: "1"}, {Name: "2"}}, prepare: func(s *ghfake.Server, _ ghpkg.Ref) {
			s.SetOrg("acme", func(o *ghfake.Org) { o.SAML = true })
		}, kind: fault.SSORequired, code: fault.CodeSSO, fix: fault.FixAuthorizeSSO},
		{name: "app", versions: []ghfake.Version{{Name: "1"}, {Name: "2"}}, prepare: func(s *ghfake.Server, _ ghpkg.Ref) {
			s.SetOrg("acme", func(o *ghfake.Org) { o.AppRestricted = true })
		}, kind: fault.AppRestricted, code: fault.CodeAppRestricted, fix: fault.FixApproveApp},
		{name: "name reused", restore: true, versions: []ghfake.Version{{Name: "1"}}, prepare: reuse, kind: fault.Refused, code: fault.CodeNameReused},
		{name: "name reused, 422", restore: true, versions: []ghfake.Version{{Name: "1"}}, prepare: func(s *ghfake.Server, ref ghpkg.Ref) {
			s.SetReusedStatus(http.StatusUnprocessableEntity)
			reuse(s, ref)
		}, kind: fault.Refused, code: fault.CodeNameReused},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			fake, gh := world(t)
			ref := mustRef(t, acme(t), cmp.Or(tt.typ, ghpkg.NPM), "x")
			fake.AddPackage(ghfake.Package{Owner: "acme", Type: ref.Type(), Name: "x", Visibility: ghpkg.Public}, tt.versions...)
			first := mustVersion(t, ref, fake.Versions(ref)[0].ID)
			if tt.prepare != nil {
				tt.prepare(fake, ref)
			}
			scopes := tt.scopes
			if scopes == nil {
				scopes = allScopes()
			}
			c := gh.For(fake.Token("olivia", scopes...), "olivia")
			change := func() error { return c.DeleteVersion(t.Context(), first) }
			if tt.restore {
				change = func() error { return c.RestorePackage(t.Context(), ref) }
			}
			e := wantFault(t, change(), tt.kind, tt.code)
			if e.Said == "" {
				t.Error("GitHub's words are lost")
			}
			if tt.fix != "" && (e.Fix == nil || e.Fix.Kind != tt.fix || (tt.fix != fault.FixGrantScope && e.Fix.URL == "")) {
				t.Errorf("the way out is %+v", e.Fix)
			}
		})
	}
}

// reuse deletes the package and publishes another one by its name.
func reuse(s *ghfake.Server, ref ghpkg.Ref) {
	s.DeletePackageNow(ref)
	s.AddPackage(ghfake.Package{Owner: "acme", Type: ref.Type(), Name: ref.Name(), CreatedAt: time.Now()}, ghfake.Version{Name: "1"})
}
