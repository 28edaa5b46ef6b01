// What a person makes out on the page: text that shows, and controls by their
// name. Called with the part that is looked at, and the name or text.
((scope, wanted) => {
  const squeeze = (s) => (s ?? '').replace(/\s+/g, ' ').trim();
  const controls = 'a[href], button, input:not([type=hidden]), select, textarea, summary';
  const part = () => document.querySelector(scope);

  const shows = (element) => element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;

  // The name by which a screen reader calls a control.
  const name = (e) => squeeze(
    e.getAttribute('aria-label')
    || (e.labels?.length ? [...e.labels].map((l) => l.innerText).join(' ') : '')
    || e.innerText || e.value || e.placeholder || e.title);

  const find = () => {
    const modal = document.querySelector('dialog[open]');
    const all = [...part()?.querySelectorAll(controls) ?? []]
      .filter((e) => shows(e) && !e.disabled && (!modal || modal.contains(e)));
    return all.find((e) => name(e) === wanted) ?? all.find((e) => name(e).startsWith(`${wanted} `)) ?? null;
  };

  // A control is clicked where it shows; one that something covers is not clicked.
  const spot = () => {
    const control = find();
    if (!control) return null;
    control.scrollIntoView({ block: 'center', inline: 'nearest', behavior: 'instant' });
    const { left, top, width, height } = control.getClientRects()[0];
    const [x, y] = [left + width / 2, top + height / 2];
    const hit = document.elementFromPoint(x, y);
    const reaches = hit && (control.contains(hit) || hit.closest('label')?.control === control);
    return reaches ? { X: x, Y: y } : null;
  };

  return {
    spot,
    sees: () => squeeze(part()?.innerText).includes(squeeze(wanted)),
    // The id of the row that is about the wanted name.
    row: () => [...part().querySelectorAll('.row')].find((r) => squeeze(r.querySelector('.name')?.innerText) === wanted)?.id ?? '',
    // The popup of a select is not a part of the page, so it is set directly.
    choose: (value) => {
      const select = find();
      select.value = value;
      select.dispatchEvent(new Event('input', { bubbles: true }));
      select.dispatchEvent(new Event('change', { bubbles: true }));
      return select.value === value;
    },
    exists: () => find() !== null,
    focused: () => find() !== null && document.activeElement !== document.body && name(document.activeElement) === name(find()) && part().contains(document.activeElement),
  };
})
