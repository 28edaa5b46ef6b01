package ghfake

import (
	"fmt"
	"strconv"
	"strings"
)

// GitHub's paging: 30 rows unless asked for, 100 at most, and lists of
// packages end at row 10,000.
const (
	defaultPageSize = 30
	maxPageSize     = 100
	listCap         = 10_000
)

// page is which part of a list was asked for.
type page struct{ number, size int }

// page reads the paging parameters; GitHub forgives nonsense.
func (c *call) page() page {
	query := c.r.URL.Query()
	positive := func(name string, otherwise int) int {
		if n, err := strconv.Atoi(query.Get(name)); err == nil && n > 0 {
			return n
		}
		return otherwise
	}
	return page{number: positive("page", 1), size: min(positive("per_page", defaultPageSize), maxPageSize)}
}

// paged answers with one page of total rows and its Link header.
func (c *call) paged(p page, total int, owner account, rows func(from, to int) any) answer {
	from := min((p.number-1)*p.size, total)
	to := min(from+p.size, total)
	return ok(rows(from, to)).with("Link", c.links(p, total, owner))
}

// links builds the Link header. There is none if one page holds everything.
// Beyond the end GitHub says that the last page is 0.
func (c *call) links(p page, total int, owner account) string {
	last := (total + p.size - 1) / p.size
	if last <= 1 && p.number == 1 {
		return ""
	}
	target := c.linkTarget(owner)
	var parts []string
	add := func(rel string, number int) {
		query := c.r.URL.Query()
		query.Set("page", strconv.Itoa(number))
		parts = append(parts, fmt.Sprintf(`<%s?%s>; rel="%s"`, target, query.Encode(), rel))
	}
	if p.number > 1 {
		add("prev", p.number-1)
	}
	switch {
	case p.number < last:
		add("next", p.number+1)
		add("last", last)
	case p.number > last:
		add("last", 0)
	}
	if p.number > 1 {
		add("first", 1)
	}
	return strings.Join(parts, ", ")
}

// linkTarget is the address that was asked for, with the owner's numeric id in
// place of the login.
func (c *call) linkTarget(owner account) string {
	path := strings.TrimPrefix(c.r.URL.EscapedPath(), apiPrefix)
	var byID string
	switch {
	case c.vars["org"] != "":
		byID = fmt.Sprintf("/organizations/%d/", owner.org.ID)
	case c.vars["username"] != "":
		byID = fmt.Sprintf("/user/%d/", owner.user.ID)
	default:
		return c.APIURL + path
	}
	const ownerParts = 3 // "", "orgs", login
	return c.APIURL + byID + strings.Join(strings.Split(path, "/")[ownerParts:], "/")
}

// byLogin rewrites the numeric addresses of Link headers to those by login.
func (w *world) byLogin(path []string) []string {
	if len(path) < 3 {
		return path
	}
	id, err := strconv.ParseInt(path[1], 10, 64)
	if err != nil {
		return path
	}
	switch path[0] {
	case "organizations":
		for _, o := range w.orgs {
			if o.ID == id {
				return append([]string{"orgs", o.Login}, path[2:]...)
			}
		}
	case "user":
		for _, u := range w.users {
			if u.ID == id {
				return append([]string{"users", u.Login}, path[2:]...)
			}
		}
	}
	return path
}
