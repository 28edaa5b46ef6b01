package auth_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/pgtest"
)

// onBoth runs test in a world of either database.
func onBoth(t *testing.T, test func(*testing.T, *world)) {
	t.Helper()
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, newWorldOn(t, "sqlite:"+filepath.Join(t.TempDir(), "stockroom.db")))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, newWorldOn(t, pgtest.Schema(t)))
	})
}

// run starts an operation of olivia's that acts with the session.
func (w *world) run(session string) ghpkg.Operation {
	w.t.Helper()
	owner, err := ghpkg.NewOwner(ghpkg.Organization, "acme")
	if err != nil {
		w.t.Fatal(err)
	}
	op := ghpkg.Operation{
		ID: uuid.NewString(), Actor: ghpkg.Actor{ID: 101, Login: "olivia"}, Action: ghpkg.ActionDelete,
		State: ghpkg.OperationDraft, CreatedAt: w.clock.Now(),
	}
	item := ghpkg.OperationItem{
		Seq: 1, Target: ghpkg.Target{Owner: owner, Type: ghpkg.NPM, Name: "app", PackageID: 1, VersionID: 2},
		Check: ghpkg.CheckOK, State: ghpkg.ItemPending,
	}
	if err := w.store.InsertOperation(w.t.Context(), op, []ghpkg.OperationItem{item}); err != nil {
		w.t.Fatal(err)
	}
	op.State, op.Session, op.StartedAt = ghpkg.OperationRunning, session, w.clock.Now()
	if ok, err := w.store.StartOperation(w.t.Context(), op, 1); err != nil || !ok {
		w.t.Fatalf("the operation was not started: %v", err)
	}
	return op
}

// move gives a running operation another state.
func (w *world) move(op ghpkg.Operation, to ghpkg.OperationState) {
	w.t.Helper()
	op.State = to
	if ok, err := w.store.MoveOperation(w.t.Context(), op, ghpkg.OperationRunning); err != nil || !ok {
		w.t.Fatalf("the operation did not become %s: %v", to, err)
	}
}

// held fails the test unless the session can still be acted with, by that token.
func (w *world) held(session, token string) {
	w.t.Helper()
	s, err := w.auth.Held(w.t.Context(), session)
	if err != nil || s.ID != session || s.Token != token || s.Viewer.Login != "olivia" || !w.alive(token) {
		w.t.Errorf("Held = %v, %v; its token is alive: %t", s, err, w.alive(token))
	}
}

// gone fails the test unless nobody can act with the session or its token.
func (w *world) gone(session, token string) {
	w.t.Helper()
	if s, err := w.auth.Held(w.t.Context(), session); fault.KindOf(err) != fault.SignedOut || s != nil {
		w.t.Errorf("Held = %v, %v; want that it is signed out", s, err)
	}
	if w.alive(token) {
		w.t.Error("the token lives on at GitHub")
	}
}

// opens is who the cookie's value signs in.
func (w *world) opens(cookie string) string {
	login, _, _ := strings.Cut(serve(w.auth, withCookie(cookie)), "|")
	return login
}

// TestSigningOutKeepsTheTokenOfARunningOperation until it is over, while the
// cookie opens nothing from the moment of signing out.
func TestSigningOutKeepsTheTokenOfARunningOperation(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		b := w.browser()
		b.signIn("")
		was, cookie := b.who(), b.cookie("stockroom")
		op := w.run(was.id)
		b.do(http.MethodPost, "/logout")
		if got := b.who().login; got != "nobody" || b.cookie("stockroom") != "" {
			t.Errorf("still signed in as %q", got)
		}
		if got := w.opens(cookie); got != "nobody" {
			t.Errorf("the old cookie opens %q", got)
		}
		w.held(was.id, was.token)
		list, err := w.auth.Sessions(t.Context(), 101)
		if err != nil || len(list) != 1 || list[0].ID != was.id || !list[0].Kept {
			t.Errorf("Sessions = %+v, %v; want the one that is kept", list, err)
		}
		w.auth.Release(t.Context(), was.id)
		w.held(was.id, was.token) // another of its operations was over

		w.move(op, ghpkg.OperationDone)
		w.held(was.id, was.token)
		w.auth.Release(t.Context(), was.id)
		w.gone(was.id, was.token)
		if list, err := w.auth.Sessions(t.Context(), 101); err != nil || len(list) != 0 {
			t.Errorf("Sessions = %+v, %v; want none", list, err)
		}
	})
}

// TestOnlyOperationsAtWorkKeepASession: what waits for a person can wait for a
// new sign-in as well.
func TestOnlyOperationsAtWorkKeepASession(t *testing.T) {
	t.Parallel()
	for state, kept := range map[ghpkg.OperationState]bool{
		ghpkg.OperationRunning: true, ghpkg.OperationWaiting: true, ghpkg.OperationPaused: false,
		ghpkg.OperationStopped: false, ghpkg.OperationDone: false,
	} {
		t.Run(string(state), func(t *testing.T) {
			t.Parallel()
			b := newWorld(t).browser()
			b.signIn("")
			was := b.who()
			b.move(b.run(was.id), state)
			b.do(http.MethodPost, "/logout")
			if kept {
				b.held(was.id, was.token)
			} else {
				b.gone(was.id, was.token)
			}
		})
	}
}

// TestSigningInAgainKeepsTheTokenOfARunningOperation: for one more scope, or
// after the session has expired, the browser gets a new session.
func TestSigningInAgainKeepsTheTokenOfARunningOperation(t *testing.T) {
	for name, pause := range map[string]time.Duration{"signed in": time.Minute, "expired": auth.IdleLifetime} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, w *world) {
				b := w.browser()
				b.signIn("")
				was, cookie := b.who(), b.cookie("stockroom")
				op := w.run(was.id)
				w.clock.advance(pause)
				b.signIn("?scopes=repo")
				w.held(was.id, was.token)
				if got := w.opens(cookie); got != "nobody" {
					t.Errorf("the old cookie opens %q", got)
				}
				w.move(op, ghpkg.OperationStopped)
				w.auth.Release(t.Context(), was.id)
				w.gone(was.id, was.token)
				if now := b.who(); now.login != "olivia" || now.token == was.token || !w.alive(now.token) {
					t.Errorf("the new session is %q's, with a token that is alive: %t", now.login, w.alive(now.token))
				}
			})
		})
	}
}

// TestASessionExpiresUnderARunningOperation: nobody can use it any more, but
// for the operation it is there to the end.
func TestASessionExpiresUnderARunningOperation(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		b, elsewhere := w.browser(), w.browser()
		b.signIn("")
		was := b.who()
		op := w.run(was.id)
		w.clock.advance(2 * auth.AbsoluteLifetime)
		elsewhere.signIn("") // takes the occasion to remove sign-ins that have expired
		if got := b.who().login; got != "nobody" {
			t.Errorf("still signed in as %q", got)
		}
		b.do(http.MethodPost, "/logout")
		w.held(was.id, was.token)
		w.move(op, ghpkg.OperationDone)
		w.auth.Release(t.Context(), was.id)
		w.gone(was.id, was.token)
	})
}

// TestReleaseSparesWhoIsSignedIn, also when nothing at all is named.
func TestReleaseSparesWhoIsSignedIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b, left := w.browser(), w.browser()
	b.signIn("")
	left.signIn("")
	was, other := b.who(), left.who()
	w.run(other.id)
	left.do(http.MethodPost, "/logout")
	w.move(w.run(was.id), ghpkg.OperationDone)
	for _, id := range []string{was.id, "", "unknown", other.id} {
		w.auth.Release(t.Context(), id)
	}
	if got := b.who(); got != was || !w.alive(was.token) {
		t.Errorf("signed in as %q, the token alive: %t", got.login, w.alive(was.token))
	}
	w.held(other.id, other.token)
}

// TestSecurityActsRevokeAtOnce whatever is running.
func TestSecurityActsRevokeAtOnce(t *testing.T) {
	acts := map[string]func(*world, string) error{
		"one": func(w *world, id string) error {
			_, err := w.auth.RevokeSession(w.t.Context(), 101, id)
			return err
		},
		"everywhere": func(w *world, _ string) error { return w.auth.RevokeAll(w.t.Context(), 101) },
	}
	for name, act := range acts {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, w *world) {
				here, left := w.browser(), w.browser()
				here.signIn("")
				left.signIn("")
				for _, was := range []who{here.who(), left.who()} {
					w.run(was.id)
				}
				is, was := here.who(), left.who()
				left.do(http.MethodPost, "/logout")
				if err := errors.Join(act(w, is.id), act(w, was.id)); err != nil {
					t.Fatal(err)
				}
				w.gone(is.id, is.token)
				w.gone(was.id, was.token)
				if got := here.who().login; got != "nobody" {
					t.Errorf("still signed in as %q", got)
				}
			})
		})
	}
}

// TestSweepEndsWhatNobodyReleased: the process ended between the operation's
// end and the session's.
func TestSweepEndsWhatNobodyReleased(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		over, running, here := w.browser(), w.browser(), w.browser()
		for _, b := range []*browser{over, running, here} {
			b.signIn("")
		}
		was, needed, signedIn := over.who(), running.who(), here.who()
		op := w.run(was.id)
		w.run(needed.id)
		over.do(http.MethodPost, "/logout")
		running.do(http.MethodPost, "/logout")
		w.move(op, ghpkg.OperationDone)
		w.auth.Sweep(t.Context())
		w.gone(was.id, was.token)
		w.held(needed.id, needed.token)
		if got := here.who(); got != signedIn || !w.alive(signedIn.token) {
			t.Errorf("who is signed in became %q", got.login)
		}
		w.clock.advance(auth.IdleLifetime)
		w.browser().leave("") // anybody's way to GitHub takes nothing from the sweep
		w.auth.Sweep(t.Context())
		w.gone(signedIn.id, signedIn.token) // expired
	})
}

// inUse is what a replica hears of whether a session is needed.
func (w *world) inUse(answer func(context.Context, string) (bool, error)) *auth.Auth {
	c := w.config
	c.InUse = answer
	a, _ := w.serve(c)
	return a
}

// TestLogoutWithoutKnowingWhetherTheSessionIsNeeded keeps the token: a token
// too many can be swept, an operation cannot be brought back.
func TestLogoutWithoutKnowingWhetherTheSessionIsNeeded(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	b.signIn("")
	was, cookie := b.who(), b.cookie("stockroom")
	a := b.inUse(func(context.Context, string) (bool, error) { return false, errors.New("no database") })
	if err := a.Logout(httptest.NewRecorder(), withCookie(cookie)); err != nil {
		t.Fatal(err)
	}
	b.clock.advance(time.Minute) // the other replica's memory of it
	if got := b.opens(cookie); got != "nobody" {
		t.Errorf("the cookie opens %q", got)
	}
	b.held(was.id, was.token)
	b.auth.Sweep(t.Context())
	b.gone(was.id, was.token)
}

// TestTheOperationEndsWhileItsPersonSignsOut: whichever comes first, nothing is left.
func TestTheOperationEndsWhileItsPersonSignsOut(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	b.signIn("")
	was, cookie := b.who(), b.cookie("stockroom")
	op := b.run(was.id)
	a := b.inUse(func(ctx context.Context, id string) (bool, error) {
		used, err := b.store.SessionInUse(ctx, id)
		b.move(op, ghpkg.OperationDone)
		b.auth.Release(ctx, id) // finds somebody who is signed in
		return used, err
	})
	if err := a.Logout(httptest.NewRecorder(), withCookie(cookie)); err != nil {
		t.Fatal(err)
	}
	b.gone(was.id, was.token)
}
