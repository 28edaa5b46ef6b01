package notices_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/notices"
)

// TestWhoIsToldWhatIsInTheLedger: who changed it, which kind, and of the address
// the host alone; and it is no notice.
func TestWhoIsToldWhatIsInTheLedger(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		to := listen(t)
		d, secret := w.add(t, to, func(d *notices.Wanted) { d.Name = "the archive" })
		other, _ := w.add(t, to, func(d *notices.Wanted) { d.Kind = ghpkg.DestinationSlack })
		for _, err := range []error{
			w.Pause(t.Context(), olivia(), d.ID), w.Resume(t.Context(), olivia(), d.ID), w.Remove(t.Context(), olivia(), d.ID),
			w.Translate(t.Context(), olivia(), other.ID, "ko"),
		} {
			if err != nil {
				t.Error(err)
			}
		}
		if err := w.Pause(t.Context(), olivia(), d.ID); err == nil {
			t.Error("what was removed was paused")
		}
		w.work(t)
		entries, _, err := w.log.Entries(t.Context(), ghpkg.LedgerFilter{VisibleTo: ghpkg.VisibleTo{All: true}}, ghpkg.LedgerPage{Limit: 100, OldestFirst: true})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range entries {
			got = append(got, strings.Join([]string{string(e.Action), e.Target.Name, e.Actor.Login, e.From, string(e.Outcome)}, "|"))
			for _, hidden := range []string{secret, "hush", "/hook"} {
				if strings.Contains(strings.Join([]string{e.Target.Name, e.Reason, e.Message, e.Target.VersionName}, " "), hidden) {
					t.Errorf("%q can be read in %+v", hidden, e)
				}
			}
		}
		name, from := "webhook "+d.Host+" (the archive)", "|olivia|192.0.2.7|done"
		want := []string{
			"add_destination|" + name + from, "add_destination|slack " + other.Host + from, "pause_destination|" + name + from,
			"resume_destination|" + name + from, "remove_destination|" + name + from, "translate_destination|slack " + other.Host + from,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("the ledger (-want +got):\n%s", diff)
		}
		if told := to.all(); len(told) != 0 {
			t.Errorf("told of it: %+v", told)
		}
	})
}

// fullLedger writes nothing down.
type fullLedger struct{ notices.Ledger }

func (fullLedger) Record(context.Context, ghpkg.Entry, func(context.Context) error) (ghpkg.Entry, error) {
	return ghpkg.Entry{}, errors.New("the disk is full")
}

// TestWhatCannotBeWrittenDownIsNotDone to destinations either.
func TestWhatCannotBeWrittenDownIsNotDone(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		to := listen(t)
		d, _ := w.add(t, to, nil)
		w.Ledger = fullLedger{w.log}
		if _, _, err := w.Add(t.Context(), olivia(), notices.Wanted{
			Kind: ghpkg.DestinationWebhook, URL: "https://hooks.example.com/", Events: ghpkg.NoticeEvents(),
		}); err == nil {
			t.Error("one was added")
		}
		if w.Pause(t.Context(), olivia(), d.ID) == nil || w.Remove(t.Context(), olivia(), d.ID) == nil || w.Translate(t.Context(), olivia(), d.ID, "ko") == nil {
			t.Error("one was changed")
		}
		if all, err := w.Destinations(t.Context()); err != nil || len(all) != 1 || all[0].Paused || all[0].Language != "en" {
			t.Errorf("left: %+v, %v", all, err)
		}
	})
}
