// Stockroom works without this file. It adds dialogs, keys, copying, the
// viewer's time zone, and tells screen readers what changed.
(() => {
  'use strict';

  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);
  root.classList.add('js');
  if (!navigator.clipboard) root.classList.add('no-copy');

  // Times are written by the server; the browser alone knows the zone.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone) {
    const secure = location.protocol === 'https:' ? '; Secure' : '';
    document.cookie = `tz=${encodeURIComponent(zone)}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
  }

  // htmx is the only one that may make HTML of text, and only of text without
  // scripts: our answers hold none, and names in them are escaped.
  const refuse = () => { throw new TypeError('scripts are not made from text here'); };
  const passive = (html) => (/<script/i.test(html) ? refuse() : html);
  const rules = { createHTML: passive, createScript: refuse };
  const policy = window.trustedTypes ? trustedTypes.createPolicy('htmx', rules) : rules;

  const dialog = byId('dialog');
  const live = byId('live');
  let said = '';
  const say = (text) => {
    said = text;
    live.textContent = '';
    setTimeout(() => { live.textContent = text; }, 50); // an emptied region is read again even if the text is the same
  };

  const open = (box) => {
    if (!box.open) box.showModal();
    box.querySelectorAll('[data-must-be]').forEach(gate);
    box.querySelector('[autofocus]')?.focus();
  };

  // gate keeps the button of a typed-name form off until the name is right.
  function gate(input) {
    const button = input.form.querySelector('button:not([type=button])');
    const right = input.value === input.dataset.mustBe;
    if (button) button.disabled = !right;
    input.setCustomValidity(right ? '' : input.dataset.mustSay);
  }

  const number = (n) => n.toLocaleString(root.lang);
  const idOf = (target) => (typeof target === 'string' ? target.replace(/^#/, '') : target?.id);

  // A poll comes every other second: it neither dims the table nor repeats itself.
  const polls = (element) => element?.matches?.('.poll, .badge');

  // Selecting. What is selected is kept by its address, for each table while the
  // tab is open: sorting and paging load another page, and a swap may use a row's
  // box again for another row.
  const picked = new Set();
  let table; // the one that picked is of
  let shown = []; // addresses of the rows on the page
  let last = null; // the address of the box that was pressed last
  const boxes = () => [...document.querySelectorAll('.rows .pick input')];
  const picker = () => document.querySelector('form[data-picks]');
  const forget = (name) => sessionStorage.removeItem(`picks ${name}`);
  if (!document.querySelector('.who')) sessionStorage.clear(); // signed out: the next viewer is another one

  // recall brings back what was selected in the table on the page.
  function recall() {
    table = picker()?.dataset.picks;
    picked.clear();
    for (const value of JSON.parse(sessionStorage.getItem(`picks ${table}`)) ?? []) picked.add(value);
    put();
  }

  // tell keeps what is selected, and puts the numbers where they are shown.
  function tell() {
    if (picked.size > 0) sessionStorage.setItem(`picks ${table}`, JSON.stringify([...picked]));
    else forget(table);
    const all = boxes();
    const here = all.filter((box) => box.checked).length;
    const head = document.querySelector('[data-pick-all]');
    if (head) {
      head.checked = here > 0 && here === all.length;
      head.indeterminate = here > 0 && !head.checked;
    }
    const form = picker();
    if (form) form.hidden = picked.size === 0;
    const away = picked.size - here;
    for (const e of document.querySelectorAll('[data-counts]')) {
      const text = (away > 0 && e.dataset.countsAway) || e.dataset.counts;
      e.textContent = text.replace('{n}', number(picked.size)).replace('{away}', number(away));
    }
  }

  // put presses the boxes of what is selected. What is not on the page stays
  // selected, and is counted.
  function put() {
    const all = boxes();
    shown = all.map((box) => box.value);
    for (const box of all) box.checked = picked.has(box.value);
    tell();
  }

  function pick(some, on) {
    for (const box of some) {
      box.checked = on;
      if (on) picked.add(box.value);
      else picked.delete(box.value);
    }
    tell();
    say(picker()?.querySelector('[data-counts]')?.textContent ?? '');
  }

  // unpick leaves the focus in the rows, for the bar where it may be goes away.
  function unpick() {
    const all = boxes();
    const barred = picker()?.contains(document.activeElement);
    picked.clear();
    pick(all, false);
    if (barred) (all.find((box) => box.value === last) ?? all[0])?.focus();
  }

  // step goes to the next row, or to the one before: to its box, so that Space
  // selects it.
  function step(by) {
    const rows = [...document.querySelectorAll('.rows .row')];
    const at = rows.indexOf(document.activeElement.closest('.row'));
    const row = rows[at < 0 ? 0 : at + by];
    (row?.querySelector('.pick input') ?? row?.querySelector('a, button'))?.focus();
  }

  // changed is called after a row has answered: it cannot be selected any more,
  // and does not count where the table's rows are counted.
  function changed() {
    const there = new Set(boxes().map((box) => box.value));
    for (const value of shown) if (!there.has(value)) picked.delete(value);
    const did = picker()?.elements.namedItem('action')?.value;
    const done = [...document.querySelectorAll(`.rows [data-changed="${did}"]`)];
    for (const e of document.querySelectorAll('[data-total]')) {
      const { total, to, of, one, other } = e.dataset;
      const gone = done.filter((row) => !of || row.dataset.kind === of).length;
      const text = (total - gone === 1 && one) || other;
      e.textContent = text.replace('{n}', number(total - gone)).replace('{to}', number(to - gone));
      const note = e.closest('.box-note');
      if (note) note.hidden = total - gone === 0; // of none there is nothing to be said
    }
  }

  // recount keeps the package's number of versions true. It stands beside the
  // table, which may be asked for anew, so each row that answers moves it by one.
  function recount(row) {
    const e = row.matches('.row-version[data-changed]') && document.querySelector('[data-versions]');
    if (!e) return;
    const now = Number(e.dataset.versions) + (row.dataset.changed === 'delete' ? -1 : 1);
    e.dataset.versions = now;
    e.textContent = number(now);
  }

  // between are the boxes from the one that was pressed last up to this one.
  function between(box) {
    const all = boxes();
    const from = all.findIndex((b) => b.value === last);
    const to = all.indexOf(box);
    return from < 0 ? [box] : all.slice(Math.min(from, to), Math.max(from, to) + 1);
  }

  // settled is called after each swap with what was asked and where it went.
  function settled(ctx) {
    if (ctx.request.method !== 'GET') changed();
    if (unanswered && polls(ctx.sourceElement)) {
      unanswered = false;
      failure.remove();
    }
    if (picker()?.dataset.picks === table) put();
    else recall(); // the query asks for what is deleted now, say
    const id = idOf(ctx.target);
    const element = id && byId(id);
    if (!element) return;
    if (id === 'dialog-body') {
      open(dialog);
      return;
    }
    if (ctx.request.method !== 'GET') {
      if (dialog.open) dialog.close();
      recount(element);
      (element.querySelector('[data-focus]') ?? element).focus();
      say(element.querySelector('.flash')?.innerText ?? live.dataset.updated);
      return;
    }
    if (ctx.sourceElement?.matches?.('[data-tidy]')) history.replaceState(history.state, '', ctx.request.action);
    // What changes by itself all the time says only what its numbers mean.
    const quiet = element.matches('[data-quiet]') && polls(ctx.sourceElement);
    const news = quiet
      ? element.querySelector('[data-news]')?.innerText ?? said
      : element.querySelector('.box-head .muted')?.innerText ?? live.dataset.updated;
    if (!polls(ctx.sourceElement) || news !== said) say(news);
  }

  const failure = document.createElement('div');
  failure.className = 'flash flash-danger';
  failure.textContent = live.dataset.failed;
  let unanswered = false; // a poll was, and the page says so

  // failed says that nothing arrived. Nobody asked for a poll: it takes no dialog
  // away, is said to have failed once, and not when the next one has arrived.
  function failed(element) {
    const poll = polls(element);
    if (poll && unanswered) return;
    unanswered = poll;
    if (!poll && dialog.open) dialog.close();
    byId('problems').replaceChildren(failure);
    say(live.dataset.failed);
  }

  // What a proxy says in our place (sign in, nobody is there) is no part of our
  // pages. Every answer of ours has the policy that lets htmx write here.
  function ours(element, { ctx }) {
    const policy = ctx.response.headers.get('Content-Security-Policy');
    if (policy?.includes('trusted-types htmx')) return true;
    failed(element);
    return false;
  }

  window.htmx?.registerExtension('stockroom', {
    init: (api) => api.initSecurity(policy, refuse, refuse),
    htmx_config_request(element, { ctx }) {
      if (!element.matches('[data-tidy]')) return;
      const body = ctx.request.body;
      for (const [name, value] of [...body]) if (value === '') body.delete(name, value);
    },
    htmx_before_request: (element, { ctx }) => { if (!polls(element)) ctx.target?.setAttribute?.('aria-busy', 'true'); },
    htmx_before_response: ours,
    htmx_finally_request: (element, { ctx }) => { ctx.target?.removeAttribute?.('aria-busy'); },
    htmx_after_swap: (element, { ctx }) => settled(ctx),
    htmx_error: failed,
  });

  function copied(button) {
    button.classList.add('done');
    setTimeout(() => button.classList.remove('done'), 1500);
    say(button.dataset.done);
  }

  // selected leaves the copying to the person where the browser refuses it: the
  // text is selected, a digest in its full length.
  function selected(button) {
    const text = button.closest('.snippet')?.querySelector('code') ?? button.previousElementSibling;
    text.textContent = button.dataset.copy;
    getSelection().selectAllChildren(text);
    say(live.dataset.selected);
  }

  let pressed = null; // where the pointer went down: a selection that ends beside a dialog is no click there
  document.addEventListener('pointerdown', (event) => { pressed = event.target; });
  document.addEventListener('click', (event) => {
    const at = (selector) => event.target.closest?.(selector);
    const copy = at('[data-copy]');
    if (copy) {
      const copying = navigator.clipboard?.writeText(copy.dataset.copy) ?? Promise.reject(new Error('no clipboard'));
      copying.then(() => copied(copy), () => selected(copy));
      return;
    }
    const box = at('.rows .pick input');
    if (box) {
      pick(event.shiftKey ? between(box) : [box], box.checked);
      last = box.value;
    }
    if (at('[data-unpick]')) unpick();
    const opener = at('[data-open]');
    if (opener) open(byId(opener.dataset.open));
    const shown = at('dialog');
    if (shown && (at('[data-close]') || (event.target === shown && pressed === shown))) {
      event.preventDefault();
      shown.close();
    }
  });

  document.addEventListener('input', (event) => {
    if (event.target.matches('[data-must-be]')) gate(event.target);
  });
  document.addEventListener('change', (event) => {
    if (event.target.matches('[data-theme]')) root.dataset.colorMode = event.target.value;
    if (event.target.matches('[data-pick-all]')) pick(boxes(), event.target.checked);
    if (event.target.id === 'keys-on') localStorage.setItem('keys', event.target.checked ? 'on' : 'off');
  });
  document.addEventListener('submit', ({ target }) => {
    target.classList.add('sent');
    if (target.dataset.forget) forget(target.dataset.forget);
  });
  document.addEventListener('formdata', ({ target, formData }) => {
    if (target !== picker()) return;
    const there = new Set(formData.getAll('item'));
    for (const value of picked) if (!there.has(value)) formData.append('item', value);
  });
  window.addEventListener('pageshow', () => {
    document.querySelectorAll('.sent').forEach((form) => form.classList.remove('sent'));
    recall(); // the browser has put back what boxes were pressed when the page was left
  });

  let before = null; // where the focus was when "/" was pressed
  const keysOn = () => localStorage.getItem('keys') !== 'off';
  byId('keys-on').checked = keysOn();
  document.addEventListener('keydown', (event) => {
    const typing = event.target.closest('input:not([type=checkbox]), textarea, select, [contenteditable]');
    const covered = document.querySelector('dialog[open], :popover-open');
    if (event.key === 'Enter' && event.target.matches('.pick input')) event.preventDefault(); // it would send the form
    const wrong = event.key === 'Enter' && event.target.form?.querySelector('[data-must-be]:invalid');
    if (wrong) { // the form would not be sent, and nobody would learn why
      event.preventDefault();
      wrong.reportValidity();
    }
    if (event.key === 'Escape' && !covered) {
      if (event.target.matches('[data-hotkey="/"]')) {
        event.preventDefault(); // it would empty the box
        (before?.isConnected && before !== document.body ? before : byId('main')).focus();
      } else if (!typing && picked.size > 0) unpick();
    }
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !keysOn()) return;
    if (event.key === '?') open(byId('keys'));
    const row = event.key === 'x' && !covered && (event.target.closest('.row') ?? document.querySelector('.row:hover'))?.querySelector('.pick input');
    if (row) row.click();
    if (event.key === 'j' && !covered) step(1);
    if (event.key === 'k' && !covered) step(-1);
    if (event.key === 'r' && !covered && picked.size > 0) picker()?.querySelector('button:not([type=button])').focus();
    const field = event.key === '/' && !document.querySelector('dialog[open]') && document.querySelector('[data-hotkey="/"]');
    if (field) {
      event.preventDefault();
      before = document.activeElement;
      field.focus();
      field.select();
    }
  });

  document.querySelectorAll('main [data-must-be]').forEach(gate);
  recall();
})();
