package ghclient

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/stockroom-dev/stockroom/internal/fault"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

const (
	perPage = 100
	// documentedPages is where GitHub's list of packages ends: per_page × page
	// is at most 10,000.
	documentedPages = 10_000 / perPage
	// mostPages bounds lists for which no end is documented.
	mostPages = 2_000
	// rereadPages bounds lists that are read again because they have moved: each
	// call is one of the viewer's hour.
	rereadPages = 100
)

// pager is a list at GitHub that is read to its end.
type pager[T any] struct {
	client *Client
	request
	query url.Values     // without page; per_page is in it if the endpoint has pages
	most  int            // pages; what is beyond is not read
	id    func(*T) int64 // by which rows are told apart; 0: it has none
	yield func([]T)      // called for each page, one at a time, with the rows that are new

	mu     sync.Mutex
	pass   int8           // how often the list has been begun
	seen   map[int64]int8 // by id, the last pass in which a row was listed
	last   int            // the last page, as the first says; 0: it does not
	moved  bool           // rows have gone to other pages while they were read
	capped bool           // there are more pages than may be read
	sso    string         // ids of the organizations that were left out
	header http.Header
}

// read reads all pages. GitHub gives them by number, so that a row can slip from
// one that is yet to be read to one that was. That is noticed by what else it
// does to the list, which is then read once more. What arrived before a failure
// was yielded.
func (p *pager[T]) read(ctx context.Context) error {
	p.seen = make(map[int64]int8)
	for p.pass = 1; ; p.pass++ {
		p.moved, p.capped = false, false
		if err := p.readOnce(ctx); err != nil || !p.moved || p.pass > 1 || p.last > rereadPages {
			return err
		}
	}
}

// readOnce reads all pages: the first says which is the last, the others come
// in parallel.
func (p *pager[T]) readOnce(ctx context.Context) error {
	p.last = 0
	first, err := p.page(ctx, 1)
	if err != nil {
		return err
	}
	p.last = first.last
	last := min(first.last, p.most)
	next := first.next
	if last > 1 {
		if next, err = p.parallel(ctx, last); err != nil {
			return err
		}
	}
	if first.last > p.most {
		p.capped = true
		return nil
	}
	// One by one where the last page is not told, or where the list has grown.
	for page := max(last, 1); next > page; {
		if page = next; page > p.most {
			p.capped = true
			return nil
		}
		at, err := p.page(ctx, page)
		if err != nil {
			return err
		}
		next = at.next
	}
	return nil
}

// parallel reads the pages from 2 to last, and returns what follows the last.
// It begins with the last: what is deleted meanwhile moves rows to pages that are
// yet to be read, and what is published in front moves one to where it was.
func (p *pager[T]) parallel(ctx context.Context, last int) (next int, err error) {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(readsInFlight)
	for page := last; page > 1; page-- {
		group.Go(func() error {
			at, err := p.page(ctx, page)
			if page == last {
				next = at.next
			}
			return err
		})
	}
	err = group.Wait()
	return next, err
}

// page reads one page and yields what is new on it.
func (p *pager[T]) page(ctx context.Context, page int) (links, error) {
	query := make(url.Values, len(p.query)+1)
	for name, values := range p.query {
		query[name] = values
	}
	if page > 1 {
		query.Set("page", strconv.Itoa(page))
	}
	items, header, err := fetch[[]T](ctx, p.client, p.request, query)
	if fault.CodeOf(err) == fault.CodePageCap {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.capped = true
		return links{}, nil
	}
	if err != nil {
		return links{}, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ids, ok := strings.Cut(header.Get(ssoHeader), "organizations="); ok {
		p.sso = ids
	}
	p.header = header
	at := parseLinks(header)
	p.moved = p.moved || p.elsewhere(page, at, len(*items))
	p.yield(p.fresh(*items))
	return at, nil
}

// elsewhere reports whether a page shows that the list does not end where its
// first page said.
func (p *pager[T]) elsewhere(page int, at links, rows int) bool {
	switch {
	case p.last == 0 || page > p.last:
		return false
	case at.last > 0:
		return at.last != p.last
	}
	return at.next == 0 && (page < p.last || rows == 0)
}

// fresh returns the rows that were not yielded yet. One that this pass has seen
// before has moved, since the list has each of them once.
func (p *pager[T]) fresh(rows []T) []T {
	kept := rows[:0]
	for i := range rows {
		id := p.id(&rows[i])
		before := p.seen[id]
		if id != 0 {
			p.seen[id] = p.pass
			p.moved = p.moved || before == p.pass
		}
		if before == 0 {
			kept = append(kept, rows[i])
		}
	}
	return kept
}

// notices says what the list could not see. link is where the hidden can be
// opened, typ the package type that the list is about; both may be empty.
func (p *pager[T]) notices(typ ghpkg.Type, link string) []ghpkg.Notice {
	var notices []ghpkg.Notice
	if p.capped {
		notices = append(notices, ghpkg.Notice{Kind: ghpkg.NoticeCap, Type: typ})
	}
	if p.moved {
		notices = append(notices, ghpkg.Notice{Kind: ghpkg.NoticeMoved, Type: typ})
	}
	if p.sso != "" {
		notices = append(notices, ghpkg.Notice{Kind: ghpkg.NoticeSSO, Type: typ, Detail: p.sso, URL: link})
	}
	return notices
}
