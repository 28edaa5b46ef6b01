package bench

import (
	"encoding/json"
	"net/http"
	"net/http/cookiejar"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/ghfake"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// BenchmarkMemory looks at the resident memory of the program, alone in its
// process, that holds 10,000 packages and 200,000 versions, one package of
// which has 135,000, while eight browsers turn pages.
func BenchmarkMemory(b *testing.B) {
	const addr = "127.0.0.1:18232"
	fake := ghfake.Start(b, ghfake.Options{}, large)
	binary := buildProgram(b)
	program := exec.CommandContext(b.Context(), binary)
	program.Env = []string{
		"STOCKROOM_ADDR=" + addr, "STOCKROOM_GITHUB_URL=" + fake.URL, "STOCKROOM_GITHUB_API_URL=" + fake.APIURL,
		"STOCKROOM_GITHUB_CLIENT_ID=" + fake.ClientID(), "STOCKROOM_GITHUB_CLIENT_SECRET=" + fake.ClientSecret(),
		"STOCKROOM_SECRET_KEY=MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=", "STOCKROOM_LOG_LEVEL=error",
		"STOCKROOM_DATABASE_URL=sqlite:" + filepath.Join(b.TempDir(), "stockroom.db"),
	}
	if err := program.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = program.Process.Kill(); _ = program.Wait() })
	client := signedIn(b, "http://"+addr, fake)
	paths := []string{
		"/orgs/acme/packages?per_page=100", "/orgs/beta/packages?per_page=100", "/orgs/acme/packages?q=service-0+older:1h",
		"/orgs/acme/packages/container/many?per_page=100",
		"/orgs/acme/packages/container/rest?q=tag:none",
	}
	for _, path := range paths {
		untilWhole(b, client, "http://"+addr+path)
	}
	highest := 0
	for b.Loop() {
		turnPages(b, client, "http://"+addr, paths)
		highest = max(highest, residentOf(b, program.Process.Pid))
	}
	b.ReportMetric(float64(highest)/1e3, "MB-under-load")
}

// signedIn returns a client in which ada is signed in, once the program answers.
func signedIn(b *testing.B, base string, fake *ghfake.Server) *http.Client {
	b.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.Fatal(err)
	}
	client := &http.Client{Jar: jar, Timeout: time.Minute}
	fake.Authorize("ada")
	for range 200 {
		answer, err := client.Get(base + "/login?scope=" + ghpkg.ScopeRepo + "&return_to=/settings")
		if err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK && answer.Request.URL.Path == "/settings" {
				return client
			}
			b.Fatalf("sign-in led to %s: %s", answer.Request.URL, answer.Status)
		}
		time.Sleep(20 * time.Millisecond)
	}
	b.Fatal("the program does not answer")
	return nil
}

// untilWhole asks until a table says that it is whole.
func untilWhole(b *testing.B, client *http.Client, address string) {
	b.Helper()
	for range 60 {
		if t := tableAt(b, client, address+"&format=json"); t.Complete && t.Total > 0 {
			return
		}
	}
	b.Fatalf("%s is never whole", address)
}

func tableAt(b *testing.B, client *http.Client, address string) (t wholeness) {
	b.Helper()
	answer, err := client.Get(address)
	if err != nil {
		b.Fatal(err)
	}
	defer answer.Body.Close()
	if err := json.NewDecoder(answer.Body).Decode(&t); err != nil {
		b.Fatalf("%s: %v", address, err)
	}
	return t
}

// turnPages has eight browsers open every address.
func turnPages(b *testing.B, client *http.Client, base string, paths []string) {
	b.Helper()
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for _, path := range paths {
				answer, err := client.Get(base + path)
				if err != nil {
					b.Error(err)
					return
				}
				answer.Body.Close()
			}
		})
	}
	group.Wait()
}
