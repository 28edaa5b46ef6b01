package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/store"
)

// TestChatsOfAnEarlierReleaseAreToldInEnglish, as they were.
func TestChatsOfAnEarlierReleaseAreToldInEnglish(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		chat := ghpkg.Destination{
			ID: "d", Kind: ghpkg.DestinationSlack, Name: "팀", Host: "hooks.example.com", Sealed: []byte{0, 255}, Language: "ko",
			Events: ghpkg.NoticeEvents(), Owners: []string{"acme"}, Paused: true, CreatedAt: epoch, CreatedBy: "olivia",
		}
		check := func(s *store.Store) {
			t.Helper()
			got, err := s.Destinations(t.Context())
			if diff := cmp.Diff([]ghpkg.Destination{chat}, got); diff != "" || err != nil {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		}
		s := open(t, databaseURL)
		if err := s.AddDestination(t.Context(), chat); err != nil {
			t.Fatal(err)
		}
		check(s)
		if err := store.DownTo(t.Context(), databaseURL, 14); err != nil {
			t.Fatal(err)
		}
		chat.Language = "en"
		check(open(t, databaseURL))
	})
}
