package ghclient

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// moving is a list at GitHub, the newest first, that changes while it is read.
type moving struct {
	mu     sync.Mutex
	ids    []int
	calls  int
	change func(m *moving, page int) // after a page was answered
	before map[int]int               // a page that is answered only after another
	done   map[int]chan struct{}     // closed when a page was answered first
}

func (m *moving) answered(page int) chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.done[page] == nil {
		m.done[page] = make(chan struct{})
	}
	return m.done[page]
}

func (m *moving) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	page, _ := strconv.Atoi(r.URL.Query().Get("page"))
	page = max(page, 1)
	if first, ok := m.before[page]; ok {
		<-m.answered(first)
	}
	done := m.answered(page)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calls++
	last := (len(m.ids) + perPage - 1) / perPage
	from, to := min((page-1)*perPage, len(m.ids)), min(page*perPage, len(m.ids))
	if page < last {
		w.Header().Set("Link", fmt.Sprintf(`<https://h/?page=%d>; rel="next", <https://h/?page=%d>; rel="last"`, page+1, last))
	}
	rows := []map[string]any{}
	for _, id := range m.ids[from:to] {
		rows = append(rows, map[string]any{"id": id, "name": strconv.Itoa(id)})
	}
	if m.change != nil {
		m.change(m, page)
	}
	select {
	case <-done:
	default:
		close(done)
	}
	writeJSON(w, http.StatusOK, rows)
}

// deletes removes the newest n.
func (m *moving) deletes(n int) { m.ids = m.ids[n:] }

// publishes adds n in front.
func (m *moving) publishes(n int) {
	for range n {
		m.ids = slices.Insert(m.ids, 0, m.ids[0]+1)
	}
}

// once changes the list after the page was answered for the first time.
func once(page int, change func(*moving)) func(*moving, int) {
	return func(m *moving, p int) {
		if p == page {
			m.change = nil
			change(m)
		}
	}
}

// TestListsThatMove: what is listed all the while is in the listing, or the
// listing says that it may not be; and one that does not move costs no call more.
func TestListsThatMove(t *testing.T) {
	t.Parallel()
	moved := []ghpkg.Notice{{Kind: ghpkg.NoticeMoved}}
	for _, tt := range []struct {
		name    string
		rows    int
		change  func(*moving, int)
		before  map[int]int
		notices []ghpkg.Notice
		calls   int
	}{
		{name: "it stays", rows: 350, calls: 4},
		{name: "one page", rows: 99, change: once(1, func(m *moving) { m.deletes(1) }), calls: 1},
		{name: "a deletion between later pages", rows: 350, change: once(4, func(m *moving) { m.deletes(1) }), before: map[int]int{2: 4, 3: 4}, calls: 8},
		{name: "the last page is gone", rows: 301, change: once(1, func(m *moving) { m.deletes(1) }), calls: 7},
		{name: "more than a page is gone", rows: 350, change: once(1, func(m *moving) { m.deletes(120) }), calls: 7},
		{name: "published between later pages", rows: 350, change: once(4, func(m *moving) { m.publishes(1) }), before: map[int]int{2: 4, 3: 4}, calls: 8},
		{name: "it never stays", rows: 350, change: func(m *moving, page int) {
			if page == 1 {
				m.deletes(100)
			}
		}, notices: moved, calls: 7},
		{name: "too long to be read again", rows: 100*rereadPages + 1, change: once(1, func(m *moving) { m.deletes(1) }), notices: moved, calls: rereadPages + 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := &moving{change: tt.change, before: tt.before, done: map[int]chan struct{}{}}
			for id := range tt.rows {
				m.ids = append(m.ids, tt.rows-id)
			}
			gh := served(t, m.ServeHTTP)
			listed := map[int64]bool{}
			notices, err := gh.For("t", "").VersionPages(t.Context(), mustRef(t, acme(t), ghpkg.NPM, "x"), ghpkg.Active, func(page []ghpkg.Version) {
				for _, v := range page {
					if listed[v.ID] {
						t.Errorf("%d is listed twice", v.ID)
					}
					listed[v.ID] = true
				}
			})
			if diff := cmp.Diff(tt.notices, notices); diff != "" || err != nil {
				t.Errorf("error %v, notices (-want +got)\n%s", err, diff)
			}
			for _, id := range m.ids {
				if !listed[int64(id)] && id <= tt.rows && tt.notices == nil {
					t.Errorf("%d was there all the while, and is not listed", id)
				}
			}
			if m.calls != tt.calls {
				t.Errorf("%d calls, want %d", m.calls, tt.calls)
			}
		})
	}
}

// TestLaterPagesComeFirst: of a long list what is deleted meanwhile moves rows to
// where they are yet to be seen.
func TestLaterPagesComeFirst(t *testing.T) {
	t.Parallel()
	const last = 2 * readsInFlight
	var mu sync.Mutex
	var asked []int
	all := make(chan struct{})
	gh := served(t, func(w http.ResponseWriter, r *http.Request) {
		page, _ := strconv.Atoi(r.URL.Query().Get("page"))
		if page > 1 {
			mu.Lock()
			if asked = append(asked, page); len(asked) == readsInFlight {
				close(all)
			}
			mu.Unlock()
			<-all
		}
		w.Header().Set("Link", fmt.Sprintf(`<https://h/?page=%d>; rel="last"`, last))
		writeJSON(w, http.StatusOK, []any{})
	})
	if _, err := gh.For("t", "").PackagePages(t.Context(), acme(t), ghpkg.NPM, "", func([]ghpkg.Package) {}); err != nil {
		t.Fatal(err)
	}
	slices.Sort(asked[:readsInFlight])
	if first := asked[0]; first != last-readsInFlight+1 {
		t.Errorf("page %d was asked for before a later one", first)
	}
}
