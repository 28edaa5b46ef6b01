package inventory

import (
	"context"
	"slices"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/lean"
)

// A new session knows nothing of the bin, and asks GitHub for all of it with its
// own token. That earlier ones of the viewer found something in a package, or
// nothing, is no more than the order in which it asks.

// noteLook keeps for the viewer's next session whether a package has deleted
// versions: one of them says as much as all.
func (k keptVersions) noteLook(ctx context.Context, key ghpkg.ListingKey, viewerID int64, now ghpkg.Listing[lean.Version]) {
	if key.State != ghpkg.Deleted || len(now.Items) == 0 && !now.Complete() {
		return
	}
	now.Items = now.Items[:min(len(now.Items), 1)]
	k.worked(ctx, "note a look into a package", k.Archive.SaveVersions(ctx, key.LastSeen(viewerID), now))
}

// look is one that is to be made into a package.
type look struct {
	ref   ghpkg.Ref
	last  time.Time // when the viewer looked last; zero: never
	found bool      // they found something then
}

// allowed returns how much of the budget may be spent by the look. A fifth is for
// where something was found before, so that a sign-in soon after another, which
// begins anew, has something left for it.
func (i *Inventory) allowed(l look) int {
	if l.found {
		return i.Budget
	}
	return i.Budget - i.Budget/5
}

// looksInto returns the looks that the viewer's budget allows, in their order:
// into what the session knows nothing of before what it has seen long ago, and of
// each first where something was found, then where nobody has looked for longest.
func (i *Inventory) looksInto(ctx context.Context, eyes Eyes, owner ghpkg.Owner, unknown, old []ghpkg.Ref) []look {
	looked, err := i.Archive.Looked(ctx, eyes.ViewerID, owner)
	i.worked(ctx, "read earlier looks", err)
	last := make(map[typeAndName]ghpkg.Looked, len(looked))
	for _, l := range looked {
		last[typeAndName{l.Type, l.Name}] = l
	}
	inOrder := func(refs []ghpkg.Ref) []look {
		looks := make([]look, len(refs))
		for n, ref := range refs {
			was := last[typeAndName{ref.Type(), ref.Name()}]
			looks[n] = look{ref, was.At, was.Found}
		}
		slices.SortStableFunc(looks, func(a, b look) int {
			switch {
			case a.found == b.found:
				return a.last.Compare(b.last)
			case a.found:
				return -1
			default:
				return 1
			}
		})
		return looks
	}
	return slices.DeleteFunc(slices.Concat(inOrder(unknown), inOrder(old)), func(l look) bool {
		return !i.sweeps.affords(eyes.ViewerID, i.allowed(l), i.Now())
	})
}
