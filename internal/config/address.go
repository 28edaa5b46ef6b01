package config

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// The API versions that Stockroom asks for where none is configured. GitHub
// Enterprise Server learns a new version with a release, and refuses what it
// does not know.
const (
	cloudAPIVersion  = "2026-03-10"
	serverAPIVersion = "2022-11-28"
)

// defaultBaseURL is the address on which a listener at addr is met from the
// same machine. An unspecified host is not an address that a browser can keep
// a cookie for, so it becomes localhost.
func defaultBaseURL(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return ""
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// parseBase reads the public address. Its path, if it has one, holds only what
// every proxy and browser writes in the same way.
func parseBase(s string) (*url.URL, error) {
	u, err := parseURL(s)
	if err != nil || u.Path != "" && !plainPath.MatchString(u.Path) {
		return nil, errors.New("must be an http or https address, such as https://stockroom.example.com or https://tools.example.com/stockroom")
	}
	return u, nil
}

var plainPath = regexp.MustCompile(`^(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$`)

func parseGitHubURL(s string) (*url.URL, error) {
	u, err := parseURL(s)
	if err != nil || u.Path != "" {
		return nil, errors.New("must be the web address of GitHub without a path, such as https://github.com")
	}
	return u, encrypted(u)
}

func parseAPIURL(s string) (*url.URL, error) {
	u, err := parseURL(s)
	if err != nil {
		return nil, errors.New("must be the address of GitHub's REST API, such as https://api.github.com")
	}
	return u, encrypted(u)
}

// encrypted refuses to send people's tokens in the clear to another machine.
func encrypted(u *url.URL) error {
	host := u.Hostname()
	ip, err := netip.ParseAddr(host)
	loopback := err == nil && ip.IsLoopback() || host == "localhost" || strings.HasSuffix(host, ".localhost")
	if u.Scheme != "https" && !loopback {
		return errors.New("must begin with https://, for it is sent tokens")
	}
	return nil
}

// parseURL reads an http address without credentials, query and fragment, in
// lower case, without the port that the scheme implies and without a last slash.
func parseURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil {
		return nil, err
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil ||
		u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return nil, errors.New("not a plain address")
	}
	u.Host = strings.ToLower(u.Host)
	implied := map[string]string{"http": "80", "https": "443"}
	if port := u.Port(); port == "" || port == implied[u.Scheme] {
		u.Host = strings.TrimSuffix(u.Host, ":"+port)
	}
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), ""
	return u, nil
}

// dataResidency reports whether web is a GHE.com subdomain: GitHub's cloud, but
// with an API host of its own.
func dataResidency(web *url.URL) bool { return strings.HasSuffix(web.Host, ".ghe.com") }

// apiURL derives the REST API's address from GitHub's web address.
func apiURL(web *url.URL) *url.URL {
	api := *web
	if web.Host == "github.com" || dataResidency(web) {
		api.Host = "api." + web.Host
	} else {
		api.Path = "/api/v3"
	}
	return &api
}

func apiVersion(web *url.URL) string {
	if web.Host == "github.com" || dataResidency(web) {
		return cloudAPIVersion
	}
	return serverAPIVersion
}

func parseVersion(s string) (string, error) {
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return "", errors.New("must be a date, such as " + cloudAPIVersion)
	}
	return s, nil
}

// parseDatabase checks only what kind of database it is: the driver knows the rest.
func parseDatabase(s string) (Secret, error) {
	if path, ok := strings.CutPrefix(s, "sqlite:"); ok && path != "" {
		return Secret(s), nil
	}
	if u, err := url.Parse(s); err == nil && (u.Scheme == "postgres" || u.Scheme == "postgresql") {
		return Secret(s), nil
	}
	return "", errors.New("must be sqlite:path or postgres://user:password@host/database")
}
