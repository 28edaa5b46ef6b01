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
