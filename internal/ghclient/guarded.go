package ghclient

import (
	"net/http"
)

// guarded asks the account's guard before it sends, and tells it what came back.
type guarded struct {
	next    http.RoundTripper
	account *account
}

// RoundTrip returns a *limitError instead of an answer that is a limit.
func (t guarded) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodGet {
		t.account.refresh(r.Context()) // a change has looked when it took its turn
	}
	if limit := t.account.limit(); limit != nil {
		if r.Body != nil {
			r.Body.Close()
		}
		return nil, limit
	}
	resp, err := t.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	a := &answer{status: resp.StatusCode, header: resp.Header}
	if a.status == http.StatusForbidden || a.status == http.StatusTooManyRequests {
		if a, err = readAnswer(resp); err != nil {
			return nil, err
		}
	}
	if limit := t.account.learn(r.Context(), a); limit != nil {
		return nil, limit
	}
	return resp, nil
}
