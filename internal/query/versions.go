package query

import (
	"slices"
	"strings"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

const (
	tagField    = "tag"
	digestField = "digest"
	untagged    = "untagged"
)

// Versions is a query of a package's versions. The zero value matches all. It
// never changes, and may be used by several goroutines.
type Versions struct {
	query[ghpkg.Version]
	typ ghpkg.Type
}

// ParseVersions reads a query of versions of a package of type typ; ages are
// counted from now. A mistake is an *Error.
func ParseVersions(s string, typ ghpkg.Type, now time.Time) (Versions, error) {
	q, err := parse(s, now, versionLanguage(typ, now))
	return Versions{q, typ}, err
}

// VersionFields returns the fields that a table of versions knows.
func VersionFields() []string { return append(versionLanguage("", time.Time{}).names(), "is") }

func versionLanguage(typ ghpkg.Type, now time.Time) language[ghpkg.Version] {
	created := times(GapCreated, func(x *ghpkg.Version) time.Time { return x.CreatedAt })
	tags := GapTags
	if typ.Images() {
		tags = GapHadTags
	}
	return language[ghpkg.Version]{
		fields: []field[ghpkg.Version]{
			{name: "", read: text, match: func(x *ghpkg.Version, v *value) bool {
				return contains(x.Name, v.part) || anyTag(x, func(tag string) bool { return contains(tag, v.part) })
			}},
			{tagField, readTag, func(x *ghpkg.Version, v *value) bool {
				if v.none {
					return x.Untagged(typ)
				}
				return anyTag(x, func(tag string) bool {
					return v.prefix && hasPrefix(tag, v.folded) || !v.prefix && equal(tag, v.folded)
				})
			}, func(x *ghpkg.Version, _ *value) bool { return x.TagsGiven(typ) }, tags},
			{digestField, readDigest, matchDigest, func(x *ghpkg.Version, _ *value) bool { return digested(x) }, GapDigest},
			created.called("older", older(now)),
			created.called("newer", newer(now)),
			times(GapUpdated, func(x *ghpkg.Version) time.Time { return x.UpdatedAt }).called("updated", date),
			created.called("created", date),
			state[ghpkg.Version](),
		},
		others:    []string{"type", "visibility", "repo", "owner", "versions"},
		elsewhere: OfPackages,
		plain:     isAlgorithm,
		rewrite:   rewriteUntagged,
	}
}

func anyTag(x *ghpkg.Version, is func(string) bool) bool {
	for _, tag := range x.Tags {
		if is(tag) {
			return true
		}
	}
	return false
}

// rewriteUntagged makes tag:none of is:untagged and of the bare word untagged.
func rewriteUntagged(tok *token) *Error {
	word := &tok.values[0]
	switch {
	case tok.field.text == "is":
		for _, a := range tok.values {
			if !strings.EqualFold(a.text, untagged) {
				return a.fault(BadValue, "is")
			}
		}
	case tok.field.text != "" || word.quoted || !strings.EqualFold(word.text, untagged):
		return nil
	}
	word.text, word.quoted = none, false
	tok.field.text, tok.values = tagField, tok.values[:1]
	return nil
}

// readTag reads a tag, the beginning of one, or none. A tag holds no asterisk.
func readTag(a atom) (value, Reason) {
	v, _ := orNone(a)
	switch star := strings.IndexByte(a.text, '*'); {
	case star < 0:
	case a.quoted:
		v.quoted = true
	case star < len(a.text)-1:
		return v, BadValue
	default:
		v.folded, v.prefix = strings.TrimSuffix(v.folded, "*"), true
	}
	return v, ""
}

// readDigest reads the beginning of a digest, with or without its algorithm.
func readDigest(a atom) (value, Reason) {
	v, _ := text(a)
	digits := v.folded
	if algorithm, rest, ok := strings.Cut(v.folded, ":"); ok {
		if !isAlgorithm(algorithm) {
			return v, BadValue
		}
		digits = rest
	}
	if strings.Trim(digits, "0123456789abcdef") != "" {
		return v, BadValue
	}
	return v, ""
}

func matchDigest(x *ghpkg.Version, v *value) bool {
	_, digits, _ := strings.Cut(x.Name, ":")
	return digested(x) && (hasPrefix(digits, v.folded) || hasPrefix(x.Name, v.folded))
}

// digested reports whether GitHub names the version by its digest.
func digested(x *ghpkg.Version) bool {
	algorithm, _, ok := strings.Cut(x.Name, ":")
	return ok && isAlgorithm(algorithm)
}

// isAlgorithm reports whether digests begin with it.
func isAlgorithm(s string) bool {
	return strings.EqualFold(s, "sha256") || strings.EqualFold(s, "sha512")
}

// Names reports whether the query looks at the versions' names.
func (v Versions) Names() bool {
	return slices.ContainsFunc(v.terms, func(t term[ghpkg.Version]) bool { return t.name == "" || t.name == digestField })
}

// Tags reports whether the query looks at the versions' tags, which words do, too.
func (v Versions) Tags() bool {
	return slices.ContainsFunc(v.terms, func(t term[ghpkg.Version]) bool { return t.name == "" || t.name == tagField })
}

// Untagged reports whether the query asks for versions without a tag.
func (v Versions) Untagged() bool {
	found, ok := v.single(tagField)
	return ok && found.none
}

// Toggle returns the query without this very term, in its canonical form; or
// with it, if it is not there.
func (v Versions) Toggle(term string) (toggled Versions, had bool) {
	if v.Has(term) {
		return Versions{v.drop(term), v.typ}, true
	}
	with, err := v.With(term)
	if err != nil {
		return v, false
	}
	return with, false
}

// With returns the query with these terms: a field takes the place of the
// terms with the same field, words are added.
func (v Versions) With(terms string) (Versions, error) {
	more, err := ParseVersions(terms, v.typ, v.now)
	if err != nil {
		return v, err
	}
	return Versions{v.with(more.query), v.typ}, nil
}

// Without returns the query without the terms of a field; the empty field are the words.
func (v Versions) Without(field string) Versions {
	return Versions{v.without(strings.ToLower(field)), v.typ}
}
