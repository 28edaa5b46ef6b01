package auth_test

import (
	"bytes"
	"net/url"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/auth"
)

func mustURL(tb testing.TB, s string) *url.URL {
	tb.Helper()
	u, err := url.Parse(s)
	if err != nil {
		tb.Fatal(err)
	}
	return u
}

func TestKeys(t *testing.T) {
	t.Parallel()
	old, both, fresh := newKeys(t, secrets(1)), newKeys(t, secrets(2, 1)), newKeys(t, secrets(2))
	sealed := old.Seal("row", []byte("secret"))
	if bytes.Contains(sealed, []byte("secret")) {
		t.Error("sealed is not sealed")
	}
	if bytes.Equal(sealed, old.Seal("row", []byte("secret"))) {
		t.Error("the same text is sealed in the same way twice")
	}
	flipped := bytes.Clone(sealed)
	flipped[len(flipped)-1] ^= 1
	version := bytes.Clone(sealed)
	version[0]++
	tests := []struct {
		name   string
		keys   *auth.Keys
		row    string
		sealed []byte
		opens  bool
	}{
		{"same key", old, "row", sealed, true},
		{"old key second", both, "row", sealed, true},
		{"old key withdrawn", fresh, "row", sealed, false},
		{"first key seals", fresh, "row", both.Seal("row", []byte("secret")), true},
		{"another row", old, "row 2", sealed, false},
		{"changed", old, "row", flipped, false},
		{"another version", old, "row", version, false},
		{"cut", old, "row", sealed[:8], false},
		{"cut in the header", old, "row", sealed[:3], false},
		{"nothing", old, "row", nil, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			plain, err := tt.keys.Open(tt.row, tt.sealed)
			if (err == nil) != tt.opens || tt.opens && string(plain) != "secret" {
				t.Errorf("Open = %q, %v; want it to open: %v", plain, err, tt.opens)
			}
		})
	}
}

func TestNewKeysRefuses(t *testing.T) {
	t.Parallel()
	for _, secrets := range [][][]byte{nil, {{}}, {make([]byte, 31)}, {make([]byte, 32), make([]byte, 33)}} {
		if _, err := auth.NewKeys(secrets); err == nil {
			t.Errorf("took secrets of sizes %v", secrets)
		}
	}
}
