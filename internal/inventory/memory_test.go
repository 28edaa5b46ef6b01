package inventory_test

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/lean"
)

// memory is an archive that outlives an inventory, as a database does.
type memory struct {
	saving func(ghpkg.ListingKey) // called before a session's listing is saved; nil: nothing

	mu       sync.Mutex
	packages map[ghpkg.ListingKey]ghpkg.Listing[ghpkg.Package]
	versions map[ghpkg.ListingKey]ghpkg.Listing[lean.Version]
	gone     map[int64][]ghpkg.Vanished
	changes  []changed
}

// changed is a change through a replica.
type changed struct {
	ref     ghpkg.Ref
	replica string
}

func (m *memory) begins(key ghpkg.ListingKey) {
	if m.saving != nil && key.Shown() {
		m.saving(key)
	}
}

func (m *memory) SavePackages(ctx context.Context, key ghpkg.ListingKey, l ghpkg.Listing[ghpkg.Package]) error {
	if m.begins(key); ctx.Err() != nil {
		return ctx.Err()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.packages == nil {
		m.packages = map[ghpkg.ListingKey]ghpkg.Listing[ghpkg.Package]{}
	}
	m.packages[key] = l
	return nil
}

func (m *memory) LoadPackages(_ context.Context, key ghpkg.ListingKey) (ghpkg.Listing[ghpkg.Package], bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	l, ok := m.packages[key]
	return l, ok, nil
}

func (m *memory) SaveVersions(_ context.Context, key ghpkg.ListingKey, l ghpkg.Listing[lean.Version]) error {
	m.begins(key)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.versions == nil {
		m.versions = map[ghpkg.ListingKey]ghpkg.Listing[lean.Version]{}
	}
	m.versions[key] = l
	return nil
}

func (m *memory) LoadVersions(_ context.Context, key ghpkg.ListingKey) (ghpkg.Listing[lean.Version], bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	l, ok := m.versions[key]
	return l, ok, nil
}

func (m *memory) TouchListing(_ context.Context, key ghpkg.ListingKey, asOf time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if l, ok := m.packages[key]; ok {
		l.AsOf = asOf
		m.packages[key] = l
	}
	if l, ok := m.versions[key]; ok {
		l.AsOf = asOf
		m.versions[key] = l
	}
	return nil
}

func (m *memory) ExpireListings(ctx context.Context, ref ghpkg.Ref, replica string) error {
	m.mu.Lock()
	m.changes = append(m.changes, changed{ref, replica})
	keys := slices.Concat(slices.Collect(maps.Keys(m.packages)), slices.Collect(maps.Keys(m.versions)))
	m.mu.Unlock()
	for _, k := range keys {
		if k.Shown() && k.Owner == ref.Owner() && k.Type == ref.Type() && (k.Name == "" || k.Name == ref.Name()) {
			if err := m.TouchListing(ctx, k, time.UnixMilli(0)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *memory) LastChange(context.Context) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return int64(len(m.changes)), nil
}

func (m *memory) ChangesSince(_ context.Context, since int64, replica string) (all []ghpkg.Ref, last int64, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range m.changes[since:] {
		if c.replica != replica {
			all = append(all, c.ref)
		}
	}
	return all, int64(len(m.changes)), nil
}

func (m *memory) ForgetListings(_ context.Context, viewer string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.DeleteFunc(m.packages, func(k ghpkg.ListingKey, _ ghpkg.Listing[ghpkg.Package]) bool { return k.Viewer == viewer })
	maps.DeleteFunc(m.versions, func(k ghpkg.ListingKey, _ ghpkg.Listing[lean.Version]) bool { return k.Viewer == viewer })
	return nil
}

func (m *memory) Looked(_ context.Context, viewerID int64, owner ghpkg.Owner) ([]ghpkg.Looked, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []ghpkg.Looked
	for k, l := range m.versions {
		if k.State == ghpkg.Deleted && k.Owner == owner && k == k.LastSeen(viewerID) {
			all = append(all, ghpkg.Looked{Type: k.Type, Name: k.Name, At: l.AsOf, Found: len(l.Items) > 0})
		}
	}
	return all, nil
}

func (m *memory) AddVanished(_ context.Context, viewerID int64, gone []ghpkg.Vanished) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.gone == nil {
		m.gone = map[int64][]ghpkg.Vanished{}
	}
	m.gone[viewerID] = append(m.gone[viewerID], gone...)
	return nil
}

func (m *memory) Vanished(_ context.Context, viewerID int64, owner ghpkg.Owner, _ time.Time) ([]ghpkg.Vanished, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []ghpkg.Vanished
	for _, v := range m.gone[viewerID] {
		if v.Package.Owner == owner {
			all = append(all, v)
		}
	}
	slices.SortFunc(all, func(a, b ghpkg.Vanished) int { return cmp.Compare(a.Package.ID, b.Package.ID) })
	return all, nil
}

func (m *memory) RemoveVanished(_ context.Context, viewerID int64, _ ghpkg.Type, id int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.gone[viewerID] = slices.DeleteFunc(m.gone[viewerID], func(v ghpkg.Vanished) bool { return v.Package.ID == id })
	return nil
}

func (m *memory) Sweep(context.Context, time.Time, time.Time) error { return nil }

// sessions are those of which the archive holds anything.
func (m *memory) sessions() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []string
	for k := range m.packages {
		if k.Shown() {
			all = append(all, k.Viewer)
		}
	}
	for k := range m.versions {
		if k.Shown() {
			all = append(all, k.Viewer)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
