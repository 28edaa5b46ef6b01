package bench

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/apptest"
	"github.com/stockroom-dev/stockroom/internal/ghpkg"
)

// BenchmarkColdListing opens the packages of all types of an owner with 2,000,
// when nothing is cached and every call takes 50 ms. The floor of calls is one
// for each page of 100 of each type. The round trips are those that wait for
// one another, measured where a call takes so long (500 ms) that the work of
// the two programs on this machine hardly counts.
func BenchmarkColdListing(b *testing.B) {
	const packages, call, longCall = 2000, 50 * time.Millisecond, 500 * time.Millisecond
	portal := apptest.Start(b, apptest.Options{Seed: catalogue(packages), Quiet: true})
	perType := (packages + len(ghpkg.Types()) - 1) / len(ghpkg.Types())
	floor := len(ghpkg.Types()) * ((perType + ghpkg.MaxPerPage - 1) / ghpkg.MaxPerPage)
	listing := func(latency time.Duration) time.Duration {
		cold := asBrowser(portal, portal.SignIn(b, "ada", ghpkg.ScopeRepo), "/orgs/acme/packages")
		portal.GitHub.ResetRequests()
		portal.GitHub.SetLatency(latency)
		defer portal.GitHub.SetLatency(0)
		return serve(b, portal.App.Handler, cold)
	}
	var short, long time.Duration
	var calls int
	for b.Loop() {
		short += listing(call)
		calls += len(portal.GitHub.Requests())
		long += listing(longCall)
	}
	b.ReportMetric(float64(calls)/float64(b.N)-float64(floor), "calls-above-floor")
	b.ReportMetric(long.Seconds()/float64(b.N)/longCall.Seconds(), "round-trips")
	b.ReportMetric(short.Seconds()/float64(b.N), "s-at-50ms-a-call")
}

// BenchmarkColdStart starts the program with an empty database, until the
// first answer; and looks at the size of the binary and of the idle process.
func BenchmarkColdStart(b *testing.B) {
	binary := buildProgram(b)
	size, err := os.Stat(binary)
	if err != nil {
		b.Fatal(err)
	}
	var took time.Duration
	var resident int
	for b.Loop() {
		t, r := startOnce(b, binary)
		took, resident = took+t, max(resident, r)
	}
	b.ReportMetric(took.Seconds()/float64(b.N), "s-to-first-answer")
	b.ReportMetric(float64(size.Size())/1e6, "MB-binary")
	b.ReportMetric(float64(resident)/1e3, "MB-idle")
}

// buildProgram returns the path of the program as it is released.
func buildProgram(b *testing.B) string {
	b.Helper()
	binary := filepath.Join(b.TempDir(), "stockroom")
	build := exec.CommandContext(b.Context(), "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", binary, "../../cmd/web")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("build: %v\n%s", err, out)
	}
	return binary
}

// startOnce returns how long the program took to answer, and its resident
// memory in kB a moment later.
func startOnce(b *testing.B, binary string) (time.Duration, int) {
	b.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	program := exec.CommandContext(ctx, binary)
	program.Env = []string{
		"STOCKROOM_ADDR=127.0.0.1:18231", "STOCKROOM_GITHUB_CLIENT_ID=id", "STOCKROOM_GITHUB_CLIENT_SECRET=secret",
		"STOCKROOM_SECRET_KEY=MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
		"STOCKROOM_DATABASE_URL=sqlite:" + filepath.Join(b.TempDir(), "stockroom.db"),
	}
	var log bytes.Buffer
	program.Stderr = &log
	began := time.Now()
	if err := program.Start(); err != nil {
		b.Fatal(err)
	}
	for {
		answer, err := http.Get("http://127.0.0.1:18231/")
		if err == nil {
			answer.Body.Close()
			break
		}
		if time.Since(began) > 10*time.Second {
			b.Fatalf("no answer: %s", &log)
		}
		time.Sleep(time.Millisecond)
	}
	took := time.Since(began)
	resident := residentOf(b, program.Process.Pid)
	cancel()
	_ = program.Wait() // it was killed
	return took, resident
}

// residentOf reads a process's resident memory from /proc, in kB; 0 where there is none.
func residentOf(b *testing.B, pid int) int {
	b.Helper()
	status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(status), "VmRSS:")
	fields := strings.Fields(after)
	kB, err := strconv.Atoi(fields[0])
	if err != nil {
		b.Fatal(err)
	}
	return kB
}
