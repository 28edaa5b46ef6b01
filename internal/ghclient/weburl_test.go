package ghclient

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWebLink(t *testing.T) {
	t.Parallel()
	tests := []struct{ web, link, want string }{
		{"https://github.com", "https://github.com/orgs/acme/packages/npm/a%2Fb", "https://github.com/orgs/acme/packages/npm/a%2Fb"},
		{"https://github.com", "https://GitHub.com/x", "https://GitHub.com/x"},
		{"https://github.com", "http://github.com/x", ""},
		{"https://github.com", "https://gist.github.com/x", ""},
		{"https://github.com", "https://github.com.evil.example/x", ""},
		{"https://github.com", "https://github.com@evil.example/x", ""},
		{"https://github.com", "https://user:pw@github.com/x", ""},
		{"https://github.com", "javascript:alert(1)//github.com", ""},
		{"https://github.com", "//github.com/x", ""},
		{"https://github.com", "/x", ""},
		{"https://github.com", "", ""},
		{"https://octo.ghe.com", "https://pages.octo.ghe.com/x", "https://pages.octo.ghe.com/x"},
		{"https://octo.ghe.com", "https://notocto.ghe.com/x", ""},
		{"http://127.0.0.1:8081", "http://127.0.0.1:8081/x", "http://127.0.0.1:8081/x"},
		{"http://127.0.0.1:8081", "http://127.0.0.1:8082/x", ""},
		{"http://127.0.0.1:8081", "http://evil.127.0.0.1:8081/x", ""},
	}
	for _, tt := range tests {
		if got := webLink(mustURL(t, tt.web), tt.link); got != tt.want {
			t.Errorf("at %s: %q became %q, want %q", tt.web, tt.link, got, tt.want)
		}
	}
}

func TestAvatars(t *testing.T) {
	t.Parallel()
	tests := []struct {
		web     string
		sources []string
		good    string
		bad     string
	}{
		{"https://github.com", []string{"https://avatars.githubusercontent.com"}, "https://avatars.githubusercontent.com/u/1?v=4", "https://github.com/x.png"},
		{"https://git.corp", []string{"https://git.corp", "https://*.git.corp"}, "https://avatars.git.corp/u/1", "https://avatars.githubusercontent.com/u/1"},
		{"http://127.0.0.1:8081", []string{"http://127.0.0.1:8081"}, "http://127.0.0.1:8081/avatars/1", "https://127.0.0.1:8081/avatars/1"},
	}
	for _, tt := range tests {
		web := mustURL(t, tt.web)
		if diff := cmp.Diff(tt.sources, AvatarSources(web)); diff != "" {
			t.Errorf("%s: sources (-want +got)\n%s", tt.web, diff)
		}
		if got := avatarLink(web, tt.good); got != tt.good {
			t.Errorf("%s: %q became %q", tt.web, tt.good, got)
		}
		if got := avatarLink(web, tt.bad); got != "" {
			t.Errorf("%s: %q was kept", tt.web, tt.bad)
		}
	}
}
