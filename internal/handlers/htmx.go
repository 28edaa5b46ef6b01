package handlers

import (
	"net/http"
	"strings"
)

// Every HX- header of requests and answers is named here and nowhere else.

// isSwap reports whether htmx asks for a fragment. A boosted link and a page
// restored from history want the whole page.
func isSwap(r *http.Request) bool {
	h := r.Header
	return h.Get("HX-Request") == "true" && h.Get("HX-Boosted") == "" && h.Get("HX-History-Restore-Request") == ""
}

// isHTMX reports whether htmx sent the request, whatever it wants.
func isHTMX(r *http.Request) bool { return r.Header.Get("HX-Request") == "true" }

// redirectBrowser tells htmx to load another page; a 303 would be followed by
// fetch, and the page it leads to would be put into the row.
func redirectBrowser(w http.ResponseWriter, to string) { w.Header().Set("HX-Redirect", to) }

// retarget tells htmx to put the answer elsewhere than the request said.
func retarget(w http.ResponseWriter, selector, swap string) {
	w.Header().Set("HX-Retarget", selector)
	w.Header().Set("HX-Reswap", swap)
}

// vary says which request headers an answer depends on, for caches between.
func vary(w http.ResponseWriter) {
	w.Header().Add("Vary", "HX-Request")
	w.Header().Add("Vary", "Cookie")
	w.Header().Add("Vary", "Accept-Language")
}

// swapsInto reports whether the answer goes into the element with that id.
func swapsInto(r *http.Request, id string) bool {
	_, target, _ := strings.Cut(r.Header.Get("HX-Target"), "#")
	return target == id
}
