package structure

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/template"

	yaml "github.com/oasdiff/yaml3"

	"github.com/stockroom-dev/stockroom/internal/config"
)

// tree is a YAML document: map[string]any, []any, and what stands in them.
type tree struct{ value any }

// at follows a path of keys and indices. What is not there is an empty tree.
func (d tree) at(path string) tree {
	for key := range strings.SplitSeq(path, ".") {
		switch v := d.value.(type) {
		case map[string]any:
			d = tree{v[key]}
		case []any:
			i, err := strconv.Atoi(key)
			if err != nil || i >= len(v) {
				return tree{}
			}
			d = tree{v[i]}
		default:
			return tree{}
		}
	}
	return d
}

func (d tree) String() string { return fmt.Sprint(d.value) }

// list returns what stands in a list or under the keys of a map, in their order.
func (d tree) list() []tree {
	var all []tree
	switch v := d.value.(type) {
	case []any:
		for _, one := range v {
			all = append(all, tree{one})
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			all = append(all, tree{v[key]})
		}
	}
	return all
}

// holds fails the test for each path that does not lead to what is wanted.
func (d tree) holds(t *testing.T, want map[string]any) {
	t.Helper()
	for path, value := range want {
		if got := d.at(path).value; !reflect.DeepEqual(got, value) {
			t.Errorf("%s is %v, want %v", path, got, value)
		}
	}
}

// documents parses YAML. A key that stands twice is a mistake.
func documents(t *testing.T, text []byte) []tree {
	t.Helper()
	var all []tree
	for decoder := yaml.NewDecoder(bytes.NewReader(text)); ; {
		var one any
		err := decoder.Decode(&one)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatalf("%v in:\n%s", err, text)
		}
		if one != nil {
			all = append(all, tree{one})
		}
	}
}

// read returns the one document of a file of the repository.
func read(t *testing.T, name string) tree {
	t.Helper()
	text, err := fs.ReadFile(repository(t), name)
	if err != nil {
		t.Fatal(err)
	}
	all := documents(t, text)
	if len(all) != 1 {
		t.Fatalf("%s has %d documents", name, len(all))
	}
	return all[0]
}

// render is what Helm makes of the chart, by kind. The chart keeps to what
// text/template has, and to the two functions of Helm's that are here.
func render(t *testing.T, chart string, values tree) (map[string]tree, error) {
	t.Helper()
	root := repository(t)
	names, err := fs.Glob(root, path.Join(chart, "templates", "*"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no templates: %v", err)
	}
	kinds := map[string]tree{}
	for _, name := range names {
		text, err := fs.ReadFile(root, name)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := template.New(name).Option("missingkey=error").Funcs(template.FuncMap{
			"toJson": func(v any) (string, error) { b, err := json.Marshal(v); return string(b), err },
			"required": func(message string, v any) (any, error) {
				if v == nil || v == "" {
					return nil, errors.New(message)
				}
				return v, nil
			},
		}).Parse(string(text))
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := parsed.Execute(&out, map[string]any{"Values": values.value, "Release": map[string]any{"Name": "portal"}}); err != nil {
			return nil, err
		}
		for _, one := range documents(t, out.Bytes()) {
			kinds[one.at("kind").String()] = one
		}
	}
	return kinds, nil
}

// checkVariables fails the test for variables that the program would not read,
// and for those that it needs and that are not there.
func checkVariables(t *testing.T, names, required []string) {
	t.Helper()
	known := variables(t)
	for _, name := range names {
		if bare := strings.TrimSuffix(name, "_FILE"); strings.HasPrefix(name, config.Prefix) && !slices.Contains(known, bare) {
			t.Errorf("nothing reads %s; there are %v", name, known)
		}
	}
	for _, name := range required {
		if !slices.Contains(known, name) || !slices.Contains(names, name) {
			t.Errorf("%s is not set", name)
		}
	}
}

// variables are those that internal/config reads, with their prefix.
func variables(t *testing.T) []string {
	t.Helper()
	source, err := fs.ReadFile(repository(t), "internal/config/config.go")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, tag := range regexp.MustCompile("`env:\"([A-Z_]+)").FindAllStringSubmatch(string(source), -1) {
		all = append(all, config.Prefix+tag[1])
	}
	if len(all) < 10 {
		t.Fatalf("only %v were found", all)
	}
	return all
}
