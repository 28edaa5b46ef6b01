package inventory

import "github.com/stockroom-dev/stockroom/internal/ghpkg"

// References returns which of the listed versions say by a tag that they are
// about another one.
func (v *Versions) References() []ghpkg.Reference {
	var all []ghpkg.Reference
	named := map[string]int64{}
	for n := range v.Items {
		for _, tag := range v.Items[n].Tags() {
			if digest, ok := ghpkg.ReferredDigest(tag); ok {
				all = append(all, ghpkg.Reference{From: v.Items[n].ID, Tag: tag, Digest: digest})
				named[digest] = 0
			}
		}
	}
	if len(all) == 0 {
		return nil // as mostly: the names, which have to be written out, are not needed
	}
	for n := range v.Items {
		name := v.Items[n].Name()
		if _, ok := named[name]; ok {
			named[name] = v.Items[n].ID
		}
	}
	for n := range all {
		all[n].To = named[all[n].Digest]
	}
	return all
}
