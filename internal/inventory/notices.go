package inventory

import (
	"errors"
	"slices"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// passing reports whether a failure is GitHub's weather, which says nothing
// about what the viewer may see: then an older listing may still be shown.
func passing(err error) bool {
	switch fault.KindOf(err) {
	case fault.RateLimited, fault.Upstream, fault.Timeout:
		return true
	default:
		return false
	}
}

// failure is the notice of a type that could not be listed.
func failure(t ghpkg.Type, err error) ghpkg.Notice {
	n := ghpkg.Notice{Kind: ghpkg.NoticeTypeFailed, Type: t, Detail: said(err)}
	if e, ok := errors.AsType[*fault.Error](err); ok && e.Fix != nil {
		n.URL = e.Fix.URL
	}
	return n
}

// said returns GitHub's own words about a failure, if it had any.
func said(err error) string {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e.Said
	}
	return ""
}

// appendNotices adds notices that are not there yet: six lists of one owner
// say the same thing six times, and the missing scope is one for two types.
func appendNotices(all, more []ghpkg.Notice) []ghpkg.Notice {
	for _, n := range more {
		if n.Kind == ghpkg.NoticeRepoScope {
			n.Type = ""
		}
		if !slices.Contains(all, n) {
			all = append(all, n)
		}
	}
	return all
}

func cmpOr(a, b error) error {
	if a != nil {
		return a
	}
	return b
}
