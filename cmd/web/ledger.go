package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/stockroom-dev/stockroom/internal/config"
	"github.com/stockroom-dev/stockroom/internal/ledger"
	"github.com/stockroom-dev/stockroom/internal/store"
)

const hashSize = 32

// errBroken is a ledger that is not what was written.
var errBroken = errors.New("the ledger is not what was written")

// errUntold is a noted head that is not in what is kept: it may be of what was
// removed, and nobody can say whether it was ever in the ledger.
var errUntold = errors.New("the ledger is as it was written, as far as it is kept, but the noted head is not in that")

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
	switch {
	case v.Breaks == 0 && v.Noted < 0 && v.Removed > 0:
		return errUntold
	case !v.Intact():
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
	before := v.Before.Format(time.RFC3339)
	if v.Removed > 0 {
		s += fmt.Sprintf("kept since %s, from link %d on: the %d before it, older than %s, were removed for their age\n",
			v.Since.Format(time.RFC3339), v.Removed+1, v.Removed, before)
	}
	for _, b := range v.Broken {
		s += broken(b)
	}
	if more := v.Breaks - len(v.Broken); more > 0 {
		s += fmt.Sprintf("… and %d more\n", more)
	}
	switch {
	case v.Noted < 0 && v.Removed > 0:
		s += fmt.Sprintf("%s is NOT in what is kept: if it was noted before %s, it can be of what was removed, and cannot be told; "+
			"if later, the end was cut off, or the ledger was written anew\n", noted, before)
	case v.Noted < 0:
		s += fmt.Sprintf("%s is NOT in the chain: its end was cut off, or it was written anew\n", noted)
	case noted != "" && v.Noted > 0 && v.Noted <= v.Removed:
		s += fmt.Sprintf("%s is link %d, the last of those that were removed at one time\n", noted, v.Noted)
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

// trim removes the ledger's old entries. It is for operators whose database lets
// the program only add to the ledger.
func trim(ctx context.Context, getenv func(string) string, stdout io.Writer) error {
	url, keep, err := config.LoadLedger(getenv)
	if err != nil {
		return err
	}
	db, err := store.OpenAsItIs(ctx, string(url))
	if err != nil {
		return err
	}
	removed, err := ledger.New(db, time.Now, slog.New(slog.DiscardHandler)).Trim(ctx, keep)
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	before := removed.Before.Format(time.RFC3339)
	if removed.Entries == 0 {
		_, err = fmt.Fprintf(stdout, "no entries were removed: the ledger begins with one of after %s, or with one that has to stay\n", before)
		return err
	}
	_, err = fmt.Fprintf(stdout, "%d entries from before %s were removed, up to link %d\n", removed.Entries, before, removed.Link)
	return err
}
