package ghclient

import (
	"path/filepath"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/pgtest"
	"github.com/stockroom-dev/stockroom/internal/store"
)

// BenchmarkTurn is what taking a turn and giving it back costs beside the pace.
func BenchmarkTurn(b *testing.B) {
	for name, databaseURL := range map[string]func() string{
		"sqlite":   func() string { return "sqlite:" + filepath.Join(b.TempDir(), "stockroom.db") },
		"postgres": func() string { return pgtest.Schema(b) },
	} {
		b.Run(name, func(b *testing.B) {
			db, err := store.Open(b.Context(), databaseURL())
			if err != nil {
				b.Fatal(err)
			}
			defer db.Close()
			o := options(b, "https://github.com", "https://api.github.com")
			o.Accounts = db
			a := New(o).For("t", "olivia").account
			for b.Loop() {
				turn, err := a.enter(b.Context(), patience{})
				if err != nil {
					b.Fatal(err)
				}
				turn.leave(b.Context(), true)
			}
		})
	}
}
