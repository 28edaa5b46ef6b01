package ghclient

import (
	"net/http"
	"testing"
)

func TestParseLinks(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, header string
		want         links
	}{
		{"none", "", links{}},
		{"numeric ids", `<https://api.github.com/organizations/9/packages?page=2&per_page=100>; rel="next", <https://api.github.com/organizations/9/packages?page=7>; rel="last"`, links{2, 7}},
		{"a package named preview", `<https://api.github.com/x/preview/versions?page=1>; rel="prev", <https://api.github.com/x/preview/next/last?page=3>; rel="next"`, links{next: 3}},
		{"a comma and a semicolon in the address", `<https://h/a,b;rel="last"?page=4>; rel="next"`, links{next: 4}},
		{"other parameters", `<https://h/?page=4>; title="a, rel=last"; REL=next`, links{next: 4}},
		{"two relations", `<https://h/?page=4>; rel="next last"`, links{4, 4}},
		{"out of range", `<https://h/?page=0>; rel="last", <https://h/?page=-3>; rel="next"`, links{}},
		{"no number", `<https://h/?page=x>; rel="next", <https://h/>; rel="last"`, links{}},
		{"cut off", `<https://h/?page=4`, links{}},
		{"no relation", `<https://h/?page=4>`, links{}},
	}
	for _, tt := range tests {
		if got := parseLinks(http.Header{"Link": {tt.header}}); got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

func FuzzParseLinks(f *testing.F) {
	f.Add(`<https://h/?page=2>; rel="next", <https://h/?page=3>; rel="last"`)
	f.Add(`<>;rel=";<,"`)
	f.Fuzz(func(t *testing.T, header string) {
		if l := parseLinks(http.Header{"Link": {header}}); l.next < 0 || l.last < 0 {
			t.Errorf("%q gave %+v", header, l)
		}
	})
}
