package access

import (
	"context"
	"errors"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/stockroom-dev/stockroom/internal/fault"
)

// enters returns nil if the viewer is an active member of one of the organizations.
func (a *Access) enters(ctx context.Context, gh GitHub) error {
	if len(a.Orgs) == 0 {
		return nil
	}
	names := strings.Join(a.Orgs, ", ")
	is, err := anyOf(ctx, a.Orgs, gh.OrgMembership)
	switch {
	case is:
		return nil
	case err == nil:
		return because(fault.Forbidden, fault.CodeNotAllowed, names, nil)
	case unanswered(err):
		e := because(fault.Upstream, fault.CodeAccessUnknown, names, err)
		e.RetryAfter = max(e.RetryAfter, againAfter)
		return e
	case fault.KindOf(err) == fault.Forbidden || fault.KindOf(err) == fault.Invalid:
		return because(fault.Forbidden, fault.CodeNotAllowed, names, err)
	}
	return err // it says itself what the viewer can do: a SAML session, a scope, a new sign-in
}

// administers returns what the viewer may do here by the teams. Whatever is
// not a yes is a no. The error is that of a token which is worth nothing any more.
func (a *Access) administers(ctx context.Context, gh GitHub, login string) (Rights, error) {
	if len(a.Teams) == 0 {
		return Rights{Change: true}, nil
	}
	names := make([]string, len(a.Teams))
	for i, t := range a.Teams {
		names[i] = t.String()
	}
	is, err := anyOf(ctx, a.Teams, func(ctx context.Context, t Team) (bool, error) {
		return gh.TeamMembership(ctx, t.Org, t.Slug, login)
	})
	switch {
	case is:
		return Rights{Admin: true, Change: true}, nil
	case err == nil:
		return Rights{Why: because(fault.Forbidden, fault.CodeNotAdmin, strings.Join(names, ", "), nil)}, nil
	case fault.KindOf(err) == fault.SignedOut:
		return Rights{}, err
	}
	return Rights{Why: because(fault.Forbidden, fault.CodeAdminUnknown, strings.Join(names, ", "), err)}, nil
}

// because is a no, with what GitHub said and can be done about it.
func because(kind fault.Kind, code fault.Code, names string, cause error) *fault.Error {
	e := &fault.Error{Kind: kind, Code: code, Op: "access.Check", Args: map[string]any{"Value": names}, Err: cause}
	if f, ok := errors.AsType[*fault.Error](cause); ok {
		e.Said, e.Fix, e.RetryAfter = f.Said, f.Fix, f.RetryAfter
	}
	return e
}

// anyOf asks about all at once whether one of them holds. Of several errors the
// one that leaves most open is returned: a token that is worth nothing, then
// the lack of an answer.
func anyOf[T any](ctx context.Context, all []T, ask func(context.Context, T) (bool, error)) (bool, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	yes, errs := make([]bool, len(all)), make([]error, len(all))
	var group errgroup.Group
	for i, one := range all {
		group.Go(func() error {
			if yes[i], errs[i] = ask(ctx, one); yes[i] {
				cancel() // the others do not matter any more
			}
			return nil
		})
	}
	_ = group.Wait() // the errors are in errs
	var worst error
	for i := range all {
		if yes[i] && errs[i] == nil {
			return true, nil
		}
		if rank(errs[i]) > rank(worst) {
			worst = errs[i]
		}
	}
	return false, worst
}

func rank(err error) int {
	switch {
	case err == nil:
		return 0
	case fault.KindOf(err) == fault.SignedOut:
		return 3
	case unanswered(err):
		return 2
	}
	return 1
}

// unanswered reports whether GitHub may say something else in a moment.
func unanswered(err error) bool {
	switch fault.KindOf(err) {
	case fault.RateLimited, fault.Upstream, fault.Timeout, fault.Internal:
		return true
	}
	return false
}
