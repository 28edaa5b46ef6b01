package app_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// signatureOf is the tag by which a signature says what it signs.
func signatureOf(digest string) string { return strings.Replace(digest, ":", "-", 1) + ".sig" }

// TestWhatBelongsTogetherIsShown: neither an image nor its signature goes
// without a word about the other, one by one or in bulk.
func TestWhatBelongsTogetherIsShown(t *testing.T) {
	t.Parallel()
	p, b := start(t, allScopes...)
	p.GitHub.AddVersion(apptest.Container, ghfake.Version{ID: 205, Name: digestOf("5"), Tags: []string{signatureOf(digestOf("4"))}})
	p.GitHub.AddVersion(apptest.Container, ghfake.Version{ID: 206, Name: digestOf("6"), Tags: []string{signatureOf(digestOf("9"))}})
	for _, c := range []struct{ version, says, leadsTo string }{
		{"204", "They stay behind", ""},
		{"204", "It stays behind", web + "/-/versions/205"},
		{"205", "It belongs to another version", web + "/-/versions/204"},
		{"206", "which is no longer among the versions", ""},
		{"202", "belongs to", ""},
	} {
		page := b.Get(web + "/-/versions/" + c.version + "/delete")
		said := c.says != "They stay behind" && c.version != "202"
		if page.HasText(c.says) != said {
			t.Errorf("deleting %s says %q: %v: %s", c.version, c.says, !said, page)
		}
		if c.leadsTo == "" {
			continue
		}
		if found := page.Doc.Find(`.consequence a[href="` + c.leadsTo + `"]`); found.Length() != 1 {
			t.Errorf("deleting %s does not lead to %s: %s", c.version, c.leadsTo, page)
		}
	}
	for _, c := range []struct {
		items []string
		says  string
	}{
		{[]string{"204"}, "1 item has a signature"},
		{[]string{"205"}, "1 item belongs to a version that stays"},
	} {
		draft := b.Freeze("delete", versionsOf(c.items...)...)
		if page := b.Get(draft.Path); !page.HasText(c.says) {
			t.Errorf("the draft of %v does not say %q: %s", c.items, c.says, page)
		}
	}
	both := b.Freeze("delete", versionsOf("204", "205")...)
	if page := b.Get(both.Path); strings.Contains(page.Within(".consequences"), "stay") {
		t.Errorf("both go, and something is said to stay: %s", page)
	}
}

func versionsOf(ids ...string) []string {
	var all []string
	for _, id := range ids {
		all = append(all, web+"/-/versions/"+id)
	}
	return all
}

// TestWhatGitHubWillRefuseIsNotOffered: where the page of consequences knows
// that GitHub will refuse, it leads to what works, and promises no way back.
func TestWhatGitHubWillRefuseIsNotOffered(t *testing.T) {
	t.Parallel()
	p, b := start(t, allScopes...)
	p.GitHub.DeleteVersionNow(acmes(t, ghpkg.NPM, "@acme/app"), 101)
	p.GitHub.DeleteVersionNow(acmes(t, ghpkg.Container, "team/web"), 202)
	p.GitHub.DeletePackageNow(acmes(t, ghpkg.RubyGems, "acme_gem"))
	p.GitHub.AddPackage(ghfake.Package{Owner: apptest.Org, Type: ghpkg.RubyGems, Name: "acme_gem"}, ghfake.Version{Name: "0.1"})
	gem := "/orgs/acme/packages/rubygems/acme_gem"
	for _, c := range []struct{ page, says, promise, button, instead, to string }{
		{app + "/-/versions/102/delete", "It is the last version", "It can be restored until", "Delete this version", "Delete this package instead", app + "/-/delete"},
		{web + "/-/versions/204/delete", "It is the last tagged version", "It can be restored until", "Delete this version", "Delete this package instead", web + "/-/delete"},
		{gem + "/-/restore", "A package with this name exists now", "The package comes back", "Restore this package", "Open that package", gem},
	} {
		page := b.Get(c.page)
		if !page.HasText(c.says) || page.HasText(c.promise) {
			t.Errorf("%s does not say %q, or says %q: %s", c.page, c.says, c.promise, page)
		}
		if _, err := page.Form(c.button); err == nil {
			t.Errorf("%s offers what GitHub will refuse: %s", c.page, page)
		}
		if to, err := page.Link(c.instead); err != nil || to != c.to {
			t.Errorf("%s leads to %q: %v", c.page, to, err)
		}
	}
	if page := b.PostForm(app+"/-/versions/102/delete", url.Values{}); page.Status != 409 {
		t.Errorf("GitHub has the last word: %s", page)
	}
}

// TestADraftOfPackagesShowsWhatTheirPagesWould: that they are deleted together
// hides nothing of what goes.
func TestADraftOfPackagesShowsWhatTheirPagesWould(t *testing.T) {
	t.Parallel()
	p, b := start(t, allScopes...)
	draft := b.Freeze("delete", app, web)
	page := b.Get(draft.Path)
	for _, says := range []string{"2 packages are deleted as a whole", "6 versions are deleted in all", "Their names become free"} {
		if !page.HasText(says) {
			t.Errorf("the draft does not say %q: %s", says, page)
		}
	}
	if text := page.Within("#item-1"); !strings.Contains(text, "2 versions") {
		t.Errorf("the first item is %q", text)
	}
	p.GitHub.Inject(ghfake.Fault{Method: "GET", PathPattern: `/packages/rubygems/[^/]*$`, Status: 502})
	unseen := b.FreezeAll("delete", "/orgs/acme/packages?type=rubygems")
	if page := b.Get(unseen.Path); !page.HasText("How many versions 1 package has is not known") {
		t.Errorf("the draft hides what is not known: %s", page)
	}
	if page := b.Get(b.Freeze("delete", web+"/-/versions/204").Path); strings.Contains(page.Within(".consequences"), "name") {
		t.Errorf("of a version, a name is said to become free: %s", page)
	}
}

// TestMembersLearnWhatItTakesBeforeTheyGrant: a scope gives no right to a
// package, and whoever may have none is told so before they grant it.
func TestMembersLearnWhatItTakesBeforeTheyGrant(t *testing.T) {
	t.Parallel()
	p := apptest.Start(t, apptest.Options{})
	const says = "You are a member of acme, not an owner"
	for _, c := range []struct {
		viewer string
		scopes []string
		pkg    string
		want   bool
	}{
		{apptest.Member, nil, app, true},
		{apptest.Member, allScopes, app, false}, // nothing is to be granted
		{apptest.Owner, nil, app, false},
		{apptest.Owner, nil, "/users/olivia/packages/npm/@olivia/tool", false},
	} {
		b := p.SignIn(t, c.viewer, c.scopes...)
		draft := b.Freeze("delete", c.pkg)
		for _, at := range []string{c.pkg + "/-/delete", draft.Path} {
			page := b.Get(at)
			if page.Status != 200 || page.HasText(says) != c.want {
				t.Errorf("%s (%v) on %s: want it %v: %s", c.viewer, c.scopes, at, c.want, page)
			}
			if _, err := page.Link("Grant access on GitHub"); (err == nil) != (c.scopes == nil) {
				t.Errorf("%s (%v) on %s: the way to grant it: %v", c.viewer, c.scopes, at, err)
			}
		}
	}
}
