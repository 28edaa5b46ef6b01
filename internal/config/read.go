package config

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/caarlos0/env/v11"
)

// maxFile bounds what an X_FILE may hold: a wrong path should not fill the memory.
const maxFile = 64 << 10

// Mistake is what is wrong with one variable. It never repeats the value,
// which may be a secret in the wrong place.
type Mistake struct {
	Name string // STOCKROOM_…
	Want string // what is expected of it, or why it cannot be used
}

// Mistakes is everything that is wrong with a configuration.
type Mistakes []Mistake

// Error lists the mistakes, one a line.
func (m Mistakes) Error() string {
	var b strings.Builder
	b.WriteString("the configuration is wrong:")
	for _, one := range m {
		fmt.Fprintf(&b, "\n  %s: %s", one.Name, one.Want)
	}
	return b.String()
}

// problems collects mistakes under the order of the settings.
type problems struct {
	order []string
	list  Mistakes
}

func (p *problems) add(name, want string) {
	p.list = append(p.list, Mistake{Prefix + name, want})
}

// sorted returns the mistakes in the order of the settings.
func (p *problems) sorted() Mistakes {
	rank := func(m Mistake) int {
		return slices.Index(p.order, strings.TrimSuffix(m.Name, "_FILE"))
	}
	slices.SortStableFunc(p.list, func(a, b Mistake) int { return cmp.Compare(rank(a), rank(b)) })
	return p.list
}

// parse returns what f makes of value, and notes what f has against it. An
// empty value was not given.
func parse[T any](p *problems, name, value string, f func(string) (T, error)) T {
	var none T
	if value == "" {
		return none
	}
	v, err := f(value)
	if err != nil {
		p.add(name, err.Error())
		return none
	}
	return v
}

// read collects the settings from the environment, each by its own name or by
// the file that its _FILE twin names.
func read(getenv func(string) string) (settings, problems) {
	var s settings
	var p problems
	opts := env.Options{Prefix: Prefix, Environment: map[string]string{}}
	p.order = names()
	unreadable := map[string]bool{}
	for _, name := range p.order {
		value, err := lookup(getenv, name)
		if err != nil {
			unreadable[name] = true
			p.list = append(p.list, Mistake{name + "_FILE", err.Error()})
		} else if value != "" {
			opts.Environment[name] = value
		}
	}
	all, _ := errors.AsType[env.AggregateError](env.ParseWithOptions(&s, opts))
	for _, err := range all.Errors {
		missing, ok := errors.AsType[env.VarIsNotSetError](err)
		if !ok {
			panic(err) // every setting is a string, so only a missing one can fail
		}
		if !unreadable[missing.Key] {
			p.list = append(p.list, Mistake{missing.Key, "is required"})
		}
	}
	return s, p
}

// lookup returns the value of one variable without the space around it.
func lookup(getenv func(string) string, key string) (string, error) {
	value := strings.TrimSpace(getenv(key))
	path := strings.TrimSpace(getenv(key + "_FILE"))
	if path == "" {
		return value, nil
	}
	if value != "" {
		return "", fmt.Errorf("is set beside %s: use one of the two", key)
	}
	content, err := readFile(path)
	if err != nil {
		return "", fmt.Errorf("cannot be read: %w", err)
	}
	if value = strings.TrimSpace(content); value == "" {
		return "", errors.New("names an empty file")
	}
	return value, nil
}

// readFile returns a small file's content. Its errors do not name the path,
// for a path may be a secret that somebody wrote into the wrong variable.
func readFile(path string) (string, error) {
	info, err := os.Stat(path)
	if err == nil && info.Size() > maxFile {
		return "", fmt.Errorf("the file has more than %d bytes", maxFile)
	}
	if err == nil {
		var content []byte
		if content, err = os.ReadFile(path); err == nil {
			return string(content), nil
		}
	}
	if bare, ok := errors.AsType[*fs.PathError](err); ok {
		err = bare.Err
	}
	return "", err
}
