package handlers

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// shown is a digest of what the page of consequences shows of what is to be
// deleted: the form carries it, so that nothing else is deleted than was seen.
// Empty: nothing is shown that could change.
func (s subject) shown() string {
	switch {
	case s.action != ghpkg.ActionDelete || s.pkg.ID == 0:
		return ""
	case s.whole():
		return digestOf(s.pkg.ID, s.pkg.UpdatedAt.UnixMilli(), versionCount(s.pkg))
	case s.version == nil || s.version.DeletedAt != nil:
		return "" // GitHub says that it is gone
	}
	tags := slices.Clone(s.version.Tags)
	slices.Sort(tags)
	return digestOf(s.pkg.ID, s.version.ID, s.version.Name, tags)
}

func digestOf(parts ...any) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", parts))
	return hex.EncodeToString(sum[:16])
}

// versionCount is how many versions a package has; 0: not given.
func versionCount(p ghpkg.Package) int {
	if p.VersionCount == nil {
		return 0
	}
	return *p.VersionCount
}
