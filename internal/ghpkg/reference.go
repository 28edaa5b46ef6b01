package ghpkg

import "strings"

// Reference is one version of an image that says by a tag which other version
// it is about, as signatures, attestations and bills of materials do.
type Reference struct {
	From   int64 // the version that has the tag
	Tag    string
	Digest string // the version's name that the tag is made of
	To     int64  // the version of that name; 0: it is not listed
}

// ReferredDigest returns the digest that a tag refers to: cosign tags what
// belongs to an image sha256-<digest>.sig, .att or .sbom, and the OCI
// distribution specification sha256-<digest> where a registry lists no
// referrers itself.
func ReferredDigest(tag string) (digest string, ok bool) {
	const digits = 64
	hex, ok := strings.CutPrefix(tag, "sha256-")
	if !ok || len(hex) < digits || strings.Trim(hex[:digits], "0123456789abcdef") != "" {
		return "", false
	}
	switch hex[digits:] {
	case "", ".sig", ".att", ".sbom":
		return "sha256:" + hex[:digits], true
	}
	return "", false
}
