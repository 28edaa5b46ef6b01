package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/gorilla/sessions"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// cookieStore is a gorilla store on the database. It holds signed-in sessions
// and, under cookies of their own, sign-ins that are on their way.
type cookieStore struct {
	store  Store
	keys   *Keys
	now    func() time.Time
	log    *slog.Logger
	secure bool
	path   string // of the public address: "/" or "/tools/stockroom/"
	cache  *cache
}

func newCookieStore(c Config) *cookieStore {
	return &cookieStore{
		store: c.Store, keys: c.Keys, now: c.Now, log: c.Log,
		secure: c.BaseURL.Scheme == "https", path: c.BaseURL.Path + "/",
		cache: newCache(c.Now),
	}
}

// contents is what is sealed: one of the two.
type contents struct {
	Session *identity `json:",omitempty"`
	SignIn  *signIn   `json:",omitempty"`
}

// held is a session as it was read. It is shared between requests and never changed.
type held struct {
	record   ghpkg.SessionRecord // without what is sealed
	contents contents
}

// valueKey is where a gorilla session holds its *held. Other values are not kept.
type valueKey struct{}

func heldIn(s *sessions.Session) *held {
	h, _ := s.Values[valueKey{}].(*held)
	return h
}

// cookieName is the name of the session's cookie. The prefixes make browsers
// take it only over https and, where the host is ours alone, only from it.
func (s *cookieStore) cookieName() string {
	switch {
	case !s.secure:
		return "stockroom"
	case s.path != "/": // others on this host are not to be sent it
		return "__Secure-stockroom"
	}
	return "__Host-stockroom"
}

// rowKey is where the database holds the session of a cookie.
func rowKey(cookie string) string {
	sum := sha256.Sum256([]byte(cookie))
	return hex.EncodeToString(sum[:])
}

// options are those of every cookie of ours.
func (s *cookieStore) options(maxAge time.Duration) *sessions.Options {
	return &sessions.Options{
		Path: s.path, MaxAge: int(maxAge / time.Second),
		Secure: s.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}

// Get returns the request's session of that name; a new one if there is none.
func (s *cookieStore) Get(r *http.Request, name string) (*sessions.Session, error) {
	return sessions.GetRegistry(r).Get(s, name)
}

// New reads the session of that name anew.
func (s *cookieStore) New(r *http.Request, name string) (*sessions.Session, error) {
	session := sessions.NewSession(s, name)
	session.IsNew = true
	session.Options = s.options(AbsoluteLifetime)
	c, err := r.Cookie(name)
	if err != nil {
		return session, nil // no cookie: a new session
	}
	h, err := s.load(r.Context(), rowKey(c.Value))
	if err != nil || h == nil {
		return session, err
	}
	session.ID, session.IsNew = c.Value, false
	session.Values[valueKey{}] = h
	return session, nil
}

// errGone is what saving a session says that was ended meanwhile.
var errGone = errors.New("the session has been ended")

// Save writes the session and its cookie; a negative MaxAge removes both.
func (s *cookieStore) Save(r *http.Request, w http.ResponseWriter, session *sessions.Session) error {
	if session.Options.MaxAge < 0 {
		http.SetCookie(w, sessions.NewCookie(session.Name(), "", session.Options))
		if session.ID == "" {
			return nil
		}
		_, err := s.take(r.Context(), rowKey(session.ID))
		return err
	}
	h := heldIn(session)
	if h == nil {
		return errors.New("a session without contents cannot be saved")
	}
	if session.ID == "" {
		session.ID = rand.Text()
		if err := s.insert(r.Context(), rowKey(session.ID), h); err != nil {
			return err
		}
	} else if ok, err := s.update(r.Context(), h); err != nil || !ok {
		return errors.Join(err, errGone)
	}
	http.SetCookie(w, sessions.NewCookie(session.Name(), session.ID, session.Options))
	return nil
}

// load returns the session under key; nil if there is none, or none that the
// configured keys open.
func (s *cookieStore) load(ctx context.Context, key string) (*held, error) {
	if h := s.cache.get(key); h != nil {
		return h, nil
	}
	return s.read(ctx, key)
}

// read is load from the database.
func (s *cookieStore) read(ctx context.Context, key string) (*held, error) {
	generation := s.cache.generation()
	record, ok, err := s.store.Session(ctx, key, s.now())
	if err != nil || !ok {
		return nil, err
	}
	h := s.unseal(ctx, record)
	// Near its end a token may be replaced by another replica any moment, which
	// makes the old one worthless: then every request looks.
	if h != nil && !h.expiring(s.now().Add(cacheLifetime)) {
		s.cache.put(generation, h)
	}
	return h, nil
}

// readByID is read by the public id: also of a session that has expired or that
// was detached.
func (s *cookieStore) readByID(ctx context.Context, id string) (*held, error) {
	record, ok, err := s.store.SessionByID(ctx, id)
	if err != nil || !ok {
		return nil, err
	}
	return s.unseal(ctx, record), nil
}

func (s *cookieStore) insert(ctx context.Context, key string, h *held) error {
	record := h.record
	record.Key = key
	if record.ID == "" {
		record.ID = rand.Text()
	}
	sealed, err := s.seal(key, h.contents)
	if err != nil {
		return err
	}
	record.Sealed = sealed
	return s.store.InsertSession(ctx, record)
}

// update writes h over its row; false if the row is gone.
func (s *cookieStore) update(ctx context.Context, h *held) (bool, error) {
	record := h.record
	sealed, err := s.seal(record.Key, h.contents)
	if err != nil {
		return false, err
	}
	record.Sealed = sealed
	// Afterwards: what others read before the update may not stay.
	defer s.cache.drop(record.Key)
	return s.store.UpdateSession(ctx, record)
}

// take removes the row and returns what it held; nil if it was not there, or
// was sealed under a key that is gone. Of several that take the same row, one
// gets it.
func (s *cookieStore) take(ctx context.Context, key string) (*held, error) {
	record, ok, err := s.store.TakeSession(ctx, key)
	s.cache.drop(key)
	if err != nil || !ok {
		return nil, err
	}
	return s.unseal(ctx, record), nil
}

func (s *cookieStore) seal(key string, c contents) ([]byte, error) {
	plain, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("seal the session: %w", err)
	}
	return s.keys.seal(key, plain), nil
}

// unseal returns nil for what no configured key opens: whoever withdraws a key
// signs out those whose sessions it sealed.
func (s *cookieStore) unseal(ctx context.Context, record ghpkg.SessionRecord) *held {
	h := &held{record: record}
	h.record.Sealed = nil
	plain, err := s.keys.open(record.Key, record.Sealed)
	if err == nil {
		err = json.Unmarshal(plain, &h.contents)
	}
	if err != nil {
		s.log.WarnContext(ctx, "a session could not be opened", "session", record.ID, "error", err)
		return nil
	}
	return h
}
