package app_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/i18n"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// network is the way to GitHub, which can be broken without anybody waiting:
// its timeouts come at once.
type network struct {
	http.RoundTripper
	state atomic.Int32
}

// What a network can be.
const (
	whole  = iota
	silent // nothing gets through
	lost   // changes get through, but their answers do not
)

func (n *network) set(state int32) { n.state.Store(state) }

// RoundTrip sends r, or times out.
func (n *network) RoundTrip(r *http.Request) (*http.Response, error) {
	switch state := n.state.Load(); {
	case state == silent:
		return nil, context.DeadlineExceeded
	case state == lost && r.Method != http.MethodGet:
		answer, err := n.RoundTripper.RoundTrip(r)
		if err == nil {
			err = answer.Body.Close()
		}
		if err == nil {
			err = context.DeadlineExceeded
		}
		return nil, err
	}
	return n.RoundTripper.RoundTrip(r)
}

// run makes the change, as a page, an htmx fragment or JSON, and looks at the
// answer, at the ledger and at GitHub.
func (c refused) run(t *testing.T, form string) {
	w := &refusalWorld{network: &network{RoundTripper: &http.Transport{}}}
	w.Portal = apptest.Start(t, apptest.Options{Transport: w.network})
	login, scopes := c.login, c.scopes
	if login == "" {
		login = apptest.Owner
	}
	if scopes == nil {
		scopes = allScopes
	}
	b := w.SignIn(t, login, scopes...)
	if c.arrange != nil {
		c.arrange(t, w)
	}
	before := snapshot(t, w.Portal)
	w.GitHub.ResetRequests()
	page := c.post(b, form)
	sent, after := changes(w.GitHub.Requests()), snapshot(t, w.Portal)
	if len(sent) != c.sent {
		t.Errorf("GitHub was asked %v, want %d changes", sent, c.sent)
	}
	if (before != after) != c.changed {
		t.Errorf("GitHub has\n%s, and had\n%s", after, before)
	}
	c.checkAnswer(t, page, form)
	w.network.set(whole)
	w.GitHub.ClearFaults()
	if c.code == fault.CodeTokenRevoked {
		b = w.SignIn(t, login, scopes...)
	}
	c.checkLedger(t, b)
}

func (c refused) post(b *apptest.Browser, form string) *apptest.Page {
	switch form {
	case "fragment":
		return b.HTMX(http.MethodPost, c.path, c.form)
	case "json":
		return b.Send(http.MethodPost, apptest.WithFormat(c.path, "json"), c.form, nil)
	}
	return b.PostForm(c.path, c.form)
}

func (c refused) checkAnswer(t *testing.T, page *apptest.Page, form string) {
	t.Helper()
	if page.Status != c.status {
		t.Fatalf("status %d, want %d: %s", page.Status, c.status, page)
	}
	if seconds, _ := strconv.Atoi(page.Header.Get("Retry-After")); seconds < c.retryAfter || c.retryAfter == 0 && seconds != 0 {
		t.Errorf("Retry-After is %q, want %d", page.Header.Get("Retry-After"), c.retryAfter)
	}
	if form == "json" {
		c.checkJSON(t, page)
		return
	}
	_, whole := page.Doc.Find("html").Attr("lang")
	if whole == (form == "fragment") {
		t.Errorf("a whole page is %t: %s", whole, page.Body)
	}
	if c.code == "" {
		return
	}
	if problem := page.Within(".problem, .error-page"); !strings.Contains(problem, c.said) || !strings.Contains(problem, explanation(t, c.code)) {
		t.Errorf("GitHub's words %q or the explanation %q are not in the problem: %q", c.said, explanation(t, c.code), problem)
	}
	if c.fix != "" && !strings.Contains(strings.Join(page.Links(), " "), c.fix) {
		t.Errorf("no link to %s among %v", c.fix, page.Links())
	}
}

func (c refused) checkJSON(t *testing.T, page *apptest.Page) {
	t.Helper()
	var got answer
	if err := json.Unmarshal([]byte(page.Body), &got); err != nil {
		t.Fatalf("%v: %s", err, page.Body)
	}
	if got.Code != string(c.code) || !strings.Contains(got.Message, c.said) || got.Message == "" || !strings.Contains(got.Fix, c.fix) {
		t.Errorf("the answer is %+v", got)
	}
	if got.RetryAfter < c.retryAfter {
		t.Errorf("retry_after is %d, want %d", got.RetryAfter, c.retryAfter)
	}
	want := map[string]string{"done": "deleted", "": "refused"}[c.outcome]
	if want == "" {
		want = c.outcome
	}
	if got.Outcome != want {
		t.Errorf("the outcome is %q, want %q", got.Outcome, want)
	}
	if (got.Ledger == "") != (c.outcome == "") && c.code != fault.CodeTokenRevoked {
		t.Errorf("the ledger's entry is %q", got.Ledger)
	}
}

// explanation is the beginning of our own sentence about a failure, as far as
// it does not depend on what failed.
func explanation(t *testing.T, code fault.Code) string {
	t.Helper()
	catalogue, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	const hole = "\x00"
	ctx := i18n.WithLanguage(t.Context(), catalogue.Match("en", ""))
	text := i18n.T(ctx, "fault."+string(code), map[string]any{
		"Owner": hole, "Name": hole, "Value": hole, "Scopes": hole, "At": hole,
	})
	longest := ""
	for part := range strings.SplitSeq(text, hole) {
		if len(part) > len(longest) {
			longest = part
		}
	}
	return strings.TrimSpace(longest)
}

func (c refused) checkLedger(t *testing.T, b *apptest.Browser) {
	t.Helper()
	var all []entry
	for _, action := range []ghpkg.Action{ghpkg.ActionDelete, ghpkg.ActionRestore} {
		all = append(all, entries(t, b, url.Values{"action": {string(action)}})...)
	}
	if c.outcome == "" {
		if len(all) != 0 {
			t.Errorf("the ledger has %+v", all)
		}
		return
	}
	if len(all) != 1 {
		t.Fatalf("the ledger has %d entries, want one: %+v", len(all), all)
	}
	e := all[0]
	if e.Outcome != c.outcome || e.Code != string(c.code) || !strings.Contains(e.Message, c.said) {
		t.Errorf("the ledger says %+v", e)
	}
	if e.Actor.Login != b.Login || e.Target == nil || !strings.HasPrefix(c.path, e.Target.Path) {
		t.Errorf("the ledger names %s and %+v", e.Actor.Login, e.Target)
	}
}

// snapshot is the state of everything at GitHub that the tests change.
func snapshot(t *testing.T, p *apptest.Portal) string {
	t.Helper()
	var b strings.Builder
	for _, ref := range []ghpkg.Ref{
		acmes(t, ghpkg.NPM, "@acme/app"), acmes(t, ghpkg.Container, "team/web"), acmes(t, ghpkg.Maven, "com.acme.core"),
		acmes(t, ghpkg.RubyGems, "acme_gem"), acmes(t, ghpkg.NuGet, "Acme.Core"), acmes(t, ghpkg.NuGet, "Popular"),
		acmes(t, ghpkg.Docker, "legacy/web"), acmes(t, ghpkg.NPM, "gone"),
		refOf(t, ghpkg.User, apptest.Owner, ghpkg.NPM, "@olivia/tool"),
	} {
		b.WriteString(link.Package(ref) + " " + string(p.GitHub.PackageState(ref)))
		for _, v := range p.GitHub.Versions(ref) {
			b.WriteString(" " + v.Name + " " + string(p.GitHub.VersionState(ref, v.ID)))
		}
		b.WriteString("\n")
	}
	return b.String()
}
