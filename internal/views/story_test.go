package views_test

import (
	"testing"
	"time"

	"github.com/a-h/templ"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/views"
)

// aStory is one page in one state.
type aStory struct {
	Name string // also its path
	Page templ.Component
}

// now is the moment at which all stories play.
func now() time.Time { return time.Date(2026, time.November, 26, 0, 16, 5, 0, time.UTC) }

// stories returns every story, with the theme "auto", "light" or "dark".
func stories(theme string) []aStory {
	w := world{theme}
	var all []aStory
	for _, group := range [][]aStory{
		w.landing(), w.owners(), w.packages(), w.deleted(), w.inventory(), w.bin(), w.conflicts(), w.onePackage(), w.version(), w.confirm(), w.ledger(), w.operations(), w.settings(), w.notices(), w.problems(),
	} {
		all = append(all, group...)
	}
	return all
}

// aStoryOf returns the page of one story.
func aStoryOf(t *testing.T, name string) templ.Component {
	t.Helper()
	for _, s := range stories("auto") {
		if s.Name == name {
			return s.Page
		}
	}
	t.Fatalf("no story is called %s", name)
	return nil
}

// world makes the data.
type world struct{ theme string }

func (w world) frame(title, here string, section views.Section, crumbs ...views.Crumb) views.Frame {
	return views.Frame{
		Title: title, Here: here, Theme: w.theme, Section: section, Crumbs: crumbs,
		Viewer: &views.Person{Login: "mona-lisa", Name: "Mona Lisa", ProxyUser: "mona@acme.example"},
	}
}

func ago(days float64) time.Time { return now().Add(-time.Duration(days * 24 * float64(time.Hour))) }

// gone returns something that was deleted days ago.
func gone(days float64, by, reason string) *views.Gone {
	at := ago(days)
	g := &views.Gone{
		At: at, Until: ghpkg.RestorableUntil(at), DaysLeft: ghpkg.DaysLeft(at, now()), HoursLeft: ghpkg.HoursLeft(at, now()),
		By: by, Reason: reason, Restore: &views.Action{Href: "#restore"},
	}
	if by == "" {
		g.Estimate = true
	} else {
		g.Entry = "/ledger/01"
	}
	return g
}

// longName is a name that no layout may break under.
const longName = "platform/very/long/registry/namespace/with-a-name-that-someone-generated/and-then-some-more-of-it-because-nothing-forbids-it-and-unicode-안녕하세요-مرحبا"

// digest is a container version's name.
const digest = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

const shortDigest = "sha256:9f86d081884c"

func (w world) landing() []aStory {
	page := views.Landing{
		Frame: views.Frame{Theme: w.theme}, SignIn: "/login", GitHubHost: "github.com",
		Scopes: ghpkg.SignInScopes(),
	}
	over := page
	over.SignedOut, over.Practice = true, true
	return []aStory{{"landing", page.Page()}, {"landing-over", over.Page()}}
}

func (w world) owners() []aStory {
	page := views.Owners{Frame: w.frame("Owners", "/", views.SectionOwners), Exports: views.Exports{JSON: "/?format=json", CSV: "/?format=csv"}}
	none := page
	none.ReadOnly, none.LookOnly = true, "You can only look: members of acme/package-admins delete and restore here."
	page.Rows = []views.OwnerRow{
		{Login: "mona-lisa", Kind: ghpkg.User, Own: true, Href: "/users/mona-lisa/packages", Conflicts: "/users/mona-lisa/docker/conflicts", Bin: "/users/mona-lisa/bin"},
		{Login: "acme", Kind: ghpkg.Organization, Role: ghpkg.RoleAdmin, Href: "/orgs/acme/packages", Conflicts: "/orgs/acme/docker/conflicts", Bin: "/orgs/acme/bin"},
		{Login: "acme-labs", Kind: ghpkg.Organization, Role: ghpkg.RoleMember, Href: "/orgs/acme-labs/packages", Conflicts: "/orgs/acme-labs/docker/conflicts", Bin: "/orgs/acme-labs/bin"},
	}
	page.Notices = []views.Notice{{
		Kind: ghpkg.NoticeSSO, Text: "Some organizations are hidden until you authorize single sign-on for them, and GitHub does not say which. Open yours by its name: the link that starts its session is there.",
		Fix: &views.Fix{Label: "Authorize single sign-on", Href: "https://github.com/orgs/x/sso", External: true},
	}}
	return []aStory{{"owners", page.Page()}, {"owners-none", none.Page()}}
}

func (w world) problems() []aStory {
	page := func(p views.Problem) templ.Component {
		return views.ErrorPage{Frame: w.frame(p.Title, "/x", ""), Problem: p, Back: "/"}.Page()
	}
	return []aStory{
		{"error-missing", page(views.Problem{Status: 404, Title: "Not found", Text: "GitHub shows nothing here. It does not exist, or your account may not see it."})},
		{"error-deleted", page(views.Problem{
			Status: 404, Title: "This package was deleted", Text: "olivia deleted api here, on Nov 24, 2026, 10:00.", Gone: gone(28.5, "", "nobody pulls it"),
			Fix: &views.Fix{Label: "Restore it", Href: "#restore"}, Entry: "/ledger/1",
		})},
		{"error-limit", page(views.Problem{Status: 429, Title: "Not now: GitHub asks us to wait", Said: "API rate limit exceeded for user ID 1.", Text: "You have used up your hourly GitHub requests.", RetryAt: now().Add(20 * time.Minute)})},
		{"error-sso", page(views.Problem{
			Status: 403, Title: "Access has to be opened first", Said: "Resource protected by organization SAML enforcement. You must grant your OAuth token access to this organization.",
			Text: "acme requires a SAML single sign-on session before it shows its packages.",
			Fix:  &views.Fix{Label: "Authorize single sign-on", Href: "https://github.com/orgs/acme/sso?authorization_request=A", External: true},
			Then: &views.Fix{Label: "Sign in again", Href: "/login?return_to=%2Forgs%2Facme%2Fpackages"},
		})},
		{"error-ours", page(views.Problem{Status: 500, Title: "Something went wrong here", Text: "Something went wrong on our side.", RequestID: "01JD8Q4X2M3N4P5Q6R7S"})},
	}
}
