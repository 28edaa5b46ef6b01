package ghclient

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// TestNotFoundIsExplained sends changes that GitHub answers with 404.
func TestNotFoundIsExplained(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		viewer string
		scopes []string // nil: all
		before func(*stage)
		call   func(context.Context, *Client, *stage) error
		kind   fault.Kind
		code   fault.Code
	}{
		{name: "delete a version without the right", viewer: "marco", call: deleteActive, kind: fault.Forbidden, code: fault.CodeNoAdmin},
		{name: "delete a package without the right", viewer: "marco", call: deleteThePackage, kind: fault.Forbidden, code: fault.CodeNoAdmin},
		{name: "delete a deleted version", viewer: "olivia", call: deleteDeleted, kind: fault.Refused, code: fault.CodeAlreadyGone},
		{name: "delete a version that is nowhere", viewer: "olivia", call: deleteNothing, kind: fault.NotFound, code: fault.CodeNotFound},
		{name: "delete a version of a hidden package", viewer: "stranger", call: deleteActive, kind: fault.NotFound, code: fault.CodeNotFound},
		{name: "delete a package that is gone", viewer: "olivia", before: deleteNow, call: deleteThePackage, kind: fault.NotFound, code: fault.CodeNotFound},
		{name: "restore a version that is there", viewer: "olivia", call: restoreActive, kind: fault.Refused, code: fault.CodeAlreadyThere},
		// Whether GitHub lists the deleted to those who may not restore is not
		// documented; the fake does not, so that there is nothing to be told apart.
		{name: "restore a version without the right", viewer: "marco", call: restoreDeleted, kind: fault.NotFound, code: fault.CodeNotFound},
		{name: "restore a package that is there", viewer: "olivia", call: restoreThePackage, kind: fault.Refused, code: fault.CodeAlreadyThere},
		{name: "restore a package that is nowhere", viewer: "stranger", before: deleteNow, call: restoreThePackage, kind: fault.NotFound, code: fault.CodeNotFound},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			if tt.before != nil {
				tt.before(s)
			}
			err := tt.call(t.Context(), s.as(tt.viewer, allScopes()...), s)
			e := wantFault(t, err, tt.kind, tt.code)
			if e.Said == "" {
				t.Error("GitHub's words are lost")
			}
			if at, ok := e.Args["At"].(time.Time); tt.code == fault.CodeAlreadyGone && (!ok || at.IsZero()) {
				t.Errorf("args %v", e.Args)
			}
			for _, r := range s.fake.Requests()[1:] {
				if r.Method != http.MethodGet || r.Header.Get("If-None-Match") != "" {
					t.Errorf("asked by %s with ETag %q", r, r.Header.Get("If-None-Match"))
				}
			}
		})
	}
}

func deleteActive(ctx context.Context, c *Client, s *stage) error {
	return c.DeleteVersion(ctx, s.active)
}

func deleteDeleted(ctx context.Context, c *Client, s *stage) error {
	return c.DeleteVersion(ctx, s.deleted)
}

func deleteNothing(ctx context.Context, c *Client, s *stage) error {
	v, err := s.ref.Version(987654)
	if err != nil {
		return err
	}
	return c.DeleteVersion(ctx, v)
}

func deleteThePackage(ctx context.Context, c *Client, s *stage) error {
	return c.DeletePackage(ctx, s.ref, s.id)
}

func restoreActive(ctx context.Context, c *Client, s *stage) error {
	return c.RestoreVersion(ctx, s.active)
}

func restoreDeleted(ctx context.Context, c *Client, s *stage) error {
	return c.RestoreVersion(ctx, s.deleted)
}

func restoreThePackage(ctx context.Context, c *Client, s *stage) error {
	return c.RestorePackage(ctx, s.ref)
}

func deleteNow(s *stage) { s.fake.DeletePackageNow(s.ref) }

// TestNotFoundForWantOfAScope needs a GitHub that hides a missing scope behind a 404.
func TestNotFoundForWantOfAScope(t *testing.T) {
	t.Parallel()
	visible := true
	gh := served(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-OAuth-Scopes", "read:packages")
		if r.Method == http.MethodGet && visible {
			writeJSON(w, 200, map[string]any{"id": 1})
			return
		}
		refuseWith(w, http.StatusNotFound, "Not Found")
	})
	c, ref := gh.For("t", ""), mustRef(t, acme(t), ghpkg.Maven, "x")
	e := wantFault(t, c.DeletePackage(t.Context(), ref, 1), fault.MissingScope, fault.CodeScope)
	if got := ghpkg.Scopes(e.Fix.Scopes).String(); got != "delete:packages repo" || e.Said != "Not Found" {
		t.Errorf("asks for %q, said %q", got, e.Said)
	}
	visible = false
	e = wantFault(t, c.DeletePackage(t.Context(), ref, 1), fault.NotFound, fault.CodeNotFound)
	if e.Fix == nil || e.Fix.Kind != fault.FixGrantScope {
		t.Errorf("no way out: %+v", e)
	}
}
