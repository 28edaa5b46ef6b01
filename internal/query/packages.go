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
	updated := times(GapUpdated, func(p *ghpkg.Package) time.Time { return p.UpdatedAt })
	return language[ghpkg.Package]{
		fields: []field[ghpkg.Package]{
			{name: "", read: text, match: func(p *ghpkg.Package, v *value) bool { return contains(p.Name, v.part) }},
			{name: "type", read: oneOf(ghpkg.Types()...), match: func(p *ghpkg.Package, v *value) bool { return string(p.Type) == v.folded }},
			{"visibility", oneOf(ghpkg.Public, ghpkg.Private, ghpkg.Internal),
				func(p *ghpkg.Package, v *value) bool { return string(p.Visibility) == v.folded }, told, GapVisibility},
			{"repo", orNone, linked, func(p *ghpkg.Package, _ *value) bool { return p.Repository != nil }, GapRepository},
			{name: "owner", read: login, match: func(p *ghpkg.Package, v *value) bool { return equal(p.Owner.Login(), v.folded) }},
			{"versions", number, counted, func(p *ghpkg.Package, _ *value) bool { return p.VersionCount != nil }, GapVersions},
			updated.called("older", older(now)),
			updated.called("newer", newer(now)),
			updated.called("updated", date),
			times(GapCreated, func(p *ghpkg.Package) time.Time { return p.CreatedAt }).called("created", date),
			state[ghpkg.Package](),
		},
		others:    []string{"tag", "digest", "is"},
		elsewhere: OfVersions,
		plain:     func(string) bool { return false },
		rewrite:   func(*token) *Error { return nil },
	}
}

// told reports whether GitHub has told that a package's visibility is not v:
// what it knows to be internal it may call private.
func told(p *ghpkg.Package, v *value) bool {
	return p.Visibility != "" && (v.folded != string(ghpkg.Internal) || p.Visibility != ghpkg.Private)
}

// times is a field without its name, which compares one of the times of a row.
func times[T any](gap Gap, of func(*T) time.Time) field[T] {
	return field[T]{
		match: func(x *T, v *value) bool { return v.within(of(x)) },
		known: func(x *T, _ *value) bool { return !of(x).IsZero() },
		gap:   gap,
	}
}

// called returns the field with its name.
func (f field[T]) called(name string, read func(atom) (value, Reason)) field[T] {
	f.name, f.read = name, read
	return f
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
		types = slices.DeleteFunc(types, func(typ ghpkg.Type) bool { return t.holds(&ghpkg.Package{Type: typ}) != yes })
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

// OfRepo returns the query for packages of a repository alone, whose name is
// taken literally.
func (p Packages) OfRepo(name string) Packages {
	return p.and("repo", atom{text: name, quoted: true})
}

// OfVisibility returns the query for packages of a visibility alone.
func (p Packages) OfVisibility(v ghpkg.Visibility) Packages {
	return p.and("visibility", atom{text: string(v)})
}

// and adds a term with a value that can be read.
func (p Packages) and(name string, a atom) Packages {
	fields := packageLanguage(p.now).fields
	f := fields[slices.IndexFunc(fields, func(f field[ghpkg.Package]) bool { return f.name == name })]
	v, _ := f.read(a)
	p.terms = append(slices.Clip(p.terms), term[ghpkg.Package]{field: f, values: []value{v}})
	return p
}

// Toggle returns the query without this very term, in its canonical form; or
// with it, if it is not there.
func (p Packages) Toggle(term string) (toggled Packages, had bool) {
	if p.Has(term) {
		return Packages{p.drop(term)}, true
	}
	with, err := p.With(term)
	if err != nil {
		return p, false
	}
	return with, false
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
