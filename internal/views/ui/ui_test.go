package ui_test

import (
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"
	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/i18n"
	"github.com/stockroom-dev/stockroom/internal/views/ui"
	"github.com/stockroom-dev/stockroom/static"
)

func TestSpriteHasTheIconsAndNoOthers(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	static.Handler().ServeHTTP(w, httptest.NewRequest("GET", static.Path("octicons.svg"), nil))
	var got, want []string
	for _, m := range regexp.MustCompile(`<symbol id="([^"]+)"`).FindAllStringSubmatch(w.Body.String(), -1) {
		got = append(got, m[1])
	}
	for _, icon := range ui.Icons() {
		want = append(want, string(icon))
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("icons (-) and sprite (+), see static/vendor.lock:\n%s", diff)
	}
}

func render(t *testing.T, c templ.Component) *goquery.Document {
	t.Helper()
	catalogue, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	ctx := i18n.With(t.Context(), i18n.Locale{
		Language: catalogue.Match("en", ""), Zone: time.FixedZone("KST", 9*60*60),
		Now: time.Date(2026, time.November, 26, 0, 0, 0, 0, time.UTC),
	})
	var b strings.Builder
	if err := c.Render(ctx, &b); err != nil {
		t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestTime(t *testing.T) {
	t.Parallel()
	then := time.Date(2026, time.November, 23, 1, 2, 3, 0, time.UTC)
	e := render(t, ui.Time(then)).Find("time")
	got := []string{e.Text(), e.AttrOr("datetime", ""), e.AttrOr("title", "")}
	want := []string{"2 days ago", "2026-11-23T01:02:03Z", "Monday, November 23, 2026, 10:02:03 KST"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("text, datetime and title (-want +got):\n%s", diff)
	}
}

func TestWhatIsNotKnownIsSaidSo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]templ.Component{"time": ui.Time(time.Time{}), "moment": ui.Moment(time.Time{})} {
		if got := strings.TrimSpace(render(t, c).Text()); got != "Not given by GitHub" {
			t.Errorf("a %s that is not known says %q", name, got)
		}
	}
}

func TestHostileTextStaysText(t *testing.T) {
	t.Parallel()
	const words = `"><script>alert(1)</script>`
	for name, c := range map[string]templ.Component{
		"said": ui.Said(words), "code": ui.Code(words, words), "label": ui.Label(ui.Neutral, words),
		"link": ui.Out("javascript:alert(1)", words), "copy": ui.Copy(words, words), "avatar": ui.Avatar(words, ui.Person),
	} {
		doc := render(t, c)
		if doc.Find("script").Length() > 0 {
			t.Errorf("%s made an element of text", name)
		}
		doc.Find("[href]").Each(func(_ int, e *goquery.Selection) {
			if strings.HasPrefix(e.AttrOr("href", ""), "javascript:") {
				t.Errorf("%s kept a script in a link", name)
			}
		})
	}
}
