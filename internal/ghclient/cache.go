package ghclient

import (
	"bytes"
	"container/list"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"

	"github.com/klauspost/compress/s2"
)

// fromCacheHeader marks an answer whose body was held here.
const fromCacheHeader = "X-From-Cache"

// cacheBytes bounds what the cache holds, and entryBytes one answer in it. A
// page of 100 versions takes about 12 kB.
const (
	cacheBytes = 8 << 20
	entryBytes = 4 << 20
)

// cacheKey identifies an answer. GitHub's ETags depend on the token. Accept
// and API version, on which answers depend too, are the same for all calls of
// a GitHub.
type cacheKey struct {
	session sessionKey
	url     string
}

// entry is an answer as GitHub gave it.
type entry struct {
	key       cacheKey
	namespace string
	header    http.Header
	packed    []byte // the body, compressed: lists say the same addresses again and again
}

func (e *entry) size() int { return len(e.packed) + len(e.key.url) + 1024 }

// cache holds the answers that were used last. It never answers by itself:
// GitHub is asked each time whether what is held is still right.
type cache struct {
	limit int
	mu    sync.Mutex
	size  int
	order *list.List // of *entry, the last used in front
	byKey map[cacheKey]*list.Element
}

func newCache(limit int) *cache {
	return &cache{limit: limit, order: list.New(), byKey: make(map[cacheKey]*list.Element)}
}

// get returns the answer held for key, or nil.
func (c *cache) get(key cacheKey) *entry {
	c.mu.Lock()
	defer c.mu.Unlock()
	el, ok := c.byKey[key]
	if !ok {
		return nil
	}
	c.order.MoveToFront(el)
	return el.Value.(*entry)
}

// put holds e, and lets go of what was not used for longest.
func (c *cache) put(e *entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if el, ok := c.byKey[e.key]; ok {
		c.remove(el)
	}
	if e.size() > min(entryBytes, c.limit) {
		return
	}
	c.byKey[e.key] = c.order.PushFront(e)
	c.size += e.size()
	for c.size > c.limit {
		c.remove(c.order.Back())
	}
}

// drop lets go of the entries that match.
func (c *cache) drop(match func(*entry) bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for el := c.order.Front(); el != nil; {
		next := el.Next()
		if match(el.Value.(*entry)) {
			c.remove(el)
		}
		el = next
	}
}

// dropSession lets go of all that a token was told.
func (c *cache) dropSession(s sessionKey) {
	c.drop(func(e *entry) bool { return e.key.session == s })
}

// remove takes el out. The caller holds mu.
func (c *cache) remove(el *list.Element) {
	e := c.order.Remove(el).(*entry)
	delete(c.byKey, e.key)
	c.size -= e.size()
}

// caching asks GitHub with the ETag of what is held for the session, and
// answers a 304 with it.
type caching struct {
	next    http.RoundTripper
	cache   *cache
	session sessionKey
	apiPath string
}

// RoundTrip sends r. A mutation drops what is held of the same namespace.
func (t caching) RoundTrip(r *http.Request) (*http.Response, error) {
	namespace := namespaceOf(strings.TrimPrefix(r.URL.Path, t.apiPath))
	if r.Method != http.MethodGet {
		defer t.cache.drop(func(e *entry) bool { return e.key.session == t.session && e.namespace == namespace })
		return t.next.RoundTrip(r)
	}
	key := cacheKey{t.session, r.URL.String()}
	var held *entry
	if r.Header.Get("Cache-Control") == "" {
		held = t.cache.get(key)
	}
	if held != nil {
		r = r.Clone(r.Context())
		r.Header.Set("If-None-Match", held.header.Get("ETag"))
	}
	resp, err := t.next.RoundTrip(r)
	switch {
	case err != nil:
		return nil, err
	case resp.StatusCode == http.StatusNotModified && held != nil:
		return held.revive(resp)
	case resp.StatusCode == http.StatusOK && resp.Header.Get("ETag") != "":
		return t.keep(key, namespace, resp)
	case held != nil && resp.StatusCode < http.StatusInternalServerError:
		t.cache.drop(func(e *entry) bool { return e == held })
	}
	return resp, nil
}

// keep holds the answer if it came whole.
func (t caching) keep(key cacheKey, namespace string, resp *http.Response) (*http.Response, error) {
	defer resp.Body.Close()
	body := lend()
	if _, err := body.ReadFrom(resp.Body); err != nil {
		giveBack(body)
		return nil, err
	}
	if json.Valid(body.Bytes()) {
		t.cache.put(&entry{key: key, namespace: namespace, header: lasting(resp.Header), packed: pack(body.Bytes())})
	}
	resp.Body = &lentBody{*bytes.NewReader(body.Bytes()), body}
	return resp, nil
}

// lasting returns the headers that describe the answer and not the call: old
// limits must not pass for new ones.
func lasting(h http.Header) http.Header {
	kept := make(http.Header)
	for name, values := range h {
		if !strings.HasPrefix(name, "X-Ratelimit-") && name != "Date" {
			kept[name] = values
		}
	}
	return kept
}

// revive turns a 304 into the answer that is held, with the 304's own headers
// where it has them.
func (e *entry) revive(fresh *http.Response) (*http.Response, error) {
	fresh.Body.Close()
	body, err := s2.Decode(nil, e.packed)
	if err != nil {
		return nil, err
	}
	header := maps.Clone(e.header)
	for name, values := range fresh.Header {
		if name != "Content-Length" && name != "Content-Type" {
			header[name] = values
		}
	}
	header.Set(fromCacheHeader, "1")
	resp := *fresh
	resp.Status, resp.StatusCode = "200 OK", http.StatusOK
	resp.Header = header
	resp.Body = io.NopCloser(bytes.NewReader(body))
	resp.ContentLength = int64(len(body))
	return &resp, nil
}

// namespaceOf returns whose packages an API path is about: "orgs/acme",
// "users/mona" or "user".
func namespaceOf(path string) string {
	first, rest, _ := strings.Cut(path, "/")
	second, _, _ := strings.Cut(rest, "/")
	if first == "user" {
		return first
	}
	return strings.ToLower(first + "/" + second)
}
