package ghfake

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// User is a person's account.
type User struct {
	ID    int64 // 0: the next free one
	Login string
	Name  string
	// About is shown beside the name where the practice mode asks who signs in.
	About string
	// SSO lists the organizations with which the user has a SAML session.
	SSO []string
}

// Org is an organization.
type Org struct {
	ID            int64 // 0: the next free one
	Login         string
	Name          string
	Description   string
	SAML          bool // members need an SSO session
	AppRestricted bool // the OAuth app is not approved
}

// Package is one package of a user or an organization.
type Package struct {
	ID         int64  // 0: the next free one
	Owner      string // login of a user or an organization
	Type       ghpkg.Type
	Name       string
	Visibility ghpkg.Visibility // empty: private
	Repository string           // name of the linked repository below the same owner; empty: none
	Admins     []string         // logins that may delete and restore, beside the owners
	Readers    []string         // logins that may read, beside the members
	Restricted bool             // plain members of the organization may not read it
	Conflict   bool             // the Docker migration could not move it
	CreatedAt  time.Time        // zero: now
	UpdatedAt  time.Time        // zero: as CreatedAt
	DeletedAt  time.Time        // zero: active
}

// Version is one version of a package.
type Version struct {
	ID          int64 // 0: the next free one
	Name        string
	Description string
	License     string
	Tags        []string // container and docker
	Downloads   int      // never shown, but more than 5,000 keep GitHub from deleting
	CreatedAt   time.Time
	UpdatedAt   time.Time
	DeletedAt   time.Time // zero: active
}

// pkg is a package in the world with its versions.
type pkg struct {
	Package
	versions []*Version
}

// world is all accounts and packages. Logins are looked up in lower case, for
// GitHub ignores their case; package names are exact.
type world struct {
	users    map[string]*User
	orgs     map[string]*Org
	members  map[string]map[string]ghpkg.Role // organization → user → role
	teams    map[string]map[string]string     // "org/slug" → user → member or maintainer
	packages []*pkg
	nextID   map[string]int64
}

func newWorld() world {
	return world{
		users:   map[string]*User{},
		orgs:    map[string]*Org{},
		members: map[string]map[string]ghpkg.Role{},
		teams:   map[string]map[string]string{},
		nextID:  map[string]int64{"account": 1000, "package": 500_000, "version": 70_000_000},
	}
}

// id returns given, or the next free id of that kind.
func (w *world) id(kind string, given int64) int64 {
	if given != 0 {
		return given
	}
	w.nextID[kind]++
	return w.nextID[kind]
}

// AddUser adds a person and returns the id.
func (s *Server) AddUser(u User) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	u.ID = s.world.id("account", u.ID)
	s.world.users[strings.ToLower(u.Login)] = &u
	return u.ID
}

// AddOrg adds an organization and returns the id.
func (s *Server) AddOrg(o Org) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	o.ID = s.world.id("account", o.ID)
	s.world.orgs[strings.ToLower(o.Login)] = &o
	return o.ID
}

// SetOrg changes an organization, for instance to close it.
func (s *Server) SetOrg(login string, change func(*Org)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o := s.world.orgs[strings.ToLower(login)]; o != nil {
		change(o)
	}
}

// AddMember makes a user an owner or a member of an organization.
func (s *Server) AddMember(org, login string, role ghpkg.Role) {
	s.mu.Lock()
	defer s.mu.Unlock()
	put(s.world.members, strings.ToLower(org), strings.ToLower(login), role)
}

// RemoveMember ends a membership.
func (s *Server) RemoveMember(org, login string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.world.members[strings.ToLower(org)], strings.ToLower(login))
}

// AddTeamMember adds a user to a team as "member" or "maintainer".
func (s *Server) AddTeamMember(org, slug, login, role string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	put(s.world.teams, strings.ToLower(org+"/"+slug), strings.ToLower(login), role)
}

// RemoveTeamMember takes a user out of a team.
func (s *Server) RemoveTeamMember(org, slug, login string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.world.teams[strings.ToLower(org+"/"+slug)], strings.ToLower(login))
}

func put[V any](m map[string]map[string]V, outer, inner string, v V) {
	if m[outer] == nil {
		m[outer] = map[string]V{}
	}
	m[outer][inner] = v
}

// AddPackage adds a package with its versions and returns the package's id.
func (s *Server) AddPackage(p Package, versions ...Version) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	p.ID = s.world.id("package", p.ID)
	p.Visibility = cmp.Or(p.Visibility, ghpkg.Private)
	p.CreatedAt, p.UpdatedAt = s.dates(p.CreatedAt, p.UpdatedAt)
	added := &pkg{Package: p}
	s.world.packages = append(s.world.packages, added)
	for _, v := range versions {
		s.addVersion(added, v)
	}
	return p.ID
}

// AddVersion publishes a version of a package, which is changed by it, and
// returns the version's id. A tag that an older version has moves to the new
// one, as on a push.
func (s *Server) AddVersion(packageID int64, v Version) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.world.packages {
		if p.ID == packageID {
			id := s.addVersion(p, v)
			if published := p.versions[len(p.versions)-1].CreatedAt; published.After(p.UpdatedAt) {
				p.UpdatedAt = published
			}
			return id
		}
	}
	panic(fmt.Sprintf("ghfake: no package %d", packageID))
}

func (s *Server) addVersion(p *pkg, v Version) int64 {
	v.ID = s.world.id("version", v.ID)
	v.CreatedAt, v.UpdatedAt = s.dates(v.CreatedAt, v.UpdatedAt)
	v.Tags = slices.Clone(v.Tags)
	if v.DeletedAt.IsZero() && len(v.Tags) > 0 {
		for _, older := range p.versions {
			older.Tags = slices.DeleteFunc(older.Tags, func(t string) bool {
				return older.DeletedAt.IsZero() && slices.Contains(v.Tags, t)
			})
		}
	}
	p.versions = append(p.versions, &v)
	return v.ID
}

// dates fills in what was left out. GitHub gives whole seconds.
func (s *Server) dates(created, updated time.Time) (time.Time, time.Time) {
	if created.IsZero() {
		created = s.Now()
	}
	if updated.IsZero() {
		updated = created
	}
	return created.UTC().Truncate(time.Second), updated.UTC().Truncate(time.Second)
}

// sortedUsers returns all people by id.
func (w *world) sortedUsers() []*User {
	return slices.SortedFunc(maps.Values(w.users), func(a, b *User) int { return cmp.Compare(a.ID, b.ID) })
}
