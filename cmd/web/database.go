package main

import (
	"context"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/stockroom-dev/stockroom/internal/config"
	"github.com/stockroom-dev/stockroom/internal/store"
)

// databaseWork is what can be done with the database alone, without running the
// program.
type databaseWork struct {
	verify *bool
	head   *string
	copyTo *string
}

func databaseFlags(flags *flag.FlagSet) databaseWork {
	return databaseWork{
		verify: flags.Bool("verify", false, "hold the ledger against its chain, and exit with 0 if it is as it was written, or 1"),
		head:   flags.String("head", "", "with -verify: a `hash` that it printed earlier, and that has to be in the chain still"),
		copyTo: flags.String("copy-to", "", "copy the database into the empty one at this postgres:// `URL`, while the program is stopped"),
	}
}

func (d databaseWork) wanted() bool { return *d.verify || *d.head != "" || *d.copyTo != "" }

func (d databaseWork) run(ctx context.Context, getenv func(string) string, stdout io.Writer) error {
	noted, err := hex.DecodeString(*d.head)
	if *d.verify == (*d.copyTo != "") || *d.head != "" && (!*d.verify || err != nil || len(noted) != hashSize) {
		return fmt.Errorf("-verify goes alone or with -head and a hash, -copy-to goes alone: %w", errUsage)
	}
	url, err := config.LoadDatabase(getenv)
	if err != nil {
		return err
	}
	if *d.verify {
		return verify(ctx, string(url), *d.head, stdout)
	}
	return copyTo(ctx, string(url), *d.copyTo, stdout)
}

const hashSize = 32

// errBroken is a ledger that is not what was written.
var errBroken = errors.New("the ledger is not what was written")

// verify says whether it is. It reads only, so that the program may run.
func verify(ctx context.Context, url, noted string, stdout io.Writer) error {
	db, err := store.Look(ctx, url)
	if err != nil {
		return err
	}
	v, err := db.VerifyLedger(ctx, noted)
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	if _, err := io.WriteString(stdout, verdict(v, noted)); err != nil {
		return err
	}
	if !v.Intact() {
		return errBroken
	}
	return nil
}

func verdict(v store.Verdict, noted string) string {
	how := "unbroken"
	if v.Breaks > 0 {
		how = fmt.Sprintf("BROKEN (%d)", v.Breaks)
	}
	s := fmt.Sprintf("%d entries, %d outcomes, %s, head %s\n", v.Entries, v.Outcomes, how, v.Head)
	for _, b := range v.Broken {
		s += broken(b)
	}
	if more := v.Breaks - len(v.Broken); more > 0 {
		s += fmt.Sprintf("… and %d more\n", more)
	}
	switch {
	case v.Noted < 0:
		s += fmt.Sprintf("%s is NOT in the chain: its end was cut off, or it was written anew\n", noted)
	case noted != "":
		s += fmt.Sprintf("%s is link %d of %d\n", noted, v.Noted, v.Links)
	}
	return s
}

func broken(b store.Break) string {
	row := "entry " + b.Attempt
	if b.Outcome != 0 {
		row = fmt.Sprintf("outcome %d of entry %s", b.Outcome, b.Attempt)
	}
	switch b.What {
	case store.Changed:
		return fmt.Sprintf("link %d: %s was changed\n", b.Link, row)
	case store.Missing:
		return fmt.Sprintf("link %d: %s is missing\n", b.Link, row)
	case store.Reordered:
		return fmt.Sprintf("link %d: %s does not follow the link before: reordered, or the link was changed\n", b.Link, row)
	case store.Unlinked:
		return fmt.Sprintf("link %d: links before that of %s are missing\n", b.Link, row)
	}
	return fmt.Sprintf("no link: %s was added by hand\n", row)
}

// copyTo copies the database, which is then told by its new URL.
func copyTo(ctx context.Context, from, to string, stdout io.Writer) (err error) {
	if path, ok := strings.CutPrefix(from, "sqlite:"); ok { // opening it would make one
		if _, err := os.Stat(path); err != nil {
			return fmt.Errorf("the database to copy: %w", err)
		}
	}
	source, err := store.Open(ctx, from)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	target, err := store.Open(ctx, to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	tables, total := 0, int64(0)
	v, err := source.CopyTo(ctx, target, func(table string, rows int64) {
		tables, total = tables+1, total+rows
		_, _ = fmt.Fprintf(stdout, "%-22s %9d\n", table, rows) // the copy goes on without an audience
	})
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(stdout, "%d rows in %d tables copied\nledger: ", total, tables)
	if _, err := io.WriteString(stdout, verdict(v, "")); err != nil {
		return err
	}
	if !v.Intact() {
		return errBroken
	}
	return nil
}
