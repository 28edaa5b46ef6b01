package app_test

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// listedVersion is what a list tells of a version, GitHub's and ours alike.
type listedVersion struct {
	ID        int64
	Name      string
	HTMLURL   string    `json:"html_url"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
	DeletedAt time.Time `json:"deleted_at"`
	Metadata  struct {
		Container struct{ Tags []string }
		Docker    struct{ Tag []string }
	}
	Ledger string // ours: the entry of its deletion
}

func (v listedVersion) tags() []string {
	return append(v.Metadata.Container.Tags, v.Metadata.Docker.Tag...)
}

// changeVersion does one thing to a version of a package that is there.
func (u *universe) changeVersion() {
	gh, ref := u.portal.GitHub, pick(u, u.names...)
	var id int64
	if !gh.SetPackage(ref, func(p *ghfake.Package) { id = p.ID }) {
		return
	}
	of := pick(u, gh.Versions(ref)...)
	tags := pick(u, nil, []string{"latest"}, []string{"v1"}, []string{"latest", "Ünï-2"})
	switch u.IntN(6) {
	case 0, 1:
		gh.AddVersion(id, ghfake.Version{
			Name: pick(u, fmt.Sprintf("sha256:%064x", u.Uint64()), fmt.Sprintf("1.%d", u.IntN(1e9))), Tags: tags,
			CreatedAt: time.Now().Add(-time.Duration(u.IntN(5)) * time.Hour), // so that some are as old as others
		})
	case 2:
		gh.DeleteVersionNow(ref, of.ID)
	case 3:
		gh.RestoreVersionNow(ref, of.ID)
	case 4:
		gh.SetTags(ref, of.ID, tags...)
	case 5:
		u.changeThrough(ref, of)
	}
}

// changeThrough deletes or restores a version here, and fails unless it shows
// at once if GitHub has let it.
func (u *universe) changeThrough(ref ghpkg.Ref, of ghfake.Version) {
	olivia, at := u.people[0], versionOf(u.t, ref, of.ID)
	u.versions(olivia, ref, url.Values{"state": {string(pick(u, ghpkg.Active, ghpkg.Deleted))}}) // so that something older is kept
	to, want := link.DeleteVersion(at), ghpkg.Deleted
	if !of.DeletedAt.IsZero() {
		to, want = link.RestoreVersion(at), ghpkg.Active
	}
	if answer := olivia.Send(http.MethodPost, to+"?format=json", nil, nil); answer.Status != http.StatusOK {
		want = u.portal.GitHub.VersionState(ref, of.ID)
	}
	for _, state := range []ghpkg.State{ghpkg.Active, ghpkg.Deleted} {
		rows := u.versions(olivia, ref, url.Values{"state": {string(state)}})
		if got := slices.ContainsFunc(rows, func(v listedVersion) bool { return v.ID == of.ID }); got != (state == want) {
			u.t.Errorf("%s is %s, but the table of %s versions shows it: %t", at, want, state, got)
		}
	}
}

// checkVersions compares the versions of some packages, after a refresh, with
// what GitHub lists to the viewer.
func (u *universe) checkVersions(who onlooker) {
	u.t.Helper()
	for range 6 {
		ref := pick(u, u.names...)
		who.PostJSON(link.RefreshPackage(ref), nil, http.StatusOK, nil)
		for _, state := range []ghpkg.State{ghpkg.Active, ghpkg.Deleted} {
			want, status := u.listedVersions(who, ref, state)
			if status != http.StatusOK {
				who.JSON(link.Package(ref)+"?state="+string(state), status, nil)
				continue
			}
			u.compareVersions(who, ref, state, want)
		}
	}
}

func (u *universe) compareVersions(who onlooker, ref ghpkg.Ref, state ghpkg.State, want []listedVersion) {
	u.t.Helper()
	of := func(query url.Values) []listedVersion {
		query.Set("state", string(state))
		rows := u.versions(who, ref, query)
		slices.SortFunc(rows, byVersionID)
		return rows
	}
	slices.SortFunc(want, byVersionID)
	sort := pick(u, "name", "-name", "created", "-updated")
	shown, same := of(url.Values{"sort": {sort}, "per_page": {"3"}}), gocmp.Options{cmpopts.EquateEmpty(), cmpopts.IgnoreFields(listedVersion{}, "Ledger")}
	if diff := gocmp.Diff(want, shown, same); diff != "" {
		u.t.Fatalf("%s sees other %s versions of %s than GitHub lists (-GitHub +shown):\n%s", who.Login, state, ref, diff)
	}
	tags := map[int64][]string{} // of those of which they are known
	for _, v := range shown {
		switch {
		case !ref.Type().Images():
		case state == ghpkg.Active:
			tags[v.ID] = v.tags()
		case v.Ledger != "":
			var entry struct{ Target struct{ Tags []string } }
			who.JSON(v.Ledger, http.StatusOK, &entry)
			tags[v.ID] = entry.Target.Tags
		}
	}
	known := func(v listedVersion) bool { _, known := tags[v.ID]; return known }
	for text, holds := range map[string]func(listedVersion) bool{
		"tag:none":    func(v listedVersion) bool { return known(v) && len(tags[v.ID]) == 0 },
		"tag:latest":  func(v listedVersion) bool { return slices.Contains(tags[v.ID], "latest") },
		"-tag:ünï*":   func(v listedVersion) bool { return known(v) && !slices.Contains(tags[v.ID], "Ünï-2") },
		"digest:0000": func(v listedVersion) bool { return len(v.Name) > 11 && v.Name[:11] == "sha256:0000" },
	} {
		chosen := slices.DeleteFunc(slices.Clone(want), func(v listedVersion) bool { return !holds(v) })
		if diff := gocmp.Diff(chosen, of(url.Values{"q": {text}}), same); diff != "" {
			u.t.Errorf("%s: %s selects other versions of %s than it says (-want +got):\n%s", who.Login, text, ref, diff)
		}
	}
}

func byVersionID(a, b listedVersion) int { return cmp.Compare(a.ID, b.ID) }

// versions reads all pages of a table of versions.
func (u *universe) versions(who onlooker, ref ghpkg.Ref, query url.Values) []listedVersion {
	u.t.Helper()
	var all []listedVersion
	for page := 1; ; page++ {
		query.Set("page", fmt.Sprint(page))
		var table struct {
			Items   []listedVersion
			Total   int
			PerPage int `json:"per_page"`
		}
		who.JSON(link.Package(ref)+"?"+query.Encode(), http.StatusOK, &table)
		all = append(all, table.Items...)
		if page*table.PerPage >= table.Total {
			if len(all) != table.Total {
				u.t.Errorf("%s: %s %v has %d rows, but says %d", who.Login, ref, query, len(all), table.Total)
			}
			return all
		}
	}
}

// listedVersions asks GitHub itself.
func (u *universe) listedVersions(who onlooker, ref ghpkg.Ref, state ghpkg.State) (all []listedVersion, status int) {
	u.t.Helper()
	path := fmt.Sprintf("/orgs/acme/packages/%s/%s/versions?per_page=100&state=%s", ref.Type(), url.PathEscape(ref.Name()), state)
	status = u.tryAsk(who, path, &all)
	return all, status
}
