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
)

// pager is a list at GitHub that is read to its end.
type pager[T any] struct {
	client *Client
	request
	query url.Values // without page; per_page is in it if the endpoint has pages
	most  int        // pages; what is beyond is not read
	yield func([]T)  // called for each page, one at a time

	mu     sync.Mutex
	capped bool   // there are more pages than may be read
	sso    string // ids of the organizations that were left out
	header http.Header
}

// read reads all pages: the first says which is the last, the others come in
// parallel. What arrived before a failure was yielded.
func (p *pager[T]) read(ctx context.Context) error {
	first, err := p.page(ctx, 1)
	if err != nil {
		return err
	}
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
func (p *pager[T]) parallel(ctx context.Context, last int) (next int, err error) {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(readsInFlight)
	for page := 2; page <= last; page++ {
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

// page reads one page and yields what is on it.
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
	p.yield(*items)
	return parseLinks(header), nil
}

// notices says what the list could not see. link is where the hidden can be
// opened, typ the package type that the list is about; both may be empty.
func (p *pager[T]) notices(typ ghpkg.Type, link string) []ghpkg.Notice {
	var notices []ghpkg.Notice
	if p.capped {
		notices = append(notices, ghpkg.Notice{Kind: ghpkg.NoticeCap, Type: typ})
	}
	if p.sso != "" {
		notices = append(notices, ghpkg.Notice{Kind: ghpkg.NoticeSSO, Type: typ, Detail: p.sso, URL: link})
	}
	return notices
}
