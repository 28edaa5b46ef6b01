package notices

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// Wanted is a destination as a person describes it.
type Wanted struct {
	Kind     ghpkg.DestinationKind
	Name     string // empty: the host
	URL      string
	Language string // empty: the default
	Events   []ghpkg.NoticeEvent
	Owners   []string // empty: all
}

// What bounds a destination.
const (
	maxName   = 80
	maxURL    = 2048
	maxOwners = 50
)

// hidden is what is sealed of a destination.
type hidden struct {
	URL    string `json:"url"`
	Secret string `json:"secret"` // empty: a chat, which knows us by the address
}

// Add adds a destination, and returns the secret that its notices are signed
// with. It is never shown again; a chat has none.
func (n *Notices) Add(ctx context.Context, by By, w Wanted) (d ghpkg.Destination, secret string, err error) {
	const op = "notices.Add"
	u, err := n.address(w.URL)
	if err != nil {
		return d, "", invalid(op, "url", err)
	}
	if name := w.wrong(); name != "" {
		return d, "", invalid(op, name, nil)
	}
	if w.Language != "" && !n.speaks(w.Language) {
		return d, "", invalid(op, "language", nil)
	}
	if w.Kind == ghpkg.DestinationWebhook {
		secret = strings.ToLower(rand.Text())
	}
	d = ghpkg.Destination{
		ID: n.Ledger.NewID(), Kind: w.Kind, Name: w.Name, Host: u.Host, Language: n.Catalogue.Match(w.Language, "").Code, Events: w.Events,
		Owners: lower(w.Owners), CreatedAt: n.Now(), CreatedBy: by.Actor.Login,
	}
	if d.Name == "" {
		d.Name = d.Host
	}
	if d.Sealed, err = n.seal(d.ID, hidden{u.String(), secret}); err != nil {
		return d, "", internal(op, err)
	}
	err = n.record(ctx, by, ghpkg.ActionAddDestination, d, func(ctx context.Context) error {
		return internal(op, n.Store.AddDestination(ctx, d))
	})
	if err != nil {
		return d, "", err
	}
	n.Log.InfoContext(ctx, "a destination of notices was added", "destination", d.ID, "host", d.Host, "by", d.CreatedBy)
	return d, secret, nil
}

// wrong returns which part cannot be, or nothing.
func (w Wanted) wrong() string {
	switch {
	case !slices.Contains(ghpkg.DestinationKinds(), w.Kind):
		return "kind"
	case utf8.RuneCountInString(w.Name) > maxName:
		return "name"
	case len(w.Events) == 0 || len(w.Events) > len(ghpkg.NoticeEvents()):
		return "event"
	case len(w.Owners) > maxOwners:
		return "owners"
	}
	for _, e := range w.Events {
		if !slices.Contains(ghpkg.NoticeEvents(), e) {
			return "event"
		}
	}
	for _, owner := range w.Owners {
		if _, err := ghpkg.NewOwner(ghpkg.Organization, owner); err != nil {
			return "owners"
		}
	}
	return ""
}

// address reads where to send: an address that may be sent to, as far as that
// can be seen. What a name leads to is seen at each connection.
func (n *Notices) address(text string) (*url.URL, error) {
	if len(text) > maxURL {
		return nil, fmt.Errorf("an address of %d bytes", len(text))
	}
	u, err := url.Parse(text)
	if err != nil {
		return nil, err
	}
	if u.Host == "" || u.Hostname() == "" || u.User != nil || u.Fragment != "" {
		return nil, fmt.Errorf("an address has a host, no user and no fragment")
	}
	own := networks(n.Networks)
	ip, notIP := netip.ParseAddr(u.Hostname())
	switch {
	case u.Scheme == "https" && notIP == nil:
		return u, own.byHTTPS(ip)
	case u.Scheme == "http" && notIP == nil:
		return u, own.byHTTP(ip)
	case u.Scheme == "https" || u.Scheme == "http" && len(own) > 0:
		return u, nil
	}
	return nil, fmt.Errorf("an address begins with https://")
}

// row binds what is sealed to its destination.
func row(id string) string { return "notice destination " + id }

func (n *Notices) seal(id string, h hidden) ([]byte, error) {
	plain, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	return n.Keys.Seal(row(id), plain), nil
}

func (n *Notices) open(d ghpkg.Destination) (h hidden, err error) {
	plain, err := n.Keys.Open(row(d.ID), d.Sealed)
	if err != nil {
		return h, err
	}
	return h, json.Unmarshal(plain, &h)
}

// destinations returns all, and seals anew what is sealed with an older key, so
// that it can be taken away.
func (n *Notices) destinations(ctx context.Context) (map[string]ghpkg.Destination, error) {
	all, err := n.Store.Destinations(ctx)
	if err != nil {
		return nil, err
	}
	byID := make(map[string]ghpkg.Destination, len(all))
	for _, d := range all {
		byID[d.ID] = d
		if !n.Keys.Stale(d.Sealed) {
			continue
		}
		plain, err := n.Keys.Open(row(d.ID), d.Sealed)
		if err == nil {
			err = n.Store.ResealDestination(ctx, d, n.Keys.Seal(row(d.ID), plain))
		}
		if err != nil {
			n.Log.WarnContext(ctx, "a destination of notices could not be sealed anew", "destination", d.ID, "error", err)
		}
	}
	return byID, nil
}

func lower(all []string) []string {
	lowered := make([]string, len(all))
	for i, s := range all {
		lowered[i] = strings.ToLower(s)
	}
	return lowered
}

func invalid(op, name string, err error) error {
	return &fault.Error{Kind: fault.Invalid, Code: fault.CodeInvalidForm, Op: op, Args: map[string]any{"Name": name}, Err: err}
}
