package e2e

import (
	"testing"

	"github.com/stockroom-dev/stockroom/internal/ghpkg"
	"github.com/stockroom-dev/stockroom/internal/views/link"
)

// copying: what is copied is said to be, and where the browser refuses, the text
// is selected for the person to copy: a command, and a digest as a whole.
func copying(t *testing.T, b *browser) {
	p := startPortal(t)
	server := ref(t, ghpkg.Container, "platform/api/gateway")
	v := p.newest(t, server)
	tb := b.person(t, p)
	tb.signIn(owner, link.Package(server))
	stub := func(answer string) {
		t.Helper()
		get[bool](tb, `Object.defineProperty(navigator.clipboard, 'writeText', {configurable: true, value: (text) => { window.written = text; return `+answer+`; }}) !== null`)
	}
	press := func(where string) {
		t.Helper()
		get[bool](tb, `document.querySelector('`+where+` [data-copy]').click() === undefined`)
	}
	row := versionRow(v.ID)
	command := get[string](tb, `document.querySelector('.snippet code').textContent`)

	stub(`Promise.reject(new DOMException('no', 'NotAllowedError'))`)
	for where, want := range map[string]string{row: v.Name, ".snippet": command} {
		get[bool](tb, `(document.getElementById('live').textContent = '') === ''`)
		press(where)
		tb.until("to be told that it is selected", `document.getElementById('live').textContent.includes('is selected')`)
		if got := get[string](tb, `getSelection().toString()`); got != want {
			t.Errorf("%s: selected is %q, want %q", where, got, want)
		}
		if get[bool](tb, `document.querySelector('`+where+` [data-copy]').classList.contains('done')`) {
			t.Errorf("%s: what was refused is shown as copied", where)
		}
	}
	stub(`Promise.resolve()`)
	press(row)
	tb.until("to be told of the copy", `document.getElementById('live').textContent === 'Copied'`)
	if got := get[string](tb, `window.written`); got != v.Name {
		t.Errorf("copied %q, want %q", got, v.Name)
	}

	// Without https a browser has no clipboard at all.
	get[bool](tb, `Object.defineProperty(navigator, 'clipboard', {configurable: true, value: undefined}) !== null`)
	press(".snippet")
	tb.until("to be told that it is selected", `document.getElementById('live').textContent.includes('is selected')`)
}
