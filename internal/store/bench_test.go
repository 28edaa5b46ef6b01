package store_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/store"
)

// BenchmarkLedger reads from a ledger in which a clean-up deleted 5,000 packages.
func BenchmarkLedger(b *testing.B) {
	s, err := store.Open(b.Context(), "sqlite:"+filepath.Join(b.TempDir(), "stockroom.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	acme, err := ghpkg.NewOwner(ghpkg.Organization, "acme")
	if err != nil {
		b.Fatal(err)
	}
	for i := range 5000 {
		e := ghpkg.Entry{
			ID: fmt.Sprintf("00000000-0000-7000-8000-%012d", i), At: epoch, Actor: ghpkg.Actor{ID: 1, Login: "octavia"},
			Action: ghpkg.ActionDelete, Reason: "not pulled for a year",
			Target: ghpkg.Target{Owner: acme, Type: ghpkg.NPM, Name: fmt.Sprintf("widget-%d", i), PackageID: int64(i + 1)},
		}
		if err := s.Begin(b.Context(), e); err != nil {
			b.Fatal(err)
		}
		if err := s.Settle(b.Context(), e.ID, ghpkg.Settlement{At: epoch, Outcome: ghpkg.OutcomeDone}); err != nil {
			b.Fatal(err)
		}
	}
	visible := ghpkg.VisibleTo{ActorID: 1, Organizations: []string{"acme"}}
	for name, f := range map[string]ghpkg.LedgerFilter{
		"newest": {}, "search": {Query: "widget-77"}, "package": {Package: "widget-77"},
	} {
		f.VisibleTo = visible
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, _, err := s.Entries(b.Context(), f, ghpkg.LedgerPage{Limit: 50}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("deleted", func(b *testing.B) {
		for b.Loop() {
			deleted, err := s.DeletedPackages(b.Context(), acme, epoch, visible)
			if err != nil || len(deleted) != 5000 {
				b.Fatalf("%d deleted, %v", len(deleted), err)
			}
		}
	})
}
