// Package e2e uses Stockroom as people do: in Chromium, from the sign-in to the
// deletion that was a mistake, against the in-memory GitHub. It holds tests
// alone; `go test ./internal/e2e` runs them where a Chromium is installed.
package e2e
