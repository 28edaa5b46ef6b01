package query_test

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/query"
)

// The tests here compare the package with a second evaluation that shares no
// code with it: random terms are made as values, written down, and evaluated
// one by one in the most obvious way.

// condition is one term: how it is written, and what it means.
type condition[T any] struct {
	text  string
	holds func(*T) bool
}

// term is a condition, and what has to be known of a row to say that it does
// not hold: the gap, or "" if nothing is missing.
type term[T any] struct {
	condition[T]
	missing func(*T) query.Gap
}

// always is a term about what is known of every row.
func always[T any](c condition[T]) term[T] {
	return term[T]{c, func(*T) query.Gap { return "" }}
}

// lacking is a term about what is missing of some rows.
func lacking[T any](c condition[T], gap query.Gap, missing func(*T) bool) term[T] {
	return term[T]{c, func(x *T) query.Gap {
		if missing(x) {
			return gap
		}
		return ""
	}}
}

// asked is a whole query: what it means, and which gaps leave it open.
type asked[T any] struct {
	text  string
	means func(*T) (meant bool, gaps []query.Gap)
}

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

// written writes a value in one of the ways that mean the same.
func written(r *rand.Rand, s string, quotes bool) string {
	if quotes || r.IntN(4) == 0 {
		return `"` + strings.ReplaceAll(strings.ReplaceAll(s, `\`, `\\`), `"`, `\"`) + `"`
	}
	return s
}

func cased(r *rand.Rand, s string) string {
	return pick(r, s, strings.ToUpper(s), strings.ToLower(s))
}

// either makes a term of one or several values.
func either[T any](r *rand.Rand, field string, one func() condition[T]) condition[T] {
	values := []condition[T]{one()}
	for r.IntN(3) == 0 {
		values = append(values, one())
	}
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = v.text
	}
	return condition[T]{cased(r, field) + ":" + strings.Join(texts, ","), func(x *T) bool {
		return slices.ContainsFunc(values, func(v condition[T]) bool { return v.holds(x) })
	}}
}

// conjunction makes a query of a few terms, some of them negated.
func conjunction[T any](r *rand.Rand, one func() term[T]) asked[T] {
	var texts []string
	var terms []func(*T) (holds bool, gap query.Gap)
	for range r.IntN(4) {
		t, sign, not := one(), "", r.IntN(3) == 0
		if not {
			sign = "-"
		}
		texts = append(texts, sign+t.text)
		terms = append(terms, func(x *T) (bool, query.Gap) {
			switch holds := t.holds(x); {
			case holds:
				return !not, ""
			case t.missing(x) != "":
				return false, t.missing(x)
			}
			return not, ""
		})
	}
	return asked[T]{strings.Join(texts, pick(r, " ", "  ", "\t")), func(x *T) (bool, []query.Gap) {
		var gaps []query.Gap
		for _, t := range terms {
			holds, gap := t(x)
			if !holds && gap == "" {
				return false, nil
			}
			if gap != "" && !slices.Contains(gaps, gap) {
				gaps = append(gaps, gap)
			}
		}
		return len(gaps) == 0, gaps
	}}
}

func words() []string {
	return []string{"a", "api", "API", "é", "É", "%", "_", "-", "-a", "a b", `"`, `\`, `\"`, ":", "a:b", ",", "v1", "none", "untagged", "ß", "K", "İ", "ſ", "世"}
}

// name makes the name of something out of the words, so that words are found.
func name(r *rand.Rand) string {
	var b strings.Builder
	parts := 1 + r.IntN(4)
	if r.IntN(8) == 0 {
		b.WriteString(strings.Repeat("Z@[", 20+r.IntN(20))) // long ones, and the neighbours of the capitals
		parts += 40
	}
	for range parts {
		b.WriteString(pick(r, words()...))
	}
	return b.String()
}

func bare(word string) bool {
	return !strings.ContainsAny(word, ` ":,`) && !strings.HasPrefix(word, "-") && word != "untagged" && word != "none"
}

func word(r *rand.Rand) (text, folded string) {
	w := pick(r, words()...)
	return written(r, w, !bare(w)), strings.ToLower(w)
}

// someday is a time near now, or none.
func someday(r *rand.Rand) time.Time {
	if r.IntN(8) == 0 {
		return time.Time{}
	}
	at := now().AddDate(0, 0, -r.IntN(800))
	return pick(r, at, at.Truncate(24*time.Hour), at.Add(time.Duration(r.Int64N(int64(24*time.Hour)))).Truncate(time.Millisecond))
}

// compared makes a comparison with operands for which order is their order.
func compared[T, O any](r *rand.Rand, operand func() (string, O), order func(*T, O) (int, bool)) condition[T] {
	a, x := operand()
	is := func(op func(int) bool) func(*T) bool {
		return func(row *T) bool { c, known := order(row, x); return known && op(c) }
	}
	switch r.IntN(6) {
	case 0:
		return condition[T]{">" + a, is(func(c int) bool { return c > 0 })}
	case 1:
		return condition[T]{">=" + a, is(func(c int) bool { return c >= 0 })}
	case 2:
		return condition[T]{"<" + a, is(func(c int) bool { return c < 0 })}
	case 3:
		return condition[T]{"<=" + a, is(func(c int) bool { return c <= 0 })}
	case 4:
		return condition[T]{a + ".." + a, is(func(c int) bool { return c == 0 })}
	default:
		return condition[T]{a, is(func(c int) bool { return c == 0 })}
	}
}

// dated compares times as the text that they are written as.
func dated[T any](r *rand.Rand, field string, of func(*T) time.Time) condition[T] {
	return either(r, field, func() condition[T] {
		if r.IntN(8) == 0 {
			return condition[T]{cased(r, "unknown"), func(x *T) bool { return of(x).IsZero() }}
		}
		layout := pick(r, "2006", "2006-01", "2006-01-02", "2006-01-02T15:04:05Z")
		return compared(r, func() (string, string) {
			at := someday(r)
			if at.IsZero() {
				at = now()
			}
			s := at.Format(layout)
			return s, s
		}, func(x *T, s string) (int, bool) {
			return strings.Compare(of(x).UTC().Format(layout), s), !of(x).IsZero()
		})
	})
}

// aged makes older: and newer:. Now is the last day of its month, so months ago
// are the last days of theirs.
func aged[T any](r *rand.Rand, of func(*T) time.Time) condition[T] {
	field := pick(r, "older", "newer")
	return either(r, field, func() condition[T] {
		n, unit := r.IntN(30), pick(r, "h", "d", "w", "m", "y")
		cut := map[string]time.Time{
			"h": now().Add(-time.Duration(n) * time.Hour),
			"d": now().Add(-time.Duration(n) * 24 * time.Hour),
			"w": now().Add(-time.Duration(n) * 7 * 24 * time.Hour),
			"m": time.Date(now().Year(), now().Month()-time.Month(n)+1, 0, 12, 0, 0, 0, time.UTC),
			"y": time.Date(now().Year()-n, now().Month(), now().Day(), 12, 0, 0, 0, time.UTC),
		}[unit]
		return condition[T]{written(r, strconv.Itoa(n)+cased(r, unit), false), func(x *T) bool {
			return !of(x).IsZero() && of(x).After(cut) == (field == "newer")
		}}
	})
}

func randomPackage(t testing.TB, r *rand.Rand) ghpkg.Package {
	p := ghpkg.Package{
		Name: name(r), Type: pick(r, ghpkg.Types()...), Owner: owner(t, pick(r, "acme", "Acme", "mona")),
		Visibility: pick(r, ghpkg.Public, ghpkg.Private, ghpkg.Internal, ""), CreatedAt: someday(r), UpdatedAt: someday(r),
	}
	if r.IntN(4) > 0 {
		p.VersionCount = new(r.IntN(12))
	}
	if r.IntN(4) > 0 {
		repo := pick(r, words()...)
		p.Repository = &ghpkg.Repository{Name: repo, FullName: p.Owner.Login() + "/" + repo}
	}
	return p
}

func randomPackageTerm(r *rand.Rand) term[ghpkg.Package] {
	type P = ghpkg.Package
	undated := func(of func(*P) time.Time) func(*P) bool { return func(p *P) bool { return of(p).IsZero() } }
	created, updated := func(p *P) time.Time { return p.CreatedAt }, func(p *P) time.Time { return p.UpdatedAt }
	switch r.IntN(9) {
	case 0:
		return always(either(r, "type", func() condition[P] {
			typ := pick(r, ghpkg.Types()...)
			return condition[P]{written(r, cased(r, string(typ)), false), func(p *P) bool { return p.Type == typ }}
		}))
	case 1:
		c := either(r, "visibility", func() condition[P] {
			v := pick(r, ghpkg.Public, ghpkg.Private, ghpkg.Internal)
			return condition[P]{written(r, cased(r, string(v)), false), func(p *P) bool { return p.Visibility == v }}
		})
		internal := strings.Contains(strings.ToLower(c.text), "internal")
		return lacking(c, query.GapVisibility, func(p *P) bool { return p.Visibility == "" || internal && p.Visibility == ghpkg.Private })
	case 2:
		return lacking(either(r, "repo", func() condition[P] { return randomRepo(r) }), query.GapRepository, func(p *P) bool { return p.Repository == nil })
	case 3:
		return always(either(r, "owner", func() condition[P] {
			login := pick(r, "acme", "mona", "nobody")
			return condition[P]{cased(r, login), func(p *P) bool { return p.Owner.Is(login) }}
		}))
	case 4:
		c := either(r, "versions", func() condition[P] {
			if r.IntN(4) == 0 {
				return condition[P]{cased(r, "unknown"), func(p *P) bool { return p.VersionCount == nil }}
			}
			return compared(r, func() (string, int) { n := r.IntN(12); return strconv.Itoa(n), n }, func(p *P, n int) (int, bool) {
				if p.VersionCount == nil {
					return 0, false
				}
				return *p.VersionCount - n, true
			})
		})
		return lacking(c, query.GapVersions, func(p *P) bool { return p.VersionCount == nil })
	case 5:
		return lacking(aged(r, updated), query.GapUpdated, undated(updated))
	case 6:
		return lacking(dated(r, "updated", updated), query.GapUpdated, undated(updated))
	case 7:
		return lacking(dated(r, "created", created), query.GapCreated, undated(created))
	default:
		text, folded := word(r)
		return always(condition[P]{text, func(p *P) bool { return strings.Contains(strings.ToLower(p.Name), folded) }})
	}
}

func randomRepo(r *rand.Rand) condition[ghpkg.Package] {
	if r.IntN(4) == 0 {
		return condition[ghpkg.Package]{cased(r, "none"), func(p *ghpkg.Package) bool { return p.Repository == nil }}
	}
	repo := pick(r, words()...)
	if r.IntN(3) == 0 {
		repo = "ACME/" + repo
	}
	folded := strings.ToLower(repo)
	return condition[ghpkg.Package]{written(r, repo, strings.ContainsAny(repo, ` ",`) || repo == "none"), func(p *ghpkg.Package) bool {
		return p.Repository != nil &&
			(strings.ToLower(p.Repository.Name) == folded || strings.ToLower(p.Repository.FullName) == folded)
	}}
}

func randomVersion(r *rand.Rand) ghpkg.Version {
	v := ghpkg.Version{Name: name(r), CreatedAt: someday(r), UpdatedAt: someday(r)}
	if r.IntN(2) == 0 {
		v.Name = pick(r, "sha256:", "sha512:", "SHA256:") + pick(r, "3f", "F3", "3f3f", "a0")
	}
	for range r.IntN(3) {
		v.Tags = append(v.Tags, name(r))
	}
	return v
}

func randomVersionTerm(r *rand.Rand) term[ghpkg.Version] {
	type V = ghpkg.Version
	undated := func(of func(*V) time.Time) func(*V) bool { return func(v *V) bool { return of(v).IsZero() } }
	created, updated := func(v *V) time.Time { return v.CreatedAt }, func(v *V) time.Time { return v.UpdatedAt }
	bareTag := func(v *V) bool { return len(v.Tags) == 0 }
	switch r.IntN(7) {
	case 0:
		return always(either(r, "tag", func() condition[V] {
			tag := pick(r, words()...)
			folded := strings.ToLower(tag)
			switch quotes := strings.ContainsAny(tag, ` ",`) || tag == "none"; r.IntN(3) {
			case 0:
				return condition[V]{cased(r, "none"), bareTag}
			case 1:
				if !quotes {
					return condition[V]{tag + "*", func(v *V) bool {
						return slices.ContainsFunc(v.Tags, func(s string) bool { return strings.HasPrefix(strings.ToLower(s), folded) })
					}}
				}
				fallthrough
			default:
				return condition[V]{written(r, tag, quotes), func(v *V) bool {
					return slices.ContainsFunc(v.Tags, func(s string) bool { return strings.ToLower(s) == folded })
				}}
			}
		}))
	case 1:
		c := either(r, "digest", func() condition[V] {
			algorithm, digits := pick(r, "", "sha256:", "SHA512:"), pick(r, "3", "f", "3F", "a0")
			return condition[V]{algorithm + digits, func(v *V) bool {
				low := strings.ToLower(v.Name)
				if algorithm != "" {
					return strings.HasPrefix(low, strings.ToLower(algorithm+digits))
				}
				return strings.HasPrefix(low, "sha256:"+strings.ToLower(digits)) || strings.HasPrefix(low, "sha512:"+strings.ToLower(digits))
			}}
		})
		return lacking(c, query.GapDigest, func(v *V) bool { return !strings.HasPrefix(strings.ToLower(v.Name), "sha") })
	case 2:
		return always(condition[V]{cased(r, pick(r, "untagged", "is:untagged")), bareTag})
	case 3:
		return lacking(aged(r, created), query.GapCreated, undated(created))
	case 4:
		return lacking(dated(r, "updated", updated), query.GapUpdated, undated(updated))
	case 5:
		return lacking(dated(r, "created", created), query.GapCreated, undated(created))
	default:
		text, folded := word(r)
		if r.IntN(6) == 0 {
			text, folded = "sha256:3F", "sha256:3f"
		}
		return always(condition[V]{text, func(v *V) bool {
			return strings.Contains(strings.ToLower(v.Name), folded) ||
				slices.ContainsFunc(v.Tags, func(s string) bool { return strings.Contains(strings.ToLower(s), folded) })
		}})
	}
}

// matcher is a query of either table.
type matcher[T any] interface {
	Match(*T) bool
	Sieve() *query.Sieve[T]
	String() string
}

// compare evaluates random queries in both ways, and once more after they were
// written in their canonical form and read again.
func compare[T any, Q matcher[T]](t *testing.T, rows []T, next func() asked[T], parse func(string) (Q, error)) {
	t.Helper()
	found, all := 0, 0
	for range 5_000 {
		want := next()
		q, err := parse(want.text)
		if err != nil {
			t.Fatalf("%q: %v", want.text, err)
		}
		again, err := parse(q.String())
		if err != nil || again.String() != q.String() {
			t.Fatalf("%q is %q, which is read as %q: %v", want.text, q, again, err)
		}
		sieve, missing := q.Sieve(), map[query.Gap]int{}
		for i := range rows {
			expected, gaps := want.means(&rows[i])
			for _, gap := range gaps {
				missing[gap]++
			}
			if got := q.Match(&rows[i]); got != expected || again.Match(&rows[i]) != got || sieve.Match(&rows[i]) != got {
				t.Fatalf("%q (%q) matches %+v: %t, want %t", want.text, q, rows[i], got, expected)
			}
			if all++; expected {
				found++
			}
		}
		for _, gap := range query.Gaps() {
			if got := sieve.Missing(gap); got != missing[gap] {
				t.Fatalf("%q (%q): of %d rows it is not known, for want of %s; want %d", want.text, q, got, gap, missing[gap])
			}
		}
	}
	if share := float64(found) / float64(all); share < 0.05 || share > 0.95 {
		t.Errorf("the queries select %.3f of all rows: too few or too many to tell mistakes", share)
	}
}

func TestPackagesAgainstBruteForce(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	var rows []ghpkg.Package
	for range 60 {
		rows = append(rows, randomPackage(t, r))
	}
	compare(t, rows,
		func() asked[ghpkg.Package] {
			return conjunction(r, func() term[ghpkg.Package] { return randomPackageTerm(r) })
		},
		func(s string) (query.Packages, error) { return query.ParsePackages(s, now()) })
}

func TestVersionsAgainstBruteForce(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	var rows []ghpkg.Version
	for range 60 {
		rows = append(rows, randomVersion(r))
	}
	compare(t, rows,
		func() asked[ghpkg.Version] {
			return conjunction(r, func() term[ghpkg.Version] { return randomVersionTerm(r) })
		},
		func(s string) (query.Versions, error) { return query.ParseVersions(s, ghpkg.Container, now()) })
}
