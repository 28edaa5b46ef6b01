package ghclient

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// TestLeastRemaining: the account that has least left counts, until its hour is
// over, and then the one that is left.
func TestLeastRemaining(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	o := options(t, "https://github.com", "https://api.github.com")
	o.Now = func() time.Time { return now }
	var left string
	var reset time.Duration
	o.Transport = transport(func(*http.Request) (*http.Response, error) {
		resp := reply(http.StatusOK, `{"id":1}`)
		if left != "" {
			resp.Header.Set("X-RateLimit-Limit", "5000")
			resp.Header.Set("X-RateLimit-Remaining", left)
			resp.Header.Set("X-RateLimit-Reset", strconv.FormatInt(now.Add(reset).Unix(), 10))
		}
		return resp, nil
	})
	gh := New(o)
	for _, step := range []struct {
		login, left string
		reset       time.Duration
		want        int
		known       bool
	}{
		{"mona", "", 0, 0, false}, // an Enterprise Server may have no limits
		{"mona", "4000", time.Hour, 4000, true},
		{"olivia", "7", time.Minute, 7, true},
		{"mona", "3999", time.Hour, 7, true},
	} {
		left, reset = step.left, step.reset
		if _, err := gh.For("token of "+step.login, step.login).Package(t.Context(), mustRef(t, acme(t), ghpkg.NPM, "x")); err != nil {
			t.Fatal(err)
		}
		if got, known := gh.LeastRemaining(); got != step.want || known != step.known {
			t.Errorf("after %+v: %d, %v", step, got, known)
		}
	}
	now = now.Add(time.Minute)
	if got, _ := gh.LeastRemaining(); got != 3999 {
		t.Errorf("after olivia's hour: %d", got)
	}
	now = now.Add(time.Hour)
	if got, known := gh.LeastRemaining(); known {
		t.Errorf("after everybody's hour: %d", got)
	}
}
