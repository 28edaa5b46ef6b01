package store_test

import (
	"testing"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

func TestPreferences(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s, ctx := open(t, databaseURL), t.Context()
		if got, err := s.Preferences(ctx, 7); err != nil || got != (ghpkg.Preferences{}) {
			t.Errorf("at first Preferences = %+v, %v; want none", got, err)
		}
		for _, want := range []ghpkg.Preferences{{Language: "ko"}, {Language: "en", Theme: "dark"}, {}} {
			if err := s.SavePreferences(ctx, 7, want); err != nil {
				t.Fatal(err)
			}
			if got, err := s.Preferences(ctx, 7); err != nil || got != want {
				t.Errorf("Preferences = %+v, %v; want %+v", got, err, want)
			}
		}
	})
}
