package ghpkg

import (
	"fmt"
	"time"
)

// Change is one deletion or restoration that somebody asks for: what, of what,
// why, and from where. It is what the ledger writes down before it is sent.
type Change struct {
	Action    Action // ActionDelete or ActionRestore
	Target    Target // as it was known before; VersionID 0 means the whole package
	Reason    string
	From      string // the client's address
	Operation string // the bulk operation it is part of, or empty
	Entry     string // the id that its entry in the ledger gets; empty: one is made
}

// VersionRef returns the address of the version that the target names; false
// if it names a whole package, or nothing that has an address.
func (t Target) VersionRef() (VersionRef, bool) {
	ref, ok := t.Ref()
	if !ok {
		return VersionRef{}, false
	}
	v, err := ref.Version(t.VersionID)
	return v, err == nil
}

// TargetOf returns the target that p as a whole is.
func TargetOf(p Package) Target {
	return Target{Owner: p.Owner, Type: p.Type, Name: p.Name, Visibility: p.Visibility, PackageID: p.ID, UpdatedAt: p.UpdatedAt}
}

// TargetOfVersion returns the target that version v of p is.
func TargetOfVersion(p Package, v Version) Target {
	t := TargetOf(p)
	t.VersionID, t.VersionName, t.Tags, t.UpdatedAt = v.ID, v.Name, v.Tags, time.Time{}
	return t
}

// String returns what the change is, for logs.
func (c Change) String() string {
	s := fmt.Sprintf("%s %s/%s/%s", c.Action, c.Target.Owner, c.Target.Type, c.Target.Name)
	if c.Target.VersionID != 0 {
		s += fmt.Sprintf("#%d", c.Target.VersionID)
	}
	return s
}
