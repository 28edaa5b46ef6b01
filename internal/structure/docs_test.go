package structure

import (
	"go/ast"
	"go/token"
	"testing"
)

func TestPackagesAreDocumented(t *testing.T) {
	t.Parallel()
	documented := map[string]bool{}
	for _, f := range written(t) {
		if f.ast.Name.Name == "main" || !f.test {
			documented[f.dir()] = documented[f.dir()] || f.ast.Doc.Text() != ""
		}
	}
	for dir, ok := range documented {
		if !ok {
			t.Errorf("package %s does not say what it is for", dir)
		}
	}
}

// TestExportedNamesAreDocumented asks for a sentence on every exported name
// that another package can reach. A group of constants needs one for all.
func TestExportedNamesAreDocumented(t *testing.T) {
	t.Parallel()
	for _, f := range written(t) {
		if f.test {
			continue
		}
		for _, decl := range f.ast.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && receiverIsExported(d) && d.Doc.Text() == "" {
					t.Errorf("%s: %s has no comment", f.line(d.Pos()), d.Name)
				}
			case *ast.GenDecl:
				for _, name := range undocumented(d) {
					t.Errorf("%s: %s has no comment", f.line(name.Pos()), name)
				}
			}
		}
	}
}

func receiverIsExported(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	typ := d.Recv.List[0].Type
	if star, ok := typ.(*ast.StarExpr); ok {
		typ = star.X
	}
	switch generic := typ.(type) {
	case *ast.IndexExpr:
		typ = generic.X
	case *ast.IndexListExpr:
		typ = generic.X
	}
	name, ok := typ.(*ast.Ident)
	return ok && name.IsExported()
}

// undocumented returns the exported names of a declaration that neither have a
// comment of their own nor share the group's.
func undocumented(d *ast.GenDecl) []*ast.Ident {
	var all []*ast.Ident
	shared := d.Doc.Text() != "" && (d.Tok != token.TYPE || !d.Lparen.IsValid())
	for _, spec := range d.Specs {
		var names []*ast.Ident
		var doc, line *ast.CommentGroup
		switch s := spec.(type) {
		case *ast.TypeSpec:
			names, doc, line = []*ast.Ident{s.Name}, s.Doc, s.Comment
		case *ast.ValueSpec:
			names, doc, line = s.Names, s.Doc, s.Comment
		}
		for _, name := range names {
			if name.IsExported() && !shared && doc.Text() == "" && line.Text() == "" {
				all = append(all, name)
			}
		}
	}
	return all
}
