package ghclient

import (
	"net/http"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghfake"
)

// TestJobsLeaveAReserve spends an hour's budget but for a twentieth: a job then
// waits for the next hour, and a person goes on.
func TestJobsLeaveAReserve(t *testing.T) {
	t.Parallel()
	clock := newTide()
	fake := ghfake.Start(t, ghfake.Options{Now: clock.now}, people)
	o := options(t, fake.URL, fake.APIURL)
	by(clock, 0)(&o)
	person := New(o).For(fake.Token("olivia", allScopes()...), "olivia")
	job := person.Patient()
	reset := clock.now().Add(20 * time.Minute).Truncate(time.Second)
	for _, c := range []struct {
		remaining int
		want      time.Duration
	}{{2000, 0}, {252, 0}, {250, reset.Sub(clock.now())}, {2, reset.Sub(clock.now())}} {
		fake.SetPrimaryLimit("olivia", c.remaining, reset)
		if _, err := person.Viewer(t.Context()); err != nil {
			t.Fatal(err)
		}
		wait, why := job.Limit(t.Context())
		if wait != c.want || (why != nil) != (c.want > 0) || why != nil && why.Code != fault.CodeReserve {
			t.Errorf("with %d calls left a job waits %s (%v), want %s", c.remaining, wait, why, c.want)
		}
		if wait, _ := person.Limit(t.Context()); wait != 0 {
			t.Errorf("with %d calls left a person waits %s", c.remaining, wait)
		}
	}
	if err := clock.sleep(t.Context(), 21*time.Minute); err != nil {
		t.Fatal(err)
	}
	if wait, _ := job.Limit(t.Context()); wait != 0 {
		t.Errorf("in the next hour a job waits %s", wait)
	}
}

func TestBudgetsOfOtherResourcesAndWithoutNumbers(t *testing.T) {
	t.Parallel()
	for name, header := range map[string]map[string]string{
		"another resource": {"X-RateLimit-Resource": "search", "X-RateLimit-Limit": "30", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "2000000000"},
		"no limit at all":  {"X-RateLimit-Limit": "0", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "2000000000"},
		"no headers":       {},
		"not numbers":      {"X-RateLimit-Limit": "many", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "soon"},
	} {
		h := http.Header{}
		for key, value := range header {
			h.Set(key, value)
		}
		var b budget
		b.learn(h)
		if wait := b.reserved(time.Unix(1_900_000_000, 0)); wait != 0 {
			t.Errorf("%s: a job waits %s", name, wait)
		}
	}
}
