package store_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// BenchmarkLedgerWrite is what an attempt costs with its link, and without.
// Both are measured in turns, and by their medians, so that the ratio holds on
// other machines.
func BenchmarkLedgerWrite(b *testing.B) {
	url := "sqlite:" + filepath.Join(b.TempDir(), "stockroom.db")
	if os.Getenv("STOCKROOM_BENCH_POSTGRES") != "" {
		url = postgresSchema(b)
	}
	s, n := open(b, url), 0
	acme := owner(b, ghpkg.Organization, "acme")
	entry := func() ghpkg.Entry {
		n++
		return ghpkg.Entry{
			ID: fmt.Sprintf("00000000-0000-7000-8000-%012d", n), At: epoch, Actor: ghpkg.Actor{ID: 1, Login: "octavia"},
			Action: ghpkg.ActionDelete, Reason: "not pulled for a year",
			Target: ghpkg.Target{Owner: acme, Type: ghpkg.NPM, Name: "widget", PackageID: 1},
		}
	}
	b.Run("write", func(b *testing.B) {
		took := map[bool][]time.Duration{}
		for b.Loop() {
			for chained, begin := range map[bool]func(context.Context, ghpkg.Entry) error{true: s.Begin, false: s.BeginUnchained} {
				e, began := entry(), time.Now()
				if err := begin(b.Context(), e); err != nil {
					b.Fatal(err)
				}
				took[chained] = append(took[chained], time.Since(began))
			}
		}
		for _, all := range took {
			slices.Sort(all)
		}
		with, without := took[true][len(took[true])/2], took[false][len(took[false])/2]
		b.ReportMetric(float64(with.Microseconds()), "µs-chained")
		b.ReportMetric(float64(without.Microseconds()), "µs-bare")
		b.ReportMetric(float64(with)/float64(without), "times-bare")
	})
	b.Run("verify-10000-rows", func(b *testing.B) {
		for ; n < 10_000; n++ {
			if err := s.Begin(b.Context(), entry()); err != nil {
				b.Fatal(err)
			}
		}
		for b.Loop() {
			if _, err := s.VerifyLedger(b.Context(), ""); err != nil {
				b.Fatal(err)
			}
		}
	})
}
