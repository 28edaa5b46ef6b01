package views

import "github.com/stockroom-dev/stockroom/internal/ghpkg"

// Owners is the signed-in viewer's home: whose packages they may look at.
type Owners struct {
	Frame
	Rows    []OwnerRow
	Notices []Notice
	Find    string // what was typed into "another owner", or empty
	Exports Exports
}

// OwnerRow is one owner.
type OwnerRow struct {
	Login     string
	Kind      ghpkg.OwnerKind
	Role      ghpkg.Role // empty for the viewer's own namespace
	Own       bool       // the viewer's own namespace
	AvatarURL string
	Href      string
	Conflicts string
	Bin       string
}
