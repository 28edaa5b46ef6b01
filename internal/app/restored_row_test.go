package app_test

import (
	"net/http"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/ghfake"
)

// TestRestoredRow: an image that was restored is shown with the tags that it has
// again, and without a word on them where GitHub does not say.
func TestRestoredRow(t *testing.T) {
	t.Parallel()
	p, b := start(t, allScopes...)
	const image = web + "/-/versions/204"
	for _, silent := range []bool{false, true} {
		b.PostJSON(image+"/delete", nil, http.StatusOK, nil)
		if silent {
			p.GitHub.Inject(ghfake.Fault{Method: "GET", PathPattern: "/versions/204$", Status: http.StatusBadGateway, Times: -1})
		}
		row := b.HTMX(http.MethodPost, image+"/restore", nil)
		tags := row.Within(".tag")
		if row.Status != http.StatusOK || row.HasText("Untagged") || (tags == "1.1latest") == silent {
			t.Errorf("GitHub silent %t, tags %q: %s", silent, tags, row)
		}
	}
}

// TestDeletedImageIsNotCalledUntagged: GitHub's list of deleted versions has no
// tags, which does not mean that there were none.
func TestDeletedImageIsNotCalledUntagged(t *testing.T) {
	t.Parallel()
	_, b := start(t, allScopes...)
	const image = web + "/-/versions/204"
	b.PostJSON(image+"/delete", nil, http.StatusOK, nil)
	for _, path := range []string{web + "?state=deleted", image, "/orgs/acme/bin?q=team/web"} {
		page := b.Get(path)
		row := page.Doc.Find("main :contains('Deleted just now')")
		if row.Length() == 0 || page.Doc.Find("main .label[title*='tag']").Length() != 0 {
			t.Errorf("%s: %s", path, page.Within("main"))
		}
	}
	if page := b.Get(web + "?q=tag:none"); page.Doc.Find("main .label[title*='tag']").Length() == 0 {
		t.Errorf("what is there without a tag is not called so: %s", page.Within("main"))
	}
}
