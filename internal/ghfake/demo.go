package ghfake

import "github.com/stockroom-dev/stockroom/internal/ghpkg"

// Demo fills the server with the organizations and people of the practice mode.
func Demo(s *Server) {
	s.AddUser(User{Login: "olivia-owner", Name: "Olivia Okafor", About: "Owner of acme-corp"})
	s.AddOrg(Org{Login: "acme-corp", Name: "Acme Corporation"})
	s.AddMember("acme-corp", "olivia-owner", ghpkg.RoleAdmin)
}
