package e2e

import (
	"context"
	"os"
	"os/exec"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestInBrowser is the only test at the top, so that one Chromium serves all:
// starting it is what costs most. Each test has cookies and a portal of its own.
func TestInBrowser(t *testing.T) {
	t.Parallel()
	b := startChromium(t)
	tests := []struct {
		name string
		run  func(*testing.T, *browser)
	}{
		{"harness", harness},
		{"journey", journey},
		{"journey below a path", journeyBelow},
		{"without JavaScript", withoutJavaScript},
		{"keyboard only", keyboardOnly},
		{"selecting", selecting},
		{"bulk", bulk},
		{"bulk at work", bulkAtWork},
		{"bulk without JavaScript", bulkPlainly},
		{"bulk by keyboard", bulkByKeyboard},
		{"bulk and a revoked token", bulkRevoked},
		{"last tagged version", lastTagged},
		{"untagged versions counted", untaggedCounted},
		{"package counted", packageCounted},
		{"copying", copying},
		{"no right to delete", noRight},
		{"single sign-on", singleSignOn},
		{"two tabs", twoTabs},
		{"session revoked elsewhere", revokedElsewhere},
		{"filters in the address", filtersInAddress},
		{"slow GitHub", slowGitHub},
		{"offline", offline},
		{"answered in front", answeredInFront},
		{"own time zone", ownZone},
		{"accessibility", accessibility},
		{"narrow screen", narrowScreen},
		{"first view", firstView},
		{"shots", shots},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.run(t, b)
		})
	}
}

// browser is the Chromium that the tests share.
type browser struct {
	ctx context.Context
}

// startChromium starts the browser and ends it, and nothing else, after the
// test with all of its subtests.
func startChromium(t *testing.T) *browser {
	t.Helper()
	path := findChromium()
	if path == "" {
		const missing = "no Chromium in PATH (on Debian: apt-get install chromium): NOTHING was tested in a browser"
		if os.Getenv("CI") == "true" || os.Getenv("STOCKROOM_TEST_REQUIRE") == "1" {
			t.Fatal(missing)
		}
		t.Skip(missing)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.UserDataDir(t.TempDir()),
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("lang", "en-US"),
		chromedp.WindowSize(1280, 900),
	)
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium's sandbox refuses root
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, _ := chromedp.NewContext(allocator)
	t.Cleanup(func() { _ = chromedp.Cancel(ctx) }) // stop, above, ends it by force
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	return &browser{ctx}
}

func findChromium() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}
