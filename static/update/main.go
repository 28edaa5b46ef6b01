// Command update fetches the vendored files of vendor.lock from npm, checks
// them against their sha512, and generates tokens.css and octicons.svg with
// only what is used. Run it by `go generate ./static`; nothing here runs when
// Stockroom is built or started.
package main

import (
	"bytes"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// lock is vendor.lock.
type lock struct {
	Packages []pkg `json:"packages"`
}

// pkg is one npm package, pinned by version and content, and what is taken from it.
type pkg struct {
	Name      string            `json:"name"`
	Version   string            `json:"version"`
	Integrity string            `json:"integrity"`
	Copy      map[string]string `json:"copy"`   // file in the package → file in the repository
	Tokens    []string          `json:"tokens"` // stylesheets that define the tokens that app.css uses
	Icons     []string          `json:"icons"`  // names of 16px octicons
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "update:", err)
		os.Exit(1)
	}
}

// run works from the repository's root, wherever go generate started it.
func run() error {
	if err := os.Chdir(".."); err != nil {
		return err
	}
	text, err := os.ReadFile("static/vendor.lock")
	if err != nil {
		return err
	}
	var l lock
	if err := json.Unmarshal(text, &l); err != nil {
		return fmt.Errorf("vendor.lock: %w", err)
	}
	for _, p := range l.Packages {
		if err := p.update(); err != nil {
			return fmt.Errorf("%s@%s: %w", p.Name, p.Version, err)
		}
	}
	return nil
}

func (p pkg) update() error {
	files, err := p.fetch()
	if err != nil {
		return err
	}
	for from, to := range p.Copy {
		content, err := files.read(from)
		if err != nil {
			return err
		}
		if err := write(to, content); err != nil {
			return err
		}
	}
	if len(p.Tokens) > 0 {
		if err := writeTokens(files, p.Tokens); err != nil {
			return err
		}
	}
	if len(p.Icons) > 0 {
		return writeSprite(files, p.Icons)
	}
	return nil
}

// fetch downloads the package with npm and checks what came against the lock:
// the registry is not trusted with more than availability.
func (p pkg) fetch() (archive, error) {
	dir, err := os.MkdirTemp("", "stockroom-vendor-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	cmd := exec.CommandContext(context.Background(), "npm", "pack", "--silent", "--pack-destination", dir, p.Name+"@"+p.Version)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("npm pack: %w", err)
	}
	packed, err := os.ReadFile(filepath.Join(dir, strings.TrimSpace(string(out))))
	if err != nil {
		return nil, err
	}
	sum := sha512.Sum512(packed)
	if got := "sha512-" + base64.StdEncoding.EncodeToString(sum[:]); got != p.Integrity {
		return nil, fmt.Errorf("integrity is %s, vendor.lock wants %s", got, p.Integrity)
	}
	return unpack(bytes.NewReader(packed))
}

func write(name string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, content, 0o644)
}
