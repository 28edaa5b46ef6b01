package i18n_test

import (
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/query"
)

// catalogue is a message file: a message is a text, or an object of plural forms.
type catalogue map[string]any

func read(t *testing.T, name string) catalogue {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var c catalogue
	if err := json.Unmarshal(text, &c); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return c
}

// text returns all that a message says.
func (c catalogue) text(key string) string {
	switch m := c[key].(type) {
	case string:
		return m
	case map[string]any:
		var all []string
		for _, form := range slices.Sorted(maps.Keys(m)) {
			all = append(all, m[form].(string))
		}
		return strings.Join(all, "\n")
	}
	return ""
}

var placeholder = regexp.MustCompile(`\.[A-Z][A-Za-z]*`)

// placeholders returns the arguments that a message takes.
func (c catalogue) placeholders(key string) []string {
	var all []string
	for _, action := range regexp.MustCompile(`\{\{.*?\}\}`).FindAllString(c.text(key), -1) {
		all = append(all, placeholder.FindAllString(action, -1)...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func TestLanguagesSayTheSame(t *testing.T) {
	t.Parallel()
	en, ko := read(t, "en.json"), read(t, "ko.json")
	if diff := cmp.Diff(slices.Sorted(maps.Keys(en)), slices.Sorted(maps.Keys(ko))); diff != "" {
		t.Errorf("keys of en.json (-) and ko.json (+):\n%s", diff)
	}
	for key := range en {
		if diff := cmp.Diff(en.placeholders(key), ko.placeholders(key)); diff != "" {
			t.Errorf("arguments of %s in English (-) and Korean (+):\n%s", key, diff)
		}
		if strings.TrimSpace(en.text(key)) == "" || strings.TrimSpace(ko.text(key)) == "" {
			t.Errorf("%s says nothing", key)
		}
	}
}

// families are the messages whose keys are put together from a value.
func families() map[string][]string {
	return map[string][]string{
		"fault.":             names(fault.Codes()),
		"fix.":               names([]fault.FixKind{fault.FixSignIn, fault.FixGrantScope, fault.FixAuthorizeSSO, fault.FixApproveApp, fault.FixOpenGitHub, fault.FixRestore}),
		"notice.":            names([]ghpkg.NoticeKind{ghpkg.NoticeTypeFailed, ghpkg.NoticeSSO, ghpkg.NoticeCap, ghpkg.NoticeMoved, ghpkg.NoticeRepoScope, ghpkg.NoticeLoading, ghpkg.NoticeStale, ghpkg.NoticeNoState, ghpkg.NoticeNoList, ghpkg.NoticeVanished, ghpkg.NoticeBudget, ghpkg.NoticeOwners, ghpkg.NoticeUnsorted, ghpkg.NoticeNamesake}),
		"type.":              append(names(ghpkg.Types()), "any"),
		"visibility.":        append(names([]ghpkg.Visibility{ghpkg.Public, ghpkg.Private, ghpkg.Internal}), "any"),
		"state.":             names([]ghpkg.State{ghpkg.Active, ghpkg.Deleted}),
		"action.":            append(names(ghpkg.Actions()), "any"),
		"outcome.":           append(names(ghpkg.Outcomes()), "any"),
		"role.":              names([]ghpkg.Role{ghpkg.RoleAdmin, ghpkg.RoleMember}),
		"owner.":             names([]ghpkg.OwnerKind{ghpkg.Organization, ghpkg.User}),
		"theme.":             {"system", "light", "dark"},
		"consequence.":       consequences(),
		"lens.":              {"untagged", "stale", "no_repository", "public", "most_versions"},
		"density.":           {"comfortable", "compact"},
		"column.":            {"versions", "updated", "repository"},
		"query.help.":        queryExamples(),
		"query.problem.":     names(query.Reasons()),
		"notice.unknown.":    names(query.Gaps()),
		"filter.hint.":       {"change", "one_of", "number", "date", "names", "once"},
		"language.":          {"any"},
		"landing.":           {"browse.title", "browse.text", "restore.title", "restore.text", "record.title", "record.text"},
		"confirm.":           confirmKeys(),
		"select.":            {"delete", "delete_n", "delete_all", "restore", "restore_n", "restore_all"},
		"operation.state.":   append(names(ghpkg.OperationStates()), "any"),
		"item.state.":        append(names(ghpkg.ItemStates()), "any"),
		"check.":             append(names(ghpkg.ItemChecks()), "any"),
		"operation.fact.":    troubles(),
		"operation.title.":   units(),
		"operation.ask.":     units(),
		"operation.answer.":  {"started", "paused", "resumed", "stopped", "retried", "undone", "continued", "removed", "discarded"},
		"operation.outcome.": {"delete", "delete_part", "delete_stopped", "restore", "restore_part", "restore_stopped"},
		"operation.detail.":  {"pending", "refused", "failed", "skipped", "unknown"},
		"operation.left.":    {"seconds", "minutes", "hours"},
		"duration.":          {"seconds", "minutes", "hours"},
		"notices.kind.":      names(ghpkg.DestinationKinds()),
		"notices.event.":     append(names(ghpkg.NoticeEvents()), string(ghpkg.NoticePing)),
		"notices.state.":     names(ghpkg.DeliveryStates()),
		"notices.tested.":    names(ghpkg.DeliveryStates()),
		"chat.":              {"deleted", "restored", "delete", "restore", "done", "stopped", "paused"},
		"time.":              {"minutes_ago", "minutes_ahead", "hours_ago", "hours_ahead", "days_ago", "days_ahead"},
	}
}

func names[T ~string](values []T) []string {
	all := make([]string, len(values))
	for i, v := range values {
		all[i] = string(v)
	}
	return all
}

// units are what an operation's items are, after what is done to them.
func units() []string {
	var all []string
	for _, action := range []string{"delete", "restore"} {
		all = append(all, action+".versions", action+".packages", action+".items")
	}
	return all
}

// troubles are the checks that a draft has a sentence for.
func troubles() []string {
	var all []string
	for _, check := range ghpkg.ItemChecks() {
		if check != ghpkg.CheckOK {
			all = append(all, string(check))
		}
	}
	return all
}

func confirmKeys() []string {
	var all []string
	for _, kind := range []string{"delete_package", "delete_version", "restore_package", "restore_version"} {
		all = append(all, kind+".title", kind+".button")
	}
	return all
}

// queryExamples are what internal/views explains of the query language.
func queryExamples() []string {
	return []string{
		"words", "quotes", "type", "visibility", "repo", "no_repo", "owner", "versions", "older", "newer", "updated", "not",
		"version_words", "tag", "untagged", "digest", "version_older", "version_newer",
	}
}

// consequences are what internal/handlers warns of before a change.
func consequences() []string {
	return []string{
		"all_tags", "all_versions", "downloads", "last_tagged", "last_version", "name_free", "name_taken", "public", "referred", "refers",
		"refers_to_gone", "restorable", "restore_name", "restore_package", "restore_tags", "restore_version", "tags_go", "untagged", "versions_unknown",
	}
}

// literals are the strings in our sources that look like keys.
func literals(t *testing.T) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	quoted := regexp.MustCompile(`"([a-z]+(?:\.[A-Za-z_]+)+)"`)
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		isGo := strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") && !strings.HasSuffix(path, "_templ.go")
		if !isGo && !strings.HasSuffix(path, ".templ") {
			return nil
		}
		source, err := os.ReadFile(path)
		for _, m := range quoted.FindAllSubmatch(source, -1) {
			all[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestFamiliesAreComplete(t *testing.T) {
	t.Parallel()
	en := read(t, "en.json")
	for family, members := range families() {
		for _, member := range members {
			if _, ok := en[family+member]; !ok {
				t.Errorf("no message %s%s", family, member)
			}
		}
	}
}

func TestEveryMessageIsUsed(t *testing.T) {
	t.Parallel()
	used := literals(t)
	for family, members := range families() {
		for _, member := range members {
			used[family+member] = true
		}
	}
	for key := range read(t, "en.json") {
		if !used[key] {
			t.Errorf("nobody says %s", key)
		}
	}
}

// asked finds the keys that T is called with as they stand.
var asked = regexp.MustCompile(`\bT\([a-z][\w.()]*, "([^"]+)"`)

func TestEveryKeyExists(t *testing.T) {
	t.Parallel()
	en := read(t, "en.json")
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".templ") && !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, m := range asked.FindAllSubmatch(source, -1) {
			key := string(m[1])
			if _, ok := en[key]; !ok && !strings.HasSuffix(key, ".") {
				t.Errorf("%s asks for %s, which no catalogue has", path, key)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
