package store_test

import (
	"testing"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/store"
)

func TestPreferences(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s, ctx := open(t, databaseURL), t.Context()
		if got, err := s.Preferences(ctx, 7); err != nil || got != (ghpkg.Preferences{}) {
			t.Errorf("at first Preferences = %+v, %v; want none", got, err)
		}
		for _, want := range []ghpkg.Preferences{{Language: "ko"}, {Language: "en", Theme: "dark", Density: "compact", Hidden: "versions,updated"}, {}} {
			if err := s.SavePreferences(ctx, 7, want); err != nil {
				t.Fatal(err)
			}
			if got, err := s.Preferences(ctx, 7); err != nil || got != want {
				t.Errorf("Preferences = %+v, %v; want %+v", got, err, want)
			}
		}
	})
}

func TestPreferencesSurviveTheNewColumns(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		chosen := ghpkg.Preferences{Language: "ko", Theme: "dark", Density: "compact"}
		if err := open(t, databaseURL).SavePreferences(t.Context(), 7, chosen); err != nil {
			t.Fatal(err)
		}
		if err := store.DownTo(t.Context(), databaseURL, 3); err != nil {
			t.Fatal(err)
		}
		chosen.Density = ""
		if got, err := open(t, databaseURL).Preferences(t.Context(), 7); err != nil || got != chosen {
			t.Errorf("Preferences = %+v, %v; want %+v", got, err, chosen)
		}
	})
}
