package structure

import (
	"io/fs"
	"path"
	"regexp"
	"strings"
	"testing"
)

// TestDocumentsLinkToWhatIsThere: a link between our documents, and from them
// into the code, leads to a file.
func TestDocumentsLinkToWhatIsThere(t *testing.T) {
	t.Parallel()
	root, link, followed := repository(t), regexp.MustCompile(`\]\(([^)#]+)(?:#[^)]*)?\)`), 0
	for _, name := range files(t, root, ".md") {
		text, err := fs.ReadFile(root, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range link.FindAllSubmatch(text, -1) {
			to := string(found[1])
			if strings.Contains(to, "://") {
				continue
			}
			followed++
			if _, err := fs.Stat(root, path.Join(path.Dir(name), to)); err != nil {
				t.Errorf("%s links to %s: %v", name, to, err)
			}
		}
	}
	if followed < 15 {
		t.Errorf("only %d links were found", followed)
	}
}
