package ghfake

import "strings"

// DeletedPackages returns copies of all deleted packages. GitHub's REST API has
// no such list; the practice mode needs it to write the ledger that a
// Stockroom in use would have.
func (s *Server) DeletedPackages() []Package {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Package
	for _, p := range s.world.packages {
		if !p.DeletedAt.IsZero() {
			all = append(all, p.Package)
		}
	}
	return all
}

// User returns the account of that login.
func (s *Server) User(login string) (User, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.world.users[strings.ToLower(login)]
	if u == nil {
		return User{}, false
	}
	return *u, true
}
