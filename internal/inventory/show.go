package inventory

import (
	"context"
	"errors"
	"time"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// shown is what a viewer gets to see of a listing.
type shown[T any] struct {
	listing ghpkg.Listing[T]
	whole   *load[T] // the load that listing is, if it is one that will not change; else nil
}

// show returns what to show of v. The listing before the one on its way is
// shown at once while it is young; when it is not, the viewer may have lost
// rights since, and the newest is waited for. If that takes too long, or fails
// in a way that says nothing about rights, the one before is shown with a
// notice of its age; without one, what has arrived so far.
func (s *shelf[T]) show(ctx context.Context, v view[T]) (shown[T], error) {
	if !v.current.finished() {
		if v.good != nil && s.age(v.good) < s.Rights {
			listing, err := v.good.snapshot()
			return shown[T]{listing, v.good}, err
		}
		s.wait(ctx, v.current)
	}
	if !v.current.finished() {
		if s.presentable(v.good) {
			return stale(v.good, nil), nil
		}
		part, _ := v.current.snapshot()
		part.Notices = append(part.Notices, ghpkg.Notice{Kind: ghpkg.NoticeLoading})
		return shown[T]{listing: part}, nil
	}
	listing, err := v.current.snapshot()
	if err != nil && passing(err) && s.presentable(v.good) {
		return stale(v.good, err), nil
	}
	if err != nil {
		return shown[T]{}, err
	}
	return shown[T]{listing, v.current}, nil
}

// peek returns the key's listing if there is one that may be shown without
// asking GitHub.
func (s *shelf[T]) peek(key ghpkg.ListingKey) (listing ghpkg.Listing[T], ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.entries[key]
	if e == nil {
		return listing, false
	}
	for _, l := range []*load[T]{e.current, e.good} {
		if l != nil && l.ok() && s.age(l) < s.Rights {
			listing, err := l.snapshot()
			return listing, err == nil
		}
	}
	return listing, false
}

// wait returns when the load is finished, or when a request has waited enough.
func (s *shelf[T]) wait(ctx context.Context, l *load[T]) {
	ctx, cancel := context.WithTimeout(ctx, s.Wait)
	defer cancel()
	select {
	case <-l.done:
	case <-ctx.Done():
	}
}

func (s *shelf[T]) age(l *load[T]) time.Duration { return s.Now().Sub(l.asOf) }

// presentable reports whether a listing may still be shown when GitHub cannot be asked.
func (s *shelf[T]) presentable(l *load[T]) bool { return l != nil && s.age(l) < s.Stale }

// stale is an older listing, saying why it is not a newer one.
func stale[T any](l *load[T], err error) shown[T] {
	listing, _ := l.snapshot()
	listing.Notices = append(listing.Notices, ghpkg.Notice{Kind: ghpkg.NoticeStale, Detail: said(err)})
	return shown[T]{listing: listing}
}

// passing reports whether a failure is GitHub's weather, which says nothing
// about what the viewer may see.
func passing(err error) bool {
	switch fault.KindOf(err) {
	case fault.RateLimited, fault.Upstream, fault.Timeout:
		return true
	default:
		return false
	}
}

// refusal reports whether a failure is GitHub's no: what it showed before is not
// for this viewer any more.
func refusal(err error) bool {
	switch fault.KindOf(err) {
	case fault.SignedOut, fault.SSORequired, fault.AppRestricted, fault.MissingScope, fault.Forbidden, fault.NotFound:
		return err != nil
	default:
		return false
	}
}

// said returns GitHub's own words about a failure, if it had any.
func said(err error) string {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e.Said
	}
	return ""
}
