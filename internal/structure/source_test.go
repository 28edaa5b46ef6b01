package structure

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/stockroom-dev/stockroom/"

// goFile is one Go file that a person wrote.
type goFile struct {
	path string // from the root of the repository, with slashes
	test bool
	ast  *ast.File
	fset *token.FileSet
}

func (f goFile) dir() string { return path.Dir(f.path) }

// forTests reports whether the file only serves tests: a test, or a part of a
// package that holds nothing else.
func (f goFile) forTests() bool {
	return f.test || slices.Contains([]string{"internal/apptest", "internal/bench", "internal/e2e", "internal/pgtest"}, f.dir())
}

// line returns "path:line" of a position.
func (f goFile) line(pos token.Pos) string {
	p := f.fset.Position(pos)
	p.Filename = f.path
	p.Column = 0
	return p.String()
}

func (f goFile) lines() int { return f.fset.File(f.ast.FileStart).LineCount() }

// repository returns the root as a file system.
func repository(t *testing.T) fs.FS {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return os.DirFS(root)
}

// files returns the paths of every file with one of these endings, without
// what others wrote.
func files(t *testing.T, root fs.FS, endings ...string) []string {
	t.Helper()
	var all []string
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (slices.Contains([]string{"testdata", "vendor", "node_modules"}, d.Name()) ||
			strings.HasPrefix(d.Name(), ".") && name != ".") {
			return fs.SkipDir
		}
		if !d.IsDir() && slices.Contains(endings, path.Ext(name)) {
			all = append(all, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// written returns every Go file that was not generated.
func written(t *testing.T) []goFile {
	t.Helper()
	root := repository(t)
	var all []goFile
	for _, name := range files(t, root, ".go") {
		src, err := fs.ReadFile(root, name)
		if err != nil {
			t.Fatal(err)
		}
		fset := token.NewFileSet()
		parsed, err := parser.ParseFile(fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if !ast.IsGenerated(parsed) {
			all = append(all, goFile{name, strings.HasSuffix(name, "_test.go"), parsed, fset})
		}
	}
	if len(all) == 0 {
		t.Fatal("no Go file was found")
	}
	return all
}
