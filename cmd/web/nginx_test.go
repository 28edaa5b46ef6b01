package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stockroom-dev/stockroom/internal/apptest"
)

// The addresses from which requests come. The replicas trust nginx alone, so
// whoever speaks to them from another one is a stranger.
const (
	nginxAddress  = "127.0.0.2"
	clientAddress = "127.0.0.5"
	stranger      = "127.0.0.1"
)

// proxy is a running nginx, configured by deploy/nginx.conf: plain passes paths
// on as they come, and decoding as nginx reads them.
type proxy struct {
	plain, decoding string // addresses
	roots           *x509.CertPool
}

// startNginx runs a real nginx in front of the upstreams until the test ends;
// more is what the test adds to what it does with a request. Where there is
// none the test is skipped, but where nothing may be skipped.
func startNginx(t *testing.T, more string, upstreams ...string) *proxy {
	t.Helper()
	binary := nginxBinary(t)
	dir := t.TempDir()
	p := &proxy{plain: freeAddress(t), decoding: freeAddress(t), roots: x509.NewCertPool()}
	p.certify(t, dir)
	documented, err := os.ReadFile("../../deploy/nginx.conf")
	if err != nil {
		t.Fatal(err)
	}
	plain := changed(t, string(documented), [][2]string{
		{"server stockroom-1:8080", "server " + upstreams[0]}, {"server stockroom-2:8080", "server " + upstreams[1]},
		{"listen 443 ssl", "listen " + p.plain + " ssl"}, {"/etc/ssl/", dir + "/"},
		{"proxy_pass http://stockroom;", "proxy_pass http://stockroom;\n" + more},
	})
	server := plain[strings.Index(plain, "\nserver {"):]
	decoding := changed(t, server, [][2]string{{"listen " + p.plain, "listen " + p.decoding}, {"proxy_pass http://stockroom;", "proxy_pass http://stockroom/;"}})
	main := "worker_processes 1;\npid " + dir + "/pid;\nevents { worker_connections 512; }\nhttp {\naccess_log off;\n"
	if os.Getuid() == 0 {
		main = "user root;\n" + main // the worker of another user could not write into the test's directory
	}
	for _, temp := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		main += temp + "_temp_path " + dir + "/" + temp + ";\n"
	}
	config := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(config, []byte(main+plain+decoding+"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if said, err := os.ReadFile(filepath.Join(dir, "error.log")); t.Failed() && err == nil {
			t.Logf("nginx says:\n%s", said)
		}
	})
	attend(t, exec.Command(binary, "-p", dir, "-c", config, "-e", filepath.Join(dir, "error.log"), "-g", "daemon off;"), p.decoding)
	return p
}

func nginxBinary(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"nginx", "/usr/sbin/nginx"} { // Debian's is not in everybody's path
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	missing(t, "NOT TESTED BEHIND NGINX: it is not installed")
	return ""
}

// missing skips the test, but where nothing may be skipped.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" || os.Getenv("STOCKROOM_TEST_REQUIRE") == "1" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// changed replaces what has to be there.
func changed(t *testing.T, text string, pairs [][2]string) string {
	t.Helper()
	for _, pair := range pairs {
		if !strings.Contains(text, pair[0]) {
			t.Fatalf("%q is documented no more", pair[0])
		}
		text = strings.ReplaceAll(text, pair[0], pair[1])
	}
	return text
}

// certify makes nginx's certificate.
func (p *proxy) certify(t *testing.T, dir string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: host}, DNSNames: []string{host}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{
		"stockroom.pem": {Type: "CERTIFICATE", Bytes: der}, "stockroom.key": {Type: "PRIVATE KEY", Bytes: private},
	} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	p.roots.AddCert(certificate)
}

// attend runs a proxy until the test ends, and returns once it listens there.
func attend(t *testing.T, command *exec.Cmd, address string) {
	t.Helper()
	var said apptest.Buffer
	command.Stdout, command.Stderr = &said, &said
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	t.Cleanup(func() {
		_ = command.Process.Signal(os.Interrupt) // nginx ends its worker, too
		<-ended
		if t.Failed() {
			t.Logf("%s says:\n%s", command.Path, said.String())
		}
	})
	for began := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		connection, err := net.Dial("tcp", address)
		if err == nil {
			connection.Close()
			return
		}
		select {
		case err := <-ended:
			ended <- err
			t.Fatalf("%s ended: %v\n%s", command.Path, err, said.String())
		default:
		}
		if time.Since(began) > time.Minute {
			t.Fatalf("%s does not listen: %v", command.Path, err)
		}
	}
}

// dial connects as the client.
func dial(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(clientAddress)}}
	return dialer.DialContext(ctx, network, address)
}

// dialTLS is dial, and the handshake.
func (p *proxy) dialTLS(ctx context.Context) (net.Conn, error) {
	raw, err := dial(ctx, "tcp", p.plain)
	if err != nil {
		return nil, err
	}
	secure := tls.Client(raw, &tls.Config{RootCAs: p.roots, ServerName: host})
	if err := secure.HandshakeContext(ctx); err != nil {
		raw.Close()
		return nil, fmt.Errorf("handshake: %w", err)
	}
	return secure, nil
}
