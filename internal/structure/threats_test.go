package structure

import (
	"go/ast"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestThreatModelNamesTests: each test that docs/threat-model.md names is in the
// file that it names, and no threat and no requirement is without one.
func TestThreatModelNamesTests(t *testing.T) {
	t.Parallel()
	text, err := fs.ReadFile(repository(t), "docs/threat-model.md")
	if err != nil {
		t.Fatal(err)
	}
	there := tests(t)
	named := regexp.MustCompile("`((?:internal|cmd|static)/[^`]+_test\\.go) (\\w+)`")
	rows := 0
	for number, line := range strings.Split(string(text), "\n") {
		found := named.FindAllStringSubmatch(line, -1)
		for _, one := range found {
			if file, name := one[1], one[2]; !slices.Contains(there[file], name) {
				t.Errorf("line %d: %s has no %s; it has %v", number+1, file, name, there[file])
			}
		}
		if rest := named.ReplaceAllString(line, ""); strings.Contains(rest, "_test.go") || regexp.MustCompile(`\bTest[A-Z]`).MatchString(rest) {
			t.Errorf("line %d names a test, but not as `file Name`: %s", number+1, rest)
		}
		if claim := regexp.MustCompile(`^\| (?:T\d+|\d+\.\d+\.\d+)`); claim.MatchString(line) {
			rows++
			if len(found) == 0 {
				t.Errorf("line %d: nothing holds this: %s", number+1, line)
			}
		}
	}
	if rows < 60 {
		t.Errorf("only %d threats and requirements were found", rows)
	}
	if lines := strings.Count(string(text), "\n"); lines > 200 {
		t.Errorf("%d lines are too many to be read", lines)
	}
}

// tests returns the names of tests and fuzz targets by their file.
func tests(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for _, f := range written(t) {
		for _, decl := range f.ast.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if ok && f.test && fn.Recv == nil && (strings.HasPrefix(fn.Name.Name, "Test") || strings.HasPrefix(fn.Name.Name, "Fuzz")) {
				all[f.path] = append(all[f.path], fn.Name.Name)
			}
		}
	}
	if len(slices.Collect(maps.Keys(all))) < 50 {
		t.Fatalf("only %d files with tests were found", len(all))
	}
	return all
}
