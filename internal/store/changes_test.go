package store_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// TestChangesOfOtherReplicas: each replica is told of all changes but its own,
// once, also of those that are made at the same time.
func TestChangesOfOtherReplicas(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		const replicas, each = 3, 10
		s, ctx := open(t, databaseURL), t.Context()
		if seq, err := s.LastChange(ctx); err != nil || seq != 0 {
			t.Fatalf("a new database: %d, %v", seq, err)
		}
		var group sync.WaitGroup
		for r := range replicas {
			group.Go(func() {
				for n := range each {
					ref, err := ghpkg.NewRef(owner(t, ghpkg.Organization, "Acme"), ghpkg.NPM, fmt.Sprintf("@team/%d-%d", r, n))
					if err == nil {
						err = s.ExpireListings(ctx, ref, fmt.Sprint(r))
					}
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		var told []string
		var seen int64
		look := func() {
			changed, last, err := s.ChangesSince(ctx, seen, "0")
			if err != nil || last < seen {
				t.Fatalf("%d after %d, %v", last, seen, err)
			}
			seen = last
			for _, ref := range changed {
				told = append(told, ref.String())
			}
		}
		for range 20 {
			look()
		}
		group.Wait()
		look()
		slices.Sort(told)
		if len(slices.Compact(told)) != (replicas-1)*each || len(told) != (replicas-1)*each || told[0] != "Acme/npm/@team/1-0" {
			t.Errorf("told of %q", told)
		}
		if last, err := s.LastChange(ctx); err != nil || last != replicas*each || seen != last {
			t.Errorf("the last change is %d, but %d was seen; %v", last, seen, err)
		}
		later := time.Now().Add(3 * time.Hour)
		if err := s.Sweep(ctx, later, later); err != nil {
			t.Fatal(err)
		}
		wantRows(t, s, "inventory_changes", 0)
		if last, err := s.LastChange(ctx); err != nil || last != replicas*each {
			t.Errorf("the last change is %d after a sweep, %v", last, err)
		}
	})
}
