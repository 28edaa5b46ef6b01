// Package bench measures what docs/numbers.md promises. Every benchmark prints a
// ratio against a baseline of the same run, or a count, so that a slow machine
// changes nothing.
package bench
