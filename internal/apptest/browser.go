package apptest

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
)

// Browser is one person's browser, with cookies and without JavaScript. It
// sends what browsers send with a request of its own pages, and it remembers
// every address and every cookie value that passed through it.
type Browser struct {
	Login  string      // of who signed in; empty: nobody yet
	Header http.Header // what a proxy in between adds to each request; nil: nothing

	tb      testing.TB
	portal  *Portal
	client  *http.Client
	visited []string
	cookies []string
}

// patience bounds one request with all its redirects: more than the program's
// own limit, so that a test sees what the program answers.
const patience = 30 * time.Second

// maxRedirects is where browsers give up, too.
const maxRedirects = 20

// Browser returns a browser in which nobody is signed in.
func (p *Portal) Browser(tb testing.TB) *Browser {
	tb.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		tb.Fatalf("apptest: %v", err)
	}
	transport := &http.Transport{}
	tb.Cleanup(transport.CloseIdleConnections)
	return &Browser{tb: tb, portal: p, client: &http.Client{
		Jar: jar, Transport: transport, Timeout: patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// At returns the same browser, with its cookies, at another replica: cookies
// know nothing of ports.
func (b *Browser) At(p *Portal) *Browser {
	other := *b
	other.portal = p
	return &other
}

// SignIn returns a browser in which login is signed in, by way of GitHub. The
// scopes are asked for beside those of every sign-in.
func (p *Portal) SignIn(tb testing.TB, login string, scopes ...string) *Browser {
	tb.Helper()
	b := p.Browser(tb)
	b.SignIn(login, scopes...)
	return b
}

// SignIn signs login in, by way of GitHub, in this browser.
func (b *Browser) SignIn(login string, scopes ...string) *Page {
	b.tb.Helper()
	b.Approve(login)
	page := b.Get("/login?" + url.Values{"scope": scopes, "return_to": {"/settings"}}.Encode())
	if page.Status != http.StatusOK || page.Path() != b.portal.options.Path+"/settings" || !page.HasText(login) {
		b.tb.Fatalf("%s could not sign in: %s", login, page)
	}
	return page
}

// Approve makes login approve at GitHub whatever this browser is led there for.
func (b *Browser) Approve(login string) {
	b.portal.GitHub.Authorize(login)
	b.Login = login
}

// Get opens an address and follows redirects, as a person does.
func (b *Browser) Get(path string) *Page {
	b.tb.Helper()
	return b.follow(b.Send(http.MethodGet, path, nil, nil))
}

// PostForm sends a plain form and follows the redirect after it.
func (b *Browser) PostForm(path string, form url.Values) *Page {
	b.tb.Helper()
	return b.follow(b.Send(http.MethodPost, path, form, nil))
}

// HTMX sends what htmx sends, a form if there is one, and stays where it is.
func (b *Browser) HTMX(method, path string, form url.Values) *Page {
	b.tb.Helper()
	return b.Send(method, path, form, http.Header{"HX-Request": {"true"}})
}

// JSON opens an address with format=json, and fails the test unless the answer
// has that status and decodes into v (which may be nil).
func (b *Browser) JSON(path string, status int, v any) *Page {
	b.tb.Helper()
	page := b.Send(http.MethodGet, WithFormat(path, "json"), nil, nil)
	page.decode(b.tb, status, v)
	return page
}

// PostJSON sends a form with format=json, and fails the test unless the answer
// has that status and decodes into v (which may be nil).
func (b *Browser) PostJSON(path string, form url.Values, status int, v any) *Page {
	b.tb.Helper()
	page := b.Send(http.MethodPost, WithFormat(path, "json"), form, nil)
	page.decode(b.tb, status, v)
	return page
}

// Submit presses the button of that text, in a form of the page whose fields
// are filled in with values where the page does not say otherwise.
func (b *Browser) Submit(page *Page, button string, values url.Values) *Page {
	b.tb.Helper()
	form, err := page.Form(button)
	if err != nil {
		b.tb.Fatalf("%v: %s", err, page)
	}
	for name, all := range values {
		form.Values[name] = all
	}
	if form.Method == http.MethodPost {
		return b.PostForm(page.resolve(form.Action), form.Values)
	}
	to, _, _ := strings.Cut(form.Action, "?") // a GET form replaces the query
	return b.Get(page.resolve(to) + "?" + form.Values.Encode())
}

// Click follows the link of that text.
func (b *Browser) Click(page *Page, text string) *Page {
	b.tb.Helper()
	href, err := page.Link(text)
	if err != nil {
		b.tb.Fatalf("%v: %s", err, page)
	}
	return b.Get(page.resolve(href))
}

// Send sends one request and follows nothing. A header without values leaves
// out what the browser would send.
func (b *Browser) Send(method, path string, form url.Values, header http.Header) *Page {
	b.tb.Helper()
	page, err := b.TrySend(method, path, form, header)
	if err != nil {
		b.tb.Fatalf("%s %s: %v", method, path, err)
	}
	return page
}

// TrySend is Send for answers that may not come.
func (b *Browser) TrySend(method, path string, form url.Values, header http.Header) (*Page, error) {
	var body io.Reader
	if method != http.MethodGet && method != http.MethodHead {
		body = strings.NewReader(form.Encode())
	}
	address := path
	if strings.HasPrefix(path, "/") {
		address = b.portal.URL + path
	}
	request, err := http.NewRequestWithContext(b.tb.Context(), method, address, body)
	if err != nil {
		return nil, err
	}
	request.Header = b.headers(method)
	maps.Copy(request.Header, b.Header)
	for name, all := range header {
		request.Header[http.CanonicalHeaderKey(name)] = all
	}
	response, err := b.client.Do(request)
	if err != nil {
		return nil, err
	}
	return b.read(response)
}

func (b *Browser) headers(method string) http.Header {
	h := http.Header{
		"Accept":         {"text/html,application/xhtml+xml,*/*;q=0.8"},
		"User-Agent":     {"Mozilla/5.0 apptest"},
		"Sec-Fetch-Site": {"same-origin"},
	}
	if method == http.MethodPost {
		h.Set("Content-Type", "application/x-www-form-urlencoded")
		h.Set("Origin", strings.TrimSuffix(b.portal.URL, b.portal.options.Path))
	}
	return h
}

func (b *Browser) read(response *http.Response) (*Page, error) {
	body, err := io.ReadAll(response.Body)
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return nil, err
	}
	b.visited = append(b.visited, response.Request.URL.String())
	for _, c := range response.Cookies() {
		if c.Value != "" {
			b.cookies = append(b.cookies, c.Value)
		}
	}
	page := &Page{Status: response.StatusCode, Header: response.Header, Body: string(body), URL: response.Request.URL}
	if page.Doc, err = goquery.NewDocumentFromReader(bytes.NewReader(body)); err != nil {
		return nil, err
	}
	return page, nil
}

// follow goes where page leads, until a page stays.
func (b *Browser) follow(page *Page) *Page {
	b.tb.Helper()
	for range maxRedirects {
		to := page.Header.Get("Location")
		if to == "" || page.Status < 300 || page.Status > 399 {
			return page
		}
		page = b.Send(http.MethodGet, page.resolve(to), nil, nil)
	}
	b.tb.Fatalf("too many redirects: %s", page)
	return nil
}
