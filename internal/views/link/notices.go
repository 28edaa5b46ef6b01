package link

import "net/url"

// Notices is where admins say who is told what.
const Notices = Settings + "/notices"

// Destination returns where to post what is to be done with a destination of notices.
func Destination(id, verb string) string { return Notices + "/" + url.PathEscape(id) + "/" + verb }

// Tested returns the page that shows how the test of a destination went.
func Tested(id string) string { return withValues(Notices, url.Values{"tested": {id}}) }
