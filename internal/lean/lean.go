// Package lean holds what GitHub said of a version in less than half of the
// memory: a package may have 135,000 of them.
package lean

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unique"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// Version is a ghpkg.Version whose digest is bytes, whose times are numbers,
// whose address shares all but the id with the others of its package, and whose
// rarer fields take room only where there are any.
type Version struct {
	ID int64

	name                      string // of a digest its bytes alone
	digest                    bool
	created, updated, deleted int64                 // microseconds
	place                     unique.Handle[string] // the address at GitHub without the id; zero: it is in more
	more                      *more                 // nil: nothing
}

type more struct {
	description, license, address string
	tags                          []string
}

// never is the time of a deletion that was none.
const never = math.MinInt64

// Of returns v in its lean form. Times are kept to the microsecond.
func Of(v *ghpkg.Version) Version {
	name, digest := packed(v.Name)
	short := Version{
		ID: v.ID, name: name, digest: digest,
		created: v.CreatedAt.UnixMicro(), updated: v.UpdatedAt.UnixMicro(), deleted: never,
	}
	if v.DeletedAt != nil {
		short.deleted = v.DeletedAt.UnixMicro()
	}
	address := v.HTMLURL
	if place, ok := strings.CutSuffix(address, "/"+strconv.FormatInt(v.ID, 10)); ok {
		short.place, address = unique.Make(place), ""
	}
	if v.Description != "" || v.License != "" || address != "" || v.Tags != nil {
		short.more = &more{v.Description, v.License, address, v.Tags}
	}
	return short
}

// All returns the lean form of each.
func All(versions []ghpkg.Version) []Version {
	all := make([]Version, len(versions))
	for n := range versions {
		all[n] = Of(&versions[n])
	}
	return all
}

// Full returns the version as it was.
func (v *Version) Full() ghpkg.Version {
	var full ghpkg.Version
	v.Read(&full)
	full.Name = v.Name()
	if v.place != (unique.Handle[string]{}) {
		full.HTMLURL = v.place.Value() + "/" + strconv.FormatInt(v.ID, 10)
	} else if v.more != nil {
		full.HTMLURL = v.more.address
	}
	return full
}

// Read writes all but the name and the address into a version. It takes no
// memory, but for the moment of a deletion.
func (v *Version) Read(into *ghpkg.Version) {
	*into = ghpkg.Version{ID: v.ID, CreatedAt: moment(v.created), UpdatedAt: moment(v.updated)}
	if v.deleted != never {
		into.DeletedAt = new(moment(v.deleted))
	}
	if v.more != nil {
		into.Description, into.License, into.Tags = v.more.description, v.more.license, v.more.tags
	}
}

// algorithm is what nearly all digests are made with.
const algorithm = "sha256:"

// packed returns the bytes of a digest that is written as Name would write it;
// else the name itself.
func packed(name string) (short string, digest bool) {
	digits, ok := strings.CutPrefix(name, algorithm)
	if !ok || len(digits) != 2*sha256.Size || strings.ContainsAny(digits, "ABCDEF") {
		return name, false
	}
	raw, err := hex.DecodeString(digits)
	if err != nil {
		return name, false
	}
	return string(raw), true
}

// Name returns the version's name.
func (v *Version) Name() string {
	if !v.digest {
		return v.name
	}
	var written [len(algorithm) + 2*sha256.Size]byte
	digits := append(written[:0], algorithm...)
	for n := range len(v.name) {
		const hexadecimal = "0123456789abcdef"
		digits = append(digits, hexadecimal[v.name[n]>>4], hexadecimal[v.name[n]&15])
	}
	return string(digits)
}

// Digests compares the names of two versions if both are digests.
func Digests(a, b *Version) (order int, both bool) {
	return strings.Compare(a.name, b.name), a.digest && b.digest
}

// Tags returns the version's tags.
func (v *Version) Tags() []string {
	if v.more == nil {
		return nil
	}
	return v.more.tags
}

// Created is when it was created, as a number that grows with time.
func (v *Version) Created() int64 { return v.created }

// Updated is when it was updated, as a number that grows with time.
func (v *Version) Updated() int64 { return v.updated }

// Deleted is when it was deleted, as a number that grows with time; of what was
// not deleted, the lowest of all.
func (v *Version) Deleted() int64 { return v.deleted }

// Same reports whether GitHub said the same of both.
func Same(a, b Version) bool {
	if a.more != nil && b.more != nil {
		x, y := a.more, b.more
		if x.description != y.description || x.license != y.license || x.address != y.address || !slices.Equal(x.tags, y.tags) {
			return false
		}
		a.more, b.more = nil, nil
	}
	return a == b
}

func moment(micro int64) time.Time { return time.UnixMicro(micro).UTC() }
