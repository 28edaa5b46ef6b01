package handlers

import (
	"context"
	"math"
	"net/url"

	"github.com/stockroom-dev/stockroom/internal/auth"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/inventory"
	"github.com/stockroom-dev/stockroom/internal/operations"
	"github.com/stockroom-dev/stockroom/internal/query"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// selectAll returns everything that the table at an address lists, on all its
// pages, by the ways in which its own page finds it.
func (h *edge) selectAll(ctx context.Context, s *auth.Session, action ghpkg.Action, from string) (operations.Selection, error) {
	u, err := url.Parse(from)
	if err != nil || u.Scheme != "" || u.Host != "" {
		return operations.Selection{}, invalidForm("from")
	}
	v, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return operations.Selection{}, invalidFilter("?", u.RawQuery)
	}
	for _, name := range append([]string{"notice"}, pagingFilters...) {
		v.Del(name) // they choose a page, and no rows
	}
	if u.Path == link.All {
		return h.selectEverywhere(ctx, s, action, v)
	}
	if p, err := link.Parse(u.Path); err == nil && p.Action == "" && p.Version.ID() == 0 {
		return h.selectVersions(ctx, s, action, p.Ref, v)
	}
	switch owner, page, err := link.ParseOwner(u.Path); {
	case err == nil && page == "packages":
		return h.selectPackages(ctx, s, action, owner, v)
	case err == nil && page == "bin":
		return h.selectBin(ctx, s, action, owner, v)
	}
	return operations.Selection{}, invalidForm("from")
}

// onePage is a query for all rows at once.
func onePage(v url.Values, known []string, sorts ...ghpkg.Sort) (ghpkg.Query, error) {
	if err := checkNames(v, known); err != nil {
		return ghpkg.Query{}, err
	}
	q, err := readQuery(v, sorts)
	q.Page, q.PerPage = 1, math.MaxInt
	return q, err
}

// pickedIn is the table in which rows were selected by hand, if the form says
// so: by its path alone, for rows stay selected while it is filtered anew.
func pickedIn(from string, action ghpkg.Action) string {
	u, err := url.Parse(from)
	if err != nil || u.Scheme != "" || u.Host != "" {
		return ""
	}
	var rows ghpkg.Query
	if action == ghpkg.ActionRestore {
		rows.State = ghpkg.Deleted
	}
	if u.Path == link.All {
		return source(link.All, rows)
	}
	if p, err := link.Parse(u.Path); err == nil && p.Action == "" && p.Version.ID() == 0 {
		return source(link.Package(p.Ref), rows)
	}
	switch owner, page, err := link.ParseOwner(u.Path); {
	case err == nil && page == "packages":
		return source(link.Packages(owner), rows)
	case err == nil && page == "bin":
		return link.Bin(owner)
	}
	return ""
}

// source is the address of a table on its first page.
func source(here string, q ghpkg.Query) string {
	q.Page, q.PerPage = 0, 0
	return link.WithQuery(here, q)
}

// fits refuses an action that the rows of a table do not have.
func fits(action ghpkg.Action, state ghpkg.State) error {
	if (action == ghpkg.ActionRestore) != (state == ghpkg.Deleted) {
		return invalidForm("action")
	}
	return nil
}

// asksAll reads what is wanted of a table of packages.
func (h *edge) asksAll(here string, action ghpkg.Action, v url.Values) (t wanted, from string, err error) {
	q, err := onePage(v, allFilters, ghpkg.Sorts()...)
	if err != nil {
		return t, "", err
	}
	t = h.asks(here, q)
	if t.mistake != nil {
		return t, "", invalidQuery(q.Text, t.mistake)
	}
	return t, source(here, q), fits(action, t.q.State)
}

func (h *edge) selectPackages(ctx context.Context, s *auth.Session, action ghpkg.Action, owner ghpkg.Owner, v url.Values) (operations.Selection, error) {
	t, from, err := h.asksAll(link.Packages(owner), action, v)
	if err != nil {
		return operations.Selection{}, err
	}
	active, err := h.Inventory.Packages(ctx, h.eyes(s), owner, activeQuery(t.q))
	if err != nil {
		return operations.Selection{}, err
	}
	if t.q.State == ghpkg.Deleted {
		gone, unseen, err := h.gonePackages(ctx, s, owner, active)
		if err != nil {
			return operations.Selection{}, err
		}
		return selectionOfGone(from, t, gone, active, unseen)
	}
	return selectionOfPackages(from, t, active)
}

func (h *edge) selectEverywhere(ctx context.Context, s *auth.Session, action ghpkg.Action, v url.Values) (operations.Selection, error) {
	t, from, err := h.asksAll(link.All, action, v)
	if err != nil {
		return operations.Selection{}, err
	}
	owners, all, err := h.everywhere(ctx, s, t)
	if err != nil {
		return operations.Selection{}, err
	}
	if t.q.State == ghpkg.Deleted {
		gone, unseen, err := h.goneEverywhere(ctx, s, owners, all)
		if err != nil {
			return operations.Selection{}, err
		}
		return selectionOfGone(from, t, gone, all, unseen)
	}
	return selectionOfPackages(from, t, all)
}

func selectionOfPackages(from string, t wanted, active *inventory.Packages) (operations.Selection, error) {
	found := t.selected(active)
	sel, err := newSelection(from, active.Notices, found.Notices)
	if err != nil {
		return sel, err
	}
	for _, p := range found.Rows {
		add(&sel, packageItem(p))
	}
	return sel, nil
}

func selectionOfGone(from string, t wanted, gone []gonePackage, active *inventory.Packages, unseen []ghpkg.Notice) (operations.Selection, error) {
	found := selectGone(gone, t)
	sel, err := newSelection(from, active.Notices, unseen, found.Notices, []ghpkg.Notice{{Kind: ghpkg.NoticeNoList}})
	if err != nil {
		return sel, err
	}
	taken := namesTaken(active)
	for _, g := range found.Rows {
		add(&sel, goneItem(g, taken))
	}
	return sel, nil
}

// selectVersions also says what else the package has, for that decides what
// GitHub will refuse.
func (h *edge) selectVersions(ctx context.Context, s *auth.Session, action ghpkg.Action, ref ghpkg.Ref, v url.Values) (operations.Selection, error) {
	q, err := onePage(v, versionFilters, versionSorts()...)
	if err != nil {
		return operations.Selection{}, err
	}
	search, mistake := query.ParseVersions(q.Text, ref.Type(), h.Now())
	if mistake != nil {
		return operations.Selection{}, invalidQuery(q.Text, mistake)
	}
	from := source(link.Package(ref), q)
	if state := search.State(); state != "" {
		q.State = state
	}
	if err := fits(action, q.State); err != nil {
		return operations.Selection{}, err
	}
	p, listing, err := h.packageAndVersions(ctx, s, ref, q.State)
	if err != nil {
		return operations.Selection{}, err
	}
	sought, err := h.deletionsSought(ctx, s, ref, search, listing)
	if err != nil {
		return operations.Selection{}, err
	}
	found := listing.Select(q, search, sought.tags())
	sel, err := newSelection(from, listing.Notices, found.Notices)
	if err != nil {
		return sel, err
	}
	for _, v := range found.Rows {
		add(&sel, versionItem(p, v))
	}
	if action == ghpkg.ActionDelete {
		sel.Facts = []ghpkg.PackageFacts{factsOf(ref, listing)}
	}
	return sel, nil
}

func (h *edge) selectBin(ctx context.Context, s *auth.Session, action ghpkg.Action, owner ghpkg.Owner, v url.Values) (operations.Selection, error) {
	q, err := onePage(v, binFilters)
	if err != nil {
		return operations.Selection{}, err
	}
	if err := fits(action, ghpkg.Deleted); err != nil {
		return operations.Selection{}, err
	}
	active, err := h.Inventory.Packages(ctx, h.eyes(s), owner, ghpkg.Query{})
	if err != nil {
		return operations.Selection{}, err
	}
	found, err := h.binnedUnder(ctx, s, owner, active)
	if err != nil {
		return operations.Selection{}, err
	}
	sel, err := newSelection(source(link.Bin(owner), q), found.notices)
	if err != nil {
		return sel, err
	}
	rows, _, _, err := h.searchBin(ctx, s, owner, found.rows, q)
	if err != nil {
		return sel, err
	}
	taken := namesTaken(active)
	for _, b := range rows {
		if b.version != nil {
			add(&sel, versionItem(b.gone.pkg, *b.version))
			continue
		}
		add(&sel, goneItem(b.gone, taken))
	}
	return sel, nil
}
