package notices

import (
	"context"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// Who is told what is a matter of security: each change to it is written into
// the ledger. It is no notice itself, since it would tell a destination of
// others, and could not tell of its own end.

// Pause lets nothing be sent to a destination, and nothing be kept for it.
func (n *Notices) Pause(ctx context.Context, by By, id string) error {
	return n.change(ctx, by, ghpkg.ActionPauseDestination, id, func(ctx context.Context) (bool, error) {
		return n.Store.PauseDestination(ctx, id, true)
	})
}

// Resume lets it be sent to again, also what was pending.
func (n *Notices) Resume(ctx context.Context, by By, id string) error {
	return n.change(ctx, by, ghpkg.ActionResumeDestination, id, func(ctx context.Context) (bool, error) {
		return n.Store.PauseDestination(ctx, id, false)
	})
}

// Translate lets a chat be told in another language, from the next notice on:
// what is written down already stays as it is, however often it is sent.
func (n *Notices) Translate(ctx context.Context, by By, id, language string) error {
	if !n.speaks(language) {
		return invalid("notices.Translate", "language", nil)
	}
	return n.change(ctx, by, ghpkg.ActionTranslateDestination, id, func(ctx context.Context) (bool, error) {
		return n.Store.TranslateDestination(ctx, id, language)
	})
}

// speaks reports whether there are words in a language.
func (n *Notices) speaks(language string) bool {
	return n.Catalogue.Match(language, "").Code == language
}

// Remove forgets a destination with its deliveries.
func (n *Notices) Remove(ctx context.Context, by By, id string) error {
	return n.change(ctx, by, ghpkg.ActionRemoveDestination, id, func(ctx context.Context) (bool, error) {
		return n.Store.RemoveDestination(ctx, id)
	})
}

func (n *Notices) change(ctx context.Context, by By, action ghpkg.Action, id string, do func(context.Context) (bool, error)) error {
	const op = "notices.change"
	d, err := n.destination(ctx, id)
	if err != nil {
		return internal(op, err)
	}
	return n.record(ctx, by, action, d, func(ctx context.Context) error {
		found, err := do(ctx)
		return changed(op, found, err)
	})
}

// record does something to a destination, and writes down that it did.
func (n *Notices) record(ctx context.Context, by By, action ghpkg.Action, d ghpkg.Destination, do func(context.Context) error) error {
	_, err := n.Ledger.Record(ctx, ghpkg.Entry{Actor: by.Actor, Action: action, Target: d.Target(), From: by.From}, do)
	return err
}

// destination returns the one of that id, or a fault.
func (n *Notices) destination(ctx context.Context, id string) (ghpkg.Destination, error) {
	all, err := n.destinations(ctx)
	if err != nil {
		return ghpkg.Destination{}, err
	}
	d, ok := all[id]
	if !ok {
		return ghpkg.Destination{}, &fault.Error{Kind: fault.NotFound, Code: fault.CodeNoPage, Op: "notices.destination"}
	}
	return d, nil
}
