package app_test

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/handlers"
)

// update writes the golden files anew: go test ./internal/app -run TestMatrix -update.
var update = flag.Bool("update", false, "write testdata anew")

const matrixFile = "testdata/matrix.txt"

const matrixHead = `# Who gets what at every address: TestMatrix holds the program to this table.
# go test ./internal/app -run TestMatrix -update writes it anew; read what changed.
#
# Lines are ways of asking. htmx, JSON and cross-site use the route's own method;
# a cross-site GET is a link on somebody's page, a cross-site POST a forged form.
# Columns are people, all in a portal for acme's members with acme/package-admins
# as its ADMIN_TEAMS:
#   signed out         nobody
#   not in the org     otto, who was a member until ten minutes ago: his session is alive
#   viewer             maria, a member of acme
#   no GitHub rights   mona, a member who is in the admin team, but owns nothing at GitHub
#   outside the team   oscar, who owns acme at GitHub, but is not in the admin team
#   admin              olivia, who owns acme and is in the team; /users/olivia is hers
#   read-only mode     olivia, with STOCKROOM_READ_ONLY
# Operations are the person's own, from when they were an admin (of the signed out:
# olivia's): drafts for start, remove and discard, one that is done for undo, a stopped
# one for continue, paused ones for the rest. {olivias} is a draft of olivia's;
# {hers} a view of hers; the ledger's entry is her sign-in.
# Cells are the status, then where a redirect leads or the code of a refusal.
# A ! says that GitHub was asked to change something.
`

// TestMatrix: every route, asked in every way by every kind of person, answers
// what the table says.
func TestMatrix(t *testing.T) {
	t.Parallel()
	rows := matrixRows(t)
	columns := make([][]string, len(people()))
	t.Run("ask", func(t *testing.T) {
		for i, who := range people() {
			t.Run(who.name, func(t *testing.T) {
				t.Parallel()
				s := newStage(t, who)
				for _, r := range rows {
					columns[i] = append(columns[i], s.ask(r))
				}
			})
		}
	})
	got := matrixHead + table(rows, columns)
	if *update {
		if err := os.WriteFile(matrixFile, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(matrixFile)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("who gets what has changed (-want +got); if it should have, -update:\n%s", difference(string(want), got))
	}
}

// row is one line of the table.
type row struct {
	sample
	route  handlers.Route
	number int // of the way
	way    way
}

// title is the address as a person reads it.
func (r row) title() string {
	return r.route.Method + " " + strings.ReplaceAll(strings.ReplaceAll(r.path, "-{n}", ""), "{n}", "")
}

// matrixRows are all routes in all ways. A route without a sample fails.
func matrixRows(t *testing.T) []row {
	t.Helper()
	routes := slices.DeleteFunc(handlers.Routes(), func(r handlers.Route) bool { return r.Method != "GET" && r.Method != "POST" })
	slices.SortFunc(routes, func(a, b handlers.Route) int {
		return cmp.Or(cmp.Compare(a.Pattern, b.Pattern), cmp.Compare(a.Method, b.Method))
	})
	all := samples()
	both := map[string]int{}
	for _, samples := range all {
		for _, s := range samples {
			both[s.path]++
		}
	}
	var rows []row
	for _, route := range routes {
		key := route.Method + " " + route.Pattern
		if len(all[key]) == 0 {
			t.Errorf("%s is not in the matrix: give it a sample", key)
		}
		for _, s := range all[key] {
			for n, w := range waysToAsk() {
				if w.method != "" && w.method != route.Method && both[s.path] > 1 {
					continue // it is a line of the other route
				}
				rows = append(rows, row{s, route, n, w})
			}
		}
		delete(all, key)
	}
	for key := range all {
		t.Errorf("%s is in the matrix, but not in the URL table", key)
	}
	return rows
}

// ask returns the cell of one person.
func (s *stage) ask(r row) string {
	s.ready()
	method := cmp.Or(r.way.method, r.route.Method)
	path := s.fill(r.path, r.number)
	if r.way.format != "" {
		path = apptest.WithFormat(path, r.way.format)
	}
	form := url.Values{}
	for name, values := range r.form {
		for _, v := range values {
			form.Add(name, s.fill(v, r.number))
		}
	}
	before := len(s.p.GitHub.Requests())
	page := s.b.Send(method, path, form, r.way.header)
	forged := r.way.name == "cross-site" && method == http.MethodPost // it does not come as far as the session
	s.over = s.over || !forged && (r.ends || s.who.role == "" && page.Status == http.StatusForbidden)
	cell := fmt.Sprint(page.Status)
	if to := page.Location(); to != "" {
		cell += " " + leads(to)
	} else if to := page.Header.Get("HX-Redirect"); to != "" {
		cell += " " + leads(to)
	}
	var problem struct{ Code string }
	if r.way.format != "" && page.Status >= 400 && json.Unmarshal([]byte(page.Body), &problem) == nil {
		cell += " " + problem.Code
	}
	if slices.ContainsFunc(s.p.GitHub.Requests()[before:], changesPackages) {
		cell += " !"
	}
	return cell
}

// changesPackages reports whether a request wants a package to change that is
// not an operation's, which go their own way.
func changesPackages(r ghfake.Request) bool {
	return r.Method != http.MethodGet && strings.Contains(r.EscapedPath, "/packages/") && !strings.Contains(r.EscapedPath, "/bulk/")
}

// leads says where a redirect leads, without what differs from time to time.
func leads(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.Host != "" {
		return "GitHub"
	}
	path := regexp.MustCompile(`/[0-9A-Za-z-]{26,36}$`).ReplaceAllString(u.Path, "/:id")
	path = regexp.MustCompile(`-[0-9]$`).ReplaceAllString(path, "")
	return strings.NewReplacer("/orgs/acme/packages", "…", "/users/olivia/packages", "…").Replace(path)
}

// table puts the cells below the people.
func table(rows []row, columns [][]string) string {
	names := people()
	var b strings.Builder
	line := func(first string, cells func(column int) string) {
		text := fmt.Sprintf("%-12s", first)
		for i := range names {
			text += fmt.Sprintf("| %-21s ", cells(i)) // as wide as most, so that one cell changes one line
		}
		b.WriteString(strings.TrimRight(text, " ") + "\n")
	}
	title := ""
	for n, r := range rows {
		if r.title() != title {
			title = r.title()
			fmt.Fprintf(&b, "\n%s\n", title)
			line("", func(i int) string { return names[i].name })
		}
		line("  "+r.way.name, func(i int) string {
			if n >= len(columns[i]) {
				return "?"
			}
			return columns[i][n]
		})
	}
	return b.String()
}

// difference returns the lines that are not the same, each with its address.
func difference(want, got string) string {
	lines := func(table string) map[string]string {
		all, title := map[string]string{}, ""
		for line := range strings.Lines(table) {
			way, cells, isRow := strings.Cut(strings.TrimSpace(line), "|")
			if !isRow {
				title = strings.TrimSpace(line)
				all[title] = ""
				continue
			}
			all[title+", "+strings.TrimSpace(way)] = strings.TrimSpace(cells)
		}
		return all
	}
	was, is := lines(want), lines(got)
	var b strings.Builder
	for _, title := range slices.Sorted(maps.Keys(was)) {
		if cells, still := is[title]; !still || cells != was[title] {
			fmt.Fprintf(&b, "- %s: %s\n", title, was[title])
		}
		if cells, still := is[title]; still && cells != was[title] {
			fmt.Fprintf(&b, "+ %s: %s\n", title, cells)
		}
	}
	for _, title := range slices.Sorted(maps.Keys(is)) {
		if _, known := was[title]; !known {
			fmt.Fprintf(&b, "+ %s: %s\n", title, is[title])
		}
	}
	return b.String()
}
