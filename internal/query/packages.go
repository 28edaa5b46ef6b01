package query

import (
	"slices"
	"strings"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// The values that stand for nothing.
const (
	none    = "none"
	unknown = "unknown"
)

// Packages is a query of a table of packages. The zero value matches all. It
// never changes, and may be used by several goroutines.
type Packages struct{ query[ghpkg.Package] }

// ParsePackages reads a query of packages; ages are counted from now. A mistake
// is an *Error.
func ParsePackages(s string, now time.Time) (Packages, error) {
	q, err := parse(s, now, packageLanguage(now))
	return Packages{q}, err
}

// PackageFields returns the fields that a table of packages knows.
func PackageFields() []string { return packageLanguage(time.Time{}).names() }

func packageLanguage(now time.Time) language[ghpkg.Package] {
	updated := func(p *ghpkg.Package, v *value) bool { return v.within(p.UpdatedAt) }
	return language[ghpkg.Package]{
		fields: []field[ghpkg.Package]{
			{"", text, func(p *ghpkg.Package, v *value) bool { return contains(p.Name, v.part) }},
			{"type", oneOf(ghpkg.Types()...), func(p *ghpkg.Package, v *value) bool { return string(p.Type) == v.folded }},
			{"visibility", oneOf(ghpkg.Public, ghpkg.Private, ghpkg.Internal),
				func(p *ghpkg.Package, v *value) bool { return string(p.Visibility) == v.folded }},
			{"repo", orNone, linked},
			{"owner", login, func(p *ghpkg.Package, v *value) bool { return equal(p.Owner.Login(), v.folded) }},
			{"versions", number, counted},
			{"older", older(now), updated},
			{"newer", newer(now), updated},
			{"updated", date, updated},
			{"created", date, func(p *ghpkg.Package, v *value) bool { return v.within(p.CreatedAt) }},
			state[ghpkg.Package](),
		},
		others:  []string{"tag", "digest", "is"},
		plain:   func(string) bool { return false },
		rewrite: func(*token) *Error { return nil },
	}
}

// names returns the names of the fields.
func (lang language[T]) names() []string {
	var all []string
	for _, f := range lang.fields {
		if f.name != "" {
			all = append(all, f.name)
		}
	}
	return all
}

// linked compares the repository, named with or without its owner.
func linked(p *ghpkg.Package, v *value) bool {
	if v.none || p.Repository == nil {
		return v.none && p.Repository == nil
	}
	return equal(p.Repository.Name, v.folded) || equal(p.Repository.FullName, v.folded)
}

func counted(p *ghpkg.Package, v *value) bool {
	if v.none || p.VersionCount == nil {
		return v.none && p.VersionCount == nil
	}
	n := int64(*p.VersionCount)
	return v.lo <= n && n < v.hi
}

// Types returns the types that can match, so that no others need be listed:
// nil is all, and a list without types is none.
func (p Packages) Types() []ghpkg.Type {
	types, said := ghpkg.Types(), false
	for _, t := range p.terms {
		if t.name != "type" {
			continue
		}
		said = true
		types = slices.DeleteFunc(types, func(typ ghpkg.Type) bool { return !t.matches(&ghpkg.Package{Type: typ}) })
	}
	if !said {
		return nil
	}
	return types
}

// Visibility returns the one visibility that the query names, or "". GitHub
// may list what it knows to be internal as private: whoever has GitHub filter
// by Internal matches with Without("visibility").
func (p Packages) Visibility() ghpkg.Visibility {
	v, ok := p.single("visibility")
	if !ok {
		return ""
	}
	return ghpkg.Visibility(v.folded)
}

// Repo returns the one repository that the query names, as it is written, or "".
func (p Packages) Repo() string {
	v, ok := p.single("repo")
	if !ok || v.none {
		return ""
	}
	return v.text
}

// With returns the query with these terms: a field takes the place of the
// terms with the same field, words are added.
func (p Packages) With(terms string) (Packages, error) {
	more, err := ParsePackages(terms, p.now)
	if err != nil {
		return p, err
	}
	return Packages{p.with(more.query)}, nil
}

// Without returns the query without the terms of a field; the empty field are the words.
func (p Packages) Without(field string) Packages {
	return Packages{p.without(strings.ToLower(field))}
}
