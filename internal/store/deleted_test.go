package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

func TestDeletedPackages(t *testing.T) {
	done := func(change func(*ghpkg.Entry)) func(*ghpkg.Entry) {
		return func(e *ghpkg.Entry) {
			e.Outcome = ghpkg.OutcomeDone
			if change != nil {
				change(e)
			}
		}
	}
	restored := func(e *ghpkg.Entry) { e.Action = ghpkg.ActionRestore }
	tests := []struct {
		name    string
		entries []func(*ghpkg.Entry)
		want    string
	}{
		{"nothing", nil, ""},
		{"deleted", []func(*ghpkg.Entry){done(nil)}, "1"},
		{"still on its way", []func(*ghpkg.Entry){nil}, ""},
		{"refused", []func(*ghpkg.Entry){func(e *ghpkg.Entry) { e.Outcome = ghpkg.OutcomeRefused }}, ""},
		{"a version only", []func(*ghpkg.Entry){done(func(e *ghpkg.Entry) { e.Target.VersionID = 9 })}, ""},
		{"restored", []func(*ghpkg.Entry){done(nil), done(restored)}, ""},
		{"restoration refused", []func(*ghpkg.Entry){done(nil), func(e *ghpkg.Entry) {
			restored(e)
			e.Outcome = ghpkg.OutcomeRefused
		}}, "1"},
		{"deleted, restored, deleted", []func(*ghpkg.Entry){done(nil), done(restored), done(nil)}, "3"},
		{"renamed in between", []func(*ghpkg.Entry){done(nil), done(func(e *ghpkg.Entry) { restored(e); e.Target.Name = "gadget" })}, ""},
		{"a version restored afterwards", []func(*ghpkg.Entry){done(nil), done(func(e *ghpkg.Entry) {
			restored(e)
			e.Target.VersionID = 9
		})}, "1"},
		{"restored by somebody else", []func(*ghpkg.Entry){done(nil), done(func(e *ghpkg.Entry) { restored(e); e.Actor.ID = 2 })}, ""},
		{"restored by its name", []func(*ghpkg.Entry){done(nil), done(func(e *ghpkg.Entry) { restored(e); e.Target.PackageID = 0 })}, ""},
		{"another type of that name restored", []func(*ghpkg.Entry){done(nil), done(func(e *ghpkg.Entry) {
			restored(e)
			e.Target.PackageID, e.Target.Type = 0, ghpkg.NuGet
		})}, "1"},
		{"the name used again, and that one deleted too", []func(*ghpkg.Entry){
			done(nil), done(func(e *ghpkg.Entry) { e.Target.PackageID = 200 }),
		}, "21"},
		{"only the second of that name restored", []func(*ghpkg.Entry){
			done(nil), done(func(e *ghpkg.Entry) { e.Target.PackageID = 200 }),
			done(func(e *ghpkg.Entry) { restored(e); e.Target.PackageID = 200 }),
		}, "1"},
		{"ids never known", []func(*ghpkg.Entry){
			done(func(e *ghpkg.Entry) { e.Target.PackageID = 0 }),
			done(func(e *ghpkg.Entry) { e.Target.PackageID, e.Target.Name = 0, "gadget" }),
		}, "21"},
		{"another owner", []func(*ghpkg.Entry){done(func(e *ghpkg.Entry) { e.Target.Owner = owner(t, ghpkg.Organization, "other") })}, ""},
		{"the user of that name", []func(*ghpkg.Entry){done(func(e *ghpkg.Entry) { e.Target.Owner = owner(t, ghpkg.User, "acme") })}, ""},
		{"not visible", []func(*ghpkg.Entry){done(func(e *ghpkg.Entry) { e.Actor.ID = 2 })}, ""},
		{"too long ago", []func(*ghpkg.Entry){done(func(e *ghpkg.Entry) { e.At = epoch.Add(-time.Millisecond) })}, ""},
	}
	onBoth(t, func(t *testing.T, databaseURL string) {
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				s := open(t, fresh(t, databaseURL))
				for i, change := range tt.entries {
					write(t, s, attempt(t, i+1, change))
				}
				deleted, err := s.DeletedPackages(t.Context(), owner(t, ghpkg.Organization, "ACME"), epoch, octavia)
				if err != nil {
					t.Fatal(err)
				}
				got := ""
				for _, d := range deleted {
					got += d.EntryID[len(d.EntryID)-1:]
				}
				if got != tt.want {
					t.Errorf("got %q, want %q", got, tt.want)
				}
			})
		}
	})
}

func TestDeletedPackageSaysWhoAndWhy(t *testing.T) {
	onBoth(t, func(t *testing.T, databaseURL string) {
		s := open(t, databaseURL)
		e := attempt(t, 1, func(e *ghpkg.Entry) { e.Reason, e.Outcome = "no longer used", ghpkg.OutcomeDone })
		write(t, s, e)
		got, err := s.DeletedPackages(t.Context(), e.Target.Owner, epoch, ghpkg.VisibleTo{Organizations: []string{"acme"}})
		want := []ghpkg.DeletedPackage{{Target: e.Target, At: e.At, Actor: e.Actor, Reason: e.Reason, EntryID: e.ID}}
		if diff := cmp.Diff(want, got, compareOwners); diff != "" || err != nil {
			t.Errorf("DeletedPackages: %v (-want +got):\n%s", err, diff)
		}
	})
}
