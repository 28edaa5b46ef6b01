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
	trim   *bool
	copyTo *string
}

func databaseFlags(flags *flag.FlagSet) databaseWork {
	return databaseWork{
		verify: flags.Bool("verify", false, "hold the ledger against its chain, and exit with 0 if it is as it was written, or 1"),
		head:   flags.String("head", "", "with -verify: a `hash` that it printed earlier, and that has to be in the chain still"),
		trim:   flags.Bool("trim-ledger", false, "remove the ledger's entries that are older than STOCKROOM_LEDGER_RETENTION, as the program does by itself where it may"),
		copyTo: flags.String("copy-to", "", "copy the database into the empty one at this postgres:// `URL`, while the program is stopped"),
	}
}

func (d databaseWork) wanted() bool { return *d.verify || *d.head != "" || *d.trim || *d.copyTo != "" }

func (d databaseWork) run(ctx context.Context, getenv func(string) string, stdout io.Writer) error {
	noted, err := hex.DecodeString(*d.head)
	asked := 0
	for _, wanted := range []bool{*d.verify, *d.trim, *d.copyTo != ""} {
		if wanted {
			asked++
		}
	}
	if asked != 1 || *d.head != "" && (!*d.verify || err != nil || len(noted) != hashSize) {
		return fmt.Errorf("-verify goes alone or with -head and a hash, -trim-ledger and -copy-to go alone: %w", errUsage)
	}
	if *d.trim {
		return trim(ctx, getenv, stdout)
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
