package notices_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/notices"
)

func prefixes(text string) []netip.Prefix {
	var all []netip.Prefix
	for _, s := range strings.Fields(text) {
		all = append(all, netip.MustParsePrefix(s))
	}
	return all
}

// TestAllowed: without networks of one's own it is the internet alone, and by
// https alone.
func TestAllowed(t *testing.T) {
	t.Parallel()
	for ip, want := range map[string]bool{
		"140.82.121.4": true, "8.8.8.8": true, "172.32.0.1": true, "2606:4700::1111": true, "::ffff:8.8.8.8": true,
		"127.0.0.1": false, "127.9.9.9": false, "::1": false, "::": false, "0.0.0.0": false, "0.1.2.3": false,
		"10.0.0.1": false, "172.16.0.1": false, "192.168.1.1": false, "::ffff:10.0.0.1": false, "fd12::1": false,
		"169.254.169.254": false, "100.100.100.200": false, "192.0.0.192": false, "168.63.129.16": false,
		"fd00:ec2::254": false, "fd20:ce::254": false,
		"198.18.0.1": false, "224.0.0.1": false, "255.255.255.255": false, "fe80::1%eth0": false, "fec0::1": false, "ff02::1": false,
		"::10.0.0.1": false, "64:ff9b::a00:1": false, "2002:a00:1::": false, "2001:db8::1": false,
	} {
		byHTTPS, byHTTP := notices.Allowed(nil, netip.MustParseAddr(ip))
		if (byHTTPS == nil) != want || byHTTP == nil {
			t.Errorf("%s: by https %v, by http %v", ip, byHTTPS, byHTTP)
		}
	}
}

// TestOwnNetworks: what was listed is reached by http as well, and nothing else
// is; what has a meaning of its own only by an entry about just that.
func TestOwnNetworks(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		own, reached, kept string
	}{
		{"10.1.0.0/16", "10.1.2.3 ::ffff:10.1.2.3", "10.2.0.1 192.168.0.1 127.0.0.1 ::1"},
		{"fd12::/16 192.168.7.9/32", "fd12::1 192.168.7.9", "fd13::1 192.168.7.8"},
		{"203.0.113.0/24 140.82.121.4/32", "203.0.113.9 140.82.121.4", "203.0.114.9"},
		{"126.0.0.0/7 ::/8", "126.1.1.1", "127.0.0.1 ::1 :: ::10.0.0.1"},
		{"127.0.0.1/32", "127.0.0.1", "127.0.0.2 ::1"},
		{"127.0.0.0/8 ::1/128", "127.0.0.1 127.9.9.9 ::1", "0.0.0.0 ::"},
		{"169.0.0.0/8", "169.1.1.1", "169.254.169.254 169.254.1.1"},
		{"169.254.169.254/32", "169.254.169.254", "169.254.169.253"},
		{"fd00::/8 fe80::/9", "fd12::1", "fd00:ec2::254 fd20:ce::254 fe80::1%eth0"},
		{"fd00:ec2::/32", "fd00:ec2::1", "fd00:ec2::254"},
		{"fd00:ec2::254/128 fe80::/10", "fd00:ec2::254 fe80::1%eth0", "fd00:ec2::253"},
		{"100.64.0.0/10 168.0.0.0/6", "100.64.1.1 168.63.129.15", "100.100.100.200 168.63.129.16"},
		{"100.100.100.200/32", "100.100.100.200", "100.100.100.201"},
		{"0.0.0.0/8 224.0.0.0/4 ff00::/8", "0.1.2.3", "0.0.0.0 224.0.0.1 ff02::1"},
		{"60::/11", "6f::1", "64:ff9b::a9fe:a9fe"},
	} {
		for ip := range strings.FieldsSeq(tt.reached) {
			if byHTTPS, byHTTP := notices.Allowed(prefixes(tt.own), netip.MustParseAddr(ip)); byHTTPS != nil || byHTTP != nil {
				t.Errorf("%s, %s: %v, %v", tt.own, ip, byHTTPS, byHTTP)
			}
		}
		for ip := range strings.FieldsSeq(tt.kept) {
			if _, byHTTP := notices.Allowed(prefixes(tt.own), netip.MustParseAddr(ip)); byHTTP == nil {
				t.Errorf("%s opens %s", tt.own, ip)
			}
		}
	}
	byHTTPS, byHTTP := notices.Allowed(prefixes("10.0.0.0/8"), netip.MustParseAddr("8.8.8.8"))
	if byHTTPS != nil || byHTTP == nil {
		t.Errorf("the internet, beside networks of one's own: %v, %v", byHTTPS, byHTTP)
	}
}

// TestOfSeveralAddressesOnlyTheAllowedAreDialled: whatever else a name leads to,
// and in whichever order.
func TestOfSeveralAddressesOnlyTheAllowedAreDialled(t *testing.T) {
	t.Parallel()
	allowed := listenAt(t, "127.0.0.3:0")
	_, port, err := net.SplitHostPort(allowed.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	before, after := listenAt(t, "127.0.0.2:"+port), listenAt(t, "127.0.0.4:"+port)
	w := newWorld(t, "sqlite:"+filepath.Join(t.TempDir(), "stockroom.db"))
	for _, names := range [][]string{
		{"127.0.0.2", "127.0.0.3", "127.0.0.4"}, {"127.0.0.4", "127.0.0.3", "127.0.0.2"},
	} {
		inside := w.portal(t, prefixes("127.0.0.3/32"), "a")
		inside.Resolve(dns(t, names...))
		sent := ping(t, inside, "http://chat.inside:"+port+"/hook")
		if sent.Status != http.StatusOK || len(allowed.all()) != 1 {
			t.Errorf("%v: %+v", names, sent)
		}
	}
	inside := w.portal(t, prefixes("127.0.0.9/32"), "a")
	inside.Resolve(dns(t, "127.0.0.2", "127.0.0.3", "127.0.0.4"))
	if sent := ping(t, inside, "http://chat.inside:"+port+"/hook"); sent.Status != 0 || !strings.Contains(sent.Answer, "NOTICE_NETWORKS") {
		t.Errorf("without an allowed one: %+v", sent)
	}
	if n := len(before.all()) + len(after.all()) + len(allowed.all()); n > 0 {
		t.Errorf("%d came where nothing may be sent to", n)
	}
}

// TestPlainHTTPStaysInside: a name that was added as one inside sends nothing
// in the clear once it leads to the internet; and it is not taken at all where
// there is no inside.
func TestPlainHTTPStaysInside(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "sqlite:"+filepath.Join(t.TempDir(), "stockroom.db"))
	inside := w.portal(t, prefixes("10.0.0.0/8"), "a")
	inside.Resolve(dns(t, "8.8.8.8"))
	if sent := ping(t, inside, "http://chat.inside/hook"); sent.Status != 0 || !strings.Contains(sent.Answer, "http://") {
		t.Errorf("%+v", sent)
	}
	for address, own := range map[string]string{
		"http://chat.inside/": "", "http://8.8.8.8/": "10.0.0.0/8", "http://127.0.0.1/": "10.0.0.0/8", "ftp://10.0.0.1/": "10.0.0.0/8",
		"https://192.168.0.1/": "10.0.0.0/8",
	} {
		wanted := notices.Wanted{Kind: ghpkg.DestinationWebhook, URL: address, Events: ghpkg.NoticeEvents()}
		if _, _, err := w.portal(t, prefixes(own), "a").Add(t.Context(), olivia(), wanted); err == nil {
			t.Errorf("beside %q, %s was taken", own, address)
		}
	}
}

// ping adds a destination, and sends it a test.
func ping(t *testing.T, n *notices.Notices, address string) ghpkg.Delivery {
	t.Helper()
	d, _, err := n.Add(t.Context(), olivia(), notices.Wanted{Kind: ghpkg.DestinationWebhook, URL: address, Events: ghpkg.NoticeEvents()})
	if err != nil {
		t.Fatal(err)
	}
	sent, err := n.Ping(t.Context(), d.ID)
	if err != nil {
		t.Fatal(err)
	}
	return sent
}

// listenAt is listen at an address of this machine.
func listenAt(t *testing.T, address string) *receiver {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", address)
	if err != nil {
		t.Skipf("this machine has no %s: %v", address, err)
	}
	r := &receiver{}
	r.Server = httptest.NewUnstartedServer(r)
	r.Listener.Close()
	r.Listener = listener
	r.Start()
	t.Cleanup(r.Close)
	return r
}

// dns is a resolver to which every name leads to these addresses.
func dns(t *testing.T, addresses ...string) *net.Resolver {
	t.Helper()
	server, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	go func() {
		question := make([]byte, 512)
		for {
			n, from, err := server.ReadFrom(question)
			if err != nil {
				return
			}
			_, _ = server.WriteTo(answer(question[:n], addresses), from)
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", server.LocalAddr().String())
	}}
}

// answer is a DNS message: the question as it came, and for IPv4 an A record for
// each address.
func answer(question []byte, addresses []string) []byte {
	name := 12
	for question[name] != 0 {
		name += int(question[name]) + 1
	}
	m := append([]byte{}, question[:name+5]...)
	if typeA := byte(1); question[name+2] != typeA {
		addresses = nil
	}
	copy(m[2:12], []byte{0x81, 0x80, 0, 1, 0, byte(len(addresses)), 0, 0, 0, 0})
	for _, address := range addresses {
		m = append(m, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4)
		m = append(m, netip.MustParseAddr(address).AsSlice()...)
	}
	return m
}
