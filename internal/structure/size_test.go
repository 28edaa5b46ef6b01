package structure

import (
	"bytes"
	"go/ast"
	"io/fs"
	"testing"
)

// What must not be exceeded.
const (
	maxFile   = 250
	maxFunc   = 50
	maxParams = 5
	maxTempl  = 120
)

// TestSizes bounds the Go that is no test: a table of cases is long and easy.
func TestSizes(t *testing.T) {
	t.Parallel()
	for _, f := range written(t) {
		if f.test {
			continue
		}
		bound(t, f.path, "lines", f.lines(), maxFile)
		for _, decl := range f.ast.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || fn.Body == nil {
				continue
			}
			where := f.line(fn.Pos()) + ": " + fn.Name.Name
			length := f.fset.Position(fn.End()).Line - f.fset.Position(fn.Pos()).Line + 1
			bound(t, where, "lines", length, maxFunc)
			bound(t, where, "parameters", fn.Type.Params.NumFields(), maxParams)
		}
	}
	root := repository(t)
	for _, name := range files(t, root, ".templ") {
		content, err := fs.ReadFile(root, name)
		if err != nil {
			t.Fatal(err)
		}
		bound(t, name, "lines", bytes.Count(content, []byte("\n")), maxTempl)
	}
}

// bound fails above limit.
func bound(t *testing.T, where, what string, got, limit int) {
	t.Helper()
	if got > limit {
		t.Errorf("%s: %d %s, at most %d", where, got, what, limit)
	}
}
