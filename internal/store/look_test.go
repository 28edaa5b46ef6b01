package store_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/store"
)

func TestLookReadsOnly(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		if _, err := store.Look(t.Context(), databaseURL); err == nil {
			t.Error("a database that nobody has migrated was looked into")
		}
		if _, err := os.Stat(strings.TrimPrefix(databaseURL, "sqlite:")); err == nil {
			t.Error("looking made a file")
		}
		s := ledgerOfThree(t, databaseURL) // and it stays open
		looked, err := store.Look(t.Context(), databaseURL)
		if err != nil {
			t.Fatal(err)
		}
		defer looked.Close()
		intact(t, looked, 3, 2)
		write(t, s, attempt(t, 4, nil))
		intact(t, looked, 4, 2)
	})
}

// TestLookLeavesACopyAsItIs: looking must not turn an auditor's copy into
// something else than it was.
func TestLookLeavesACopyAsItIs(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "copy.db")
	byHand(t, ledgerOfThree(t, fresh(t, "sqlite:")), "VACUUM INTO '"+path+"'")
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	looked, err := store.Look(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	intact(t, looked, 3, 2)
	if _, err := looked.ByHand().ExecContext(t.Context(), `DELETE FROM ledger_chain`); err == nil {
		t.Error("who looks can write")
	}
	if err := looked.Close(); err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file has changed: %v", err)
	}
	beside, err := filepath.Glob(path + "-*")
	if err != nil || len(beside) > 0 {
		t.Errorf("left beside it: %v, %v", beside, err)
	}
}

func TestLookWantsTheChain(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		ledgerOfThree(t, databaseURL)
		if err := store.DownTo(t.Context(), databaseURL, 5); err != nil {
			t.Fatal(err)
		}
		if _, err := store.Look(t.Context(), databaseURL); err == nil || !strings.Contains(err.Error(), "is needed") {
			t.Errorf("a database without a chain was looked into: %v", err)
		}
	})
}
