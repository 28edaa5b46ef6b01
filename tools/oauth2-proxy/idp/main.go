// Command idp is a company's sign-on for the tests: an OpenID Connect provider
// that takes people for whom their browser's cookie says they are.
package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"

	"github.com/oauth2-proxy/mockoidc"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "idp:", err)
		os.Exit(1)
	}
}

// run says on standard output where it is and what its only client is called,
// and then serves until it is killed.
func run() error {
	idp, err := mockoidc.NewServer(nil)
	if err != nil {
		return err
	}
	if err := idp.AddMiddleware(recognize(idp)); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	if err := idp.Start(listener, nil); err != nil {
		return err
	}
	if err := json.NewEncoder(os.Stdout).Encode(idp.Config()); err != nil {
		return err
	}
	select {}
}

// recognize tells mockoidc whose turn it is: it takes people from a queue. One
// request at a time, since it does not guard its sessions.
func recognize(idp *mockoidc.MockOIDC) func(http.Handler) http.Handler {
	var mu sync.Mutex
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			if r.URL.Path == mockoidc.AuthorizationEndpoint {
				employee, err := r.Cookie("employee")
				if err != nil {
					http.Error(w, "who are you?", http.StatusUnauthorized)
					return
				}
				idp.QueueUser(&mockoidc.MockUser{Subject: "id of " + employee.Value, Email: employee.Value, EmailVerified: true})
			}
			next.ServeHTTP(w, r)
		})
	}
}
