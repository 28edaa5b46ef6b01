package link

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// Operation returns the page of one bulk operation.
func Operation(id string) string { return Operations + "/" + url.PathEscape(id) }

// Steer returns where to post what is to be done with an operation: "start",
// "pause", "resume", "stop", "retry", "undo", "continue", "remove" or "discard".
func Steer(id, verb string) string { return Operation(id) + "/" + verb }

// OperationOf returns the page of the operation that an address is about.
func OperationOf(path string) (page string, ok bool) {
	rest, ok := strings.CutPrefix(path, Operations+"/")
	id, _, _ := strings.Cut(rest, "/")
	return Operation(id), ok && id != ""
}

// Discarded is the operations, with the word that a draft is not among them any more.
const Discarded = Operations + "?notice=discarded"

// OperationsIn returns the operations in a state; empty: all of them.
func OperationsIn(state ghpkg.OperationState, page, perPage int) string {
	v := paging(page, perPage)
	if state != "" {
		v.Set("state", string(state))
	}
	return withValues(Operations, v)
}

// OperationItems returns a page of an operation's items.
func OperationItems(id string, q ghpkg.ItemQuery, page, perPage int) string {
	v := paging(page, perPage)
	for name, value := range map[string]string{
		"q": q.Text, "state": string(q.State), "check": string(q.Check), "sort": string(q.Sort),
	} {
		if value != "" {
			v.Set(name, value)
		}
	}
	return withValues(Operation(id), v)
}

// LedgerOfOperation returns the ledger's entries of one operation.
func LedgerOfOperation(id string) string {
	return withValues(Ledger, url.Values{"operation": {id}})
}

// As returns an address of ours as "json" or "csv".
func As(path, format string) string {
	sep := "?"
	if strings.Contains(path, "?") {
		sep = "&"
	}
	return path + sep + "format=" + format
}

func paging(page, perPage int) url.Values {
	v := url.Values{}
	if page > 1 {
		v.Set("page", strconv.Itoa(page))
	}
	if perPage != 0 && perPage != ghpkg.DefaultPerPage {
		v.Set("per_page", strconv.Itoa(perPage))
	}
	return v
}

// Whole returns all rows of a table of items as a file, not one page of them.
func Whole(items string) string { return As(items, "csv") + "&all=1" }
