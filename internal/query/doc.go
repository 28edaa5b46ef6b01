// Package query reads the one language in which Stockroom's tables are
// searched: in the search box, in an address's q and in JSON. It is pure: a
// query is read once, against a clock that the caller names, and then says of
// each package or version whether it is meant.
//
// The grammar; all terms of a query must hold, case does not count:
//
//	query    = { space } [ term { space { space } term } ] { space }
//	term     = [ "-" ] ( word | field ":" value { "," value } )    "-": must not hold; ",": or
//	word     = bare | quoted                     part of a name; of versions: of a name or a tag
//	bare     = any characters but spaces and quotes; before a ":" stands a field
//	quoted   = '"' { any character } '"'         all literal, but \" is a quote and \\ a backslash
//	value    = bare without "," | quoted
//	number   = n | ">" n | ">=" n | "<" n | "<=" n | n ".." n      n: 0 to 2147483647
//	age      = n ( "h" | "d" | "w" | "m" | "y" )                   m: calendar months; n: 0 to 99999
//	date     = as number, n: 2026 | 2026-01 | 2026-01-31 | 2026-01-31T12:00:00Z    a whole span, in UTC
//
// The fields of both tables:
//
//	state:deleted        the other list (active, deleted): one value, see Packages.State
//	older:90d newer:2w   at least, less than that long ago: updated (packages), created (versions)
//	updated:<2026        by date; also created: (updated:unknown where GitHub gave none)
//
// Of packages: type:npm,maven; visibility:public; repo:api and repo:acme/api
// (repo:none has no repository); owner:acme; versions:>100 (versions:unknown
// where GitHub gave no number).
//
// Of versions: tag:latest (the whole tag), tag:pr-* (its beginning), tag:none
// or is:untagged or untagged (container images without a tag); digest:3f9a or
// digest:sha256:3f9a (its beginning). A word may be a pasted digest.
//
// Quoted, tag:"none", repo:"none" and "untagged" are names like any other.
//
// What is not known of a row (a number or a time that GitHub did not give, the
// repository of a package that it named none of, tags of types that it gives
// none of, whether what it calls private is internal) satisfies neither a term
// nor its negation, and a Sieve counts such rows. Only the values that ask for
// just that know: versions:unknown, updated:unknown, repo:none.
//
// There are no wildcards but the one of tags: "%", "_" and "*" are plain
// characters. Whatever cannot be read is an Error that says where; nothing is
// ignored.
package query
