// Package bench measures what the README promises. Every benchmark prints a
// ratio against a baseline of the same run, or a count, so that a slow machine
// changes nothing.
package bench
