package ghclient

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"

	"github.com/google/go-github/v66/github"
)

// errNoAnswer is a 200 that says nothing. It must not pass for an empty list.
var errNoAnswer = errors.New("GitHub answered 200 without the answer")

// fetch reads the JSON answer of r. It takes a slot until the answer is read, so
// that not more of them wait in memory to be read than calls may be in flight.
func fetch[T any](ctx context.Context, c *Client, r request, query url.Values) (*T, http.Header, error) {
	// A pointer tells null, which says nothing, from an empty list.
	var value *T
	var unread error
	resp, err := c.do(ctx, r, func(ctx context.Context, gh *github.Client) (*github.Response, error) {
		body := lend()
		defer giveBack(body)
		resp, err := ask(ctx, gh, r, query, body)
		if err == nil {
			unread = json.Unmarshal(body.Bytes(), &value)
		}
		return resp, err
	})
	if err != nil {
		return nil, nil, err
	}
	if unread == nil && value == nil {
		unread = errNoAnswer
	}
	if err = unread; err != nil {
		return nil, nil, c.explain(r, nil, err)
	}
	return value, resp.Header, nil
}

// send makes r's call; the answer's body goes to body.
func (c *Client) send(ctx context.Context, r request, query url.Values, body *bytes.Buffer) (*github.Response, error) {
	return c.do(ctx, r, func(ctx context.Context, gh *github.Client) (*github.Response, error) {
		return ask(ctx, gh, r, query, body)
	})
}

func ask(ctx context.Context, gh *github.Client, r request, query url.Values, body *bytes.Buffer) (*github.Response, error) {
	path := r.path
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	req, err := gh.NewRequest(r.method, path, nil)
	if err != nil {
		return nil, err
	}
	if r.fresh {
		req.Header.Set("Cache-Control", "no-cache")
	}
	return gh.Do(ctx, req, body)
}
