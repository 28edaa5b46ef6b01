// Package operations runs bulk deletions and restorations: it freezes a
// selection, says what to expect of it, and works through it at GitHub's pace,
// through any restart. What was frozen is what runs, and nothing else.
package operations
