package notices

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

const (
	// held is how long a delivery is the process's that sends it; more than the
	// timeout, so that no other sends it meanwhile, also if their clocks differ.
	held = 2 * timeout
	// keptAnswer is how much of an answer is kept to look at.
	keptAnswer = 1 << 10
)

// pauses are those between the tries: eight tries over a day.
func pauses() []time.Duration {
	return []time.Duration{
		time.Minute, 5 * time.Minute, 20 * time.Minute, time.Hour, 3 * time.Hour, 7 * time.Hour, 12 * time.Hour,
	}
}

// sign returns the signature of a body as GitHub signs its webhooks.
func sign(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// deliver sends a delivery that is due, if nobody else does, and writes down
// how it went.
func (n *Notices) deliver(ctx context.Context, to ghpkg.Destination, d ghpkg.Delivery) error {
	taken, err := n.Store.TakeDelivery(ctx, d, n.Now().Add(held))
	if !taken || err != nil {
		return err
	}
	d.Tries++
	d = n.attempt(ctx, to, d)
	if d.State != ghpkg.DeliveryDone {
		left := pauses()
		if d.Tries > len(left) {
			d.State = ghpkg.DeliveryDead
			n.Log.WarnContext(ctx, "a notice was given up", "destination", to.ID, "delivery", d.ID, "status", d.Status)
		} else {
			d.DueAt = n.Now().Add(left[d.Tries-1])
		}
	}
	// What was sent is written down also if the program is about to end.
	return n.Store.SettleDelivery(context.WithoutCancel(ctx), d)
}

// attempt sends a delivery once; its State says whether it arrived, its Status
// and Answer what came back.
func (n *Notices) attempt(ctx context.Context, to ghpkg.Destination, d ghpkg.Delivery) ghpkg.Delivery {
	status, answer, err := n.post(ctx, to, d)
	n.Sent(status)
	d.TriedAt, d.Status, d.Answer = n.Now(), status, answer
	if err != nil {
		d.Answer = reason(err)
	}
	if err == nil && status >= 200 && status < 300 {
		d.State = ghpkg.DeliveryDone
	}
	return d
}

func (n *Notices) post(ctx context.Context, to ghpkg.Destination, d ghpkg.Delivery) (status int, answer string, err error) {
	h, err := n.open(to)
	if err != nil {
		return 0, "", errors.New("the address cannot be unsealed: it was sealed with a secret key that is not configured any more")
	}
	// A try that has begun is seen to its end, which the client's timeout bounds.
	request, err := http.NewRequestWithContext(context.WithoutCancel(ctx), http.MethodPost, h.URL, strings.NewReader(d.Body))
	if err != nil {
		return 0, "", err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "Stockroom-Hookshot")
	request.Header.Set("X-Stockroom-Event", string(d.Event))
	request.Header.Set("X-Stockroom-Delivery", d.ID)
	if h.Secret != "" {
		request.Header.Set("X-Hub-Signature-256", sign(h.Secret, []byte(d.Body)))
	}
	response, err := n.client.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	begin, _ := io.ReadAll(io.LimitReader(response.Body, keptAnswer)) // what came is worth keeping, even if it broke off
	return response.StatusCode, strings.ToValidUTF8(string(begin), "\uFFFD"), nil
}

// reason says why there was no answer, without the address: it may be a secret.
func reason(err error) string {
	if e, ok := errors.AsType[*url.Error](err); ok {
		if e.Timeout() {
			return fmt.Sprintf("no answer within %v", timeout)
		}
		err = e.Err
	}
	return err.Error()
}

// Ping sends a test to a destination now, also to a paused one, and returns how
// it went. It is not tried again.
func (n *Notices) Ping(ctx context.Context, id string) (ghpkg.Delivery, error) {
	const op = "notices.Ping"
	to, err := n.destination(ctx, id)
	if err != nil {
		return ghpkg.Delivery{}, internal(op, err)
	}
	d, err := n.compose(ctx, to, n.news(ghpkg.NoticePing, n.Now()))
	if err != nil {
		return d, internal(op, err)
	}
	d.State, d.Tries = ghpkg.DeliveryDead, 1
	d = n.attempt(ctx, to, d)
	return d, internal(op, n.Store.AddDelivery(ctx, d))
}
