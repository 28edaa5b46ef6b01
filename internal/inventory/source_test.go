package inventory_test

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/inventory"
)

// listPackages and listVersions are how a source answers.
type (
	listPackages = func(ctx context.Context, typ ghpkg.Type, yield func([]ghpkg.Package)) ([]ghpkg.Notice, error)
	listVersions = func(ctx context.Context, ref ghpkg.Ref, state ghpkg.State, yield func([]ghpkg.Version)) ([]ghpkg.Notice, error)
)

// source is a GitHub that lists what the test says, and counts who asks.
type source struct {
	asked  atomic.Int32 // for lists
	single atomic.Int32 // for one package

	mu       sync.Mutex
	packages listPackages
	versions listVersions
	there    map[string]int64 // packages that a single question finds
}

func (s *source) PackagePages(ctx context.Context, _ ghpkg.Owner, typ ghpkg.Type, _ ghpkg.Visibility, yield func([]ghpkg.Package)) ([]ghpkg.Notice, error) {
	s.asked.Add(1)
	s.mu.Lock()
	list := s.packages
	s.mu.Unlock()
	return list(ctx, typ, yield)
}

func (s *source) VersionPages(ctx context.Context, ref ghpkg.Ref, state ghpkg.State, yield func([]ghpkg.Version)) ([]ghpkg.Notice, error) {
	s.asked.Add(1)
	s.mu.Lock()
	list := s.versions
	s.mu.Unlock()
	if list != nil {
		return list(ctx, ref, state, yield)
	}
	yield([]ghpkg.Version{{ID: 1, Name: ref.Name()}})
	return nil, nil
}

func (s *source) Package(_ context.Context, ref ghpkg.Ref) (ghpkg.Package, error) {
	s.single.Add(1)
	s.mu.Lock()
	defer s.mu.Unlock()
	if id, ok := s.there[ref.Name()]; ok {
		return ghpkg.Package{ID: id, Name: ref.Name(), Type: ref.Type(), Owner: ref.Owner()}, nil
	}
	return ghpkg.Package{}, &fault.Error{Kind: fault.NotFound}
}

// answers makes the source list packages otherwise from now on.
func (s *source) answers(list listPackages) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.packages = list
}

// lists returns a source that lists n packages of each type.
func lists(n int) *source {
	return &source{packages: func(_ context.Context, typ ghpkg.Type, yield func([]ghpkg.Package)) ([]ghpkg.Notice, error) {
		all := make([]ghpkg.Package, n)
		for i := range all {
			all[i] = ghpkg.Package{ID: int64(1000*slices.Index(ghpkg.Types(), typ) + i + 1), Type: typ, VersionCount: new(i + 1)}
		}
		yield(all)
		return nil, nil
	}}
}

// named lists packages of one name for each id, whatever the type.
func named(t *testing.T, all map[int64]string) listPackages {
	t.Helper()
	owner := acme(t)
	return func(_ context.Context, typ ghpkg.Type, yield func([]ghpkg.Package)) ([]ghpkg.Notice, error) {
		var page []ghpkg.Package
		for id, name := range all {
			page = append(page, ghpkg.Package{ID: id, Name: name, Type: typ, Owner: owner})
		}
		yield(page)
		return nil, nil
	}
}

// failing lists nothing but fails.
func failing(kind fault.Kind) listPackages {
	return func(context.Context, ghpkg.Type, func([]ghpkg.Package)) ([]ghpkg.Notice, error) {
		return nil, &fault.Error{Kind: kind, Said: "weather"}
	}
}

// begin returns an inventory that ends with the test.
func begin(t *testing.T, o inventory.Options) *inventory.Inventory {
	t.Helper()
	i := inventory.New(o)
	t.Cleanup(i.Close)
	return i
}

// eyes are the session's, with the viewer's id that stands for nobody else.
func eyes(session string, s *source) inventory.Eyes {
	return inventory.Eyes{Session: session, ViewerID: int64(session[0]), Source: s}
}

func acme(t *testing.T) ghpkg.Owner {
	t.Helper()
	owner, err := ghpkg.NewOwner(ghpkg.Organization, "acme")
	if err != nil {
		t.Fatal(err)
	}
	return owner
}

func ref(t *testing.T, name string) ghpkg.Ref {
	t.Helper()
	r, err := ghpkg.NewRef(acme(t), ghpkg.NPM, name)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func npm() ghpkg.Query { return ghpkg.Query{Types: []ghpkg.Type{ghpkg.NPM}} }

// kinds are the notices' kinds, in order.
func kinds(all []ghpkg.Notice) string {
	s := ""
	for _, n := range all {
		s += string(n.Kind) + " "
	}
	return s
}
