package ghpkg

import "time"

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
	Key       string // SHA-256 of the cookie's value, hexadecimal
	ID        string // names the session on the settings page; opens nothing
	ViewerID  int64  // 0 while somebody is still signing in
	Sealed    []byte
	UserAgent string
	CreatedAt time.Time
	SeenAt    time.Time
	ExpiresAt time.Time
}
