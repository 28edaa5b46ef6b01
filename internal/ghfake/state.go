package ghfake

import (
	"slices"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// zeroTime marks what is not deleted.
var zeroTime time.Time

func stateOf(deletedAt time.Time) ghpkg.State {
	if deletedAt.IsZero() {
		return ghpkg.Active
	}
	return ghpkg.Deleted
}

// PackageState returns whether there is such a package; empty: there never was.
func (s *Server) PackageState(ref ghpkg.Ref) ghpkg.State {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.lookup(ref); p != nil {
		return stateOf(p.DeletedAt)
	}
	return ""
}

// VersionState returns whether there is such a version; empty: there never
// was. It tells nothing about its package.
func (s *Server) VersionState(ref ghpkg.Ref, id int64) ghpkg.State {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v := s.lookupVersion(ref, id); v != nil {
		return stateOf(v.DeletedAt)
	}
	return ""
}

// Versions returns copies of all versions of a package, deleted ones too, in
// the order in which they were added.
func (s *Server) Versions(ref ghpkg.Ref) []Version {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Version
	if p := s.lookup(ref); p != nil {
		for _, v := range p.versions {
			copied := *v
			copied.Tags = slices.Clone(v.Tags)
			all = append(all, copied)
		}
	}
	return all
}

// DeletePackageNow deletes a package as somebody else would, without a
// request. It reports whether the package was there.
func (s *Server) DeletePackageNow(ref ghpkg.Ref) bool {
	return s.setPackage(ref, ghpkg.Active, s.Now())
}

// RestorePackageNow restores a package as somebody else would.
func (s *Server) RestorePackageNow(ref ghpkg.Ref) bool {
	return s.setPackage(ref, ghpkg.Deleted, zeroTime)
}

func (s *Server) setPackage(ref ghpkg.Ref, from ghpkg.State, deletedAt time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.world.find(ref.Owner().Login(), ref.Type(), ref.Name(), from)
	if p == nil {
		return false
	}
	p.DeletedAt = deletedAt
	return true
}

// DeleteVersionNow deletes a version as somebody else would. It reports
// whether the version was there.
func (s *Server) DeleteVersionNow(ref ghpkg.Ref, id int64) bool {
	return s.setVersion(ref, id, ghpkg.Active, func(_ *pkg, v *Version) { v.DeletedAt = s.Now() })
}

// RestoreVersionNow restores a version as somebody else would.
func (s *Server) RestoreVersionNow(ref ghpkg.Ref, id int64) bool {
	return s.setVersion(ref, id, ghpkg.Deleted, (*pkg).revive)
}

// SetTags gives a version that is there other tags, which others lose, as
// somebody else's push would.
func (s *Server) SetTags(ref ghpkg.Ref, id int64, tags ...string) bool {
	return s.setVersion(ref, id, ghpkg.Active, func(p *pkg, v *Version) {
		for _, other := range p.versions {
			other.Tags = slices.DeleteFunc(other.Tags, func(t string) bool { return slices.Contains(tags, t) })
		}
		v.Tags, v.UpdatedAt = slices.Clone(tags), s.Now().UTC().Truncate(time.Second)
	})
}

func (s *Server) setVersion(ref ghpkg.Ref, id int64, from ghpkg.State, set func(*pkg, *Version)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.lookupVersion(ref, id)
	if v == nil || stateOf(v.DeletedAt) != from {
		return false
	}
	set(s.lookup(ref), v)
	return true
}

// SetPackage changes a package that is there, for instance its visibility or
// who may read it. It reports whether the package was there.
func (s *Server) SetPackage(ref ghpkg.Ref, change func(*Package)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.world.find(ref.Owner().Login(), ref.Type(), ref.Name(), ghpkg.Active)
	if p != nil {
		change(&p.Package)
	}
	return p != nil
}

// lookup returns the active package of that name, else the one deleted last.
func (s *Server) lookup(ref ghpkg.Ref) *pkg {
	login := ref.Owner().Login()
	if p := s.world.find(login, ref.Type(), ref.Name(), ghpkg.Active); p != nil {
		return p
	}
	return s.world.find(login, ref.Type(), ref.Name(), ghpkg.Deleted)
}

func (s *Server) lookupVersion(ref ghpkg.Ref, id int64) *Version {
	p := s.lookup(ref)
	if p == nil {
		return nil
	}
	if i := slices.IndexFunc(p.versions, func(v *Version) bool { return v.ID == id }); i >= 0 {
		return p.versions[i]
	}
	return nil
}
