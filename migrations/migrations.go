// Package migrations holds the database's schema, step by step. The SQL is one
// text for SQLite and PostgreSQL: ids are TEXT made by the program, times are
// BIGINT Unix milliseconds, and there is nothing that only one of them knows.
package migrations

import (
	"embed"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"sync"
)

//go:embed *.sql
var files embed.FS

// Step is one change of the schema, and the way back: SQL of several statements.
type Step struct {
	Version  int64
	Up, Down string
}

// What begins the two parts of a file, as goose's own command has it.
const (
	up   = "-- +goose Up\n"
	down = "-- +goose Down\n"
)

// Steps returns the steps in the files, in their order. goose would read the
// files itself, but takes buffers of 4 MB for each of their lines: 16 MB that the
// program never needs again, and a third of the time of all tests.
var Steps = sync.OnceValues(func() ([]Step, error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, err
	}
	steps := make([]Step, len(names))
	for i, name := range names {
		if steps[i], err = read(name); err != nil {
			return nil, fmt.Errorf("the migration %s: %w", name, err)
		}
	}
	return steps, nil
})

// read reads the file called name, "00001_sessions.sql".
func read(name string) (Step, error) {
	text, err := files.ReadFile(name)
	if err != nil {
		return Step{}, err
	}
	number, _, _ := strings.Cut(name, "_")
	version, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return Step{}, err
	}
	before, after, ok := strings.Cut(string(text), down)
	before, begins := strings.CutPrefix(before, up)
	if !ok || !begins || strings.Contains(before+after, "+goose") {
		return Step{}, fmt.Errorf("it has to begin with %q, to have one %q, and nothing else of goose's", up, down)
	}
	return Step{version, before, after}, nil
}
