package auth

import (
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// SealForTest returns the row of a session under that cookie.
func SealForTest(a *Auth, cookie string, viewer ghpkg.Viewer, token string) ghpkg.SessionRecord {
	key, now := rowKey(cookie), a.Now()
	sealed, err := a.cookies.seal(key, contents{Session: &identity{Viewer: viewer, Token: token}})
	if err != nil {
		panic(err)
	}
	return ghpkg.SessionRecord{Key: key, Sealed: sealed, SeenAt: now, ExpiresAt: now.Add(time.Hour), CreatedAt: now}
}

// Seal and Open are seal and open.
func (k *Keys) Seal(row string, plain []byte) []byte { return k.seal(row, plain) }

// Open is open.
func (k *Keys) Open(row string, sealed []byte) ([]byte, error) { return k.open(row, sealed) }
