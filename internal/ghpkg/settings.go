package ghpkg

import (
	"strings"
	"time"
)

// Preferences are what a viewer chose on the settings page. Empty fields are
// not chosen: the browser decides.
type Preferences struct {
	Language string // "en", "ko"
	Theme    string // "light", "dark", "system"
	Density  string // "comfortable", "compact"
	Hidden   string // columns that are not shown, comma-separated: "versions", "updated", "repository"
}

// SessionRecord is a session as the database holds it. What it knows of the
// viewer's token is sealed; the rest is what lists and deadlines need.
type SessionRecord struct {
	Key       string // SHA-256 of the cookie's value, hexadecimal; that of a detached one begins with DetachedKey
	ID        string // names the session on the settings page; opens nothing
	ViewerID  int64  // 0 while somebody is still signing in
	Sealed    []byte
	UserAgent string
	CreatedAt time.Time
	SeenAt    time.Time
	ExpiresAt time.Time
}

// DetachedKey begins the key of a session whose person has signed out, and that
// is kept for an operation. No cookie's SHA-256 begins like it.
const DetachedKey = "detached:"

// Detached reports whether the person has signed out of the session.
func (r SessionRecord) Detached() bool { return strings.HasPrefix(r.Key, DetachedKey) }
