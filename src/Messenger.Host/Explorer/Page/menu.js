// The requests by family: filtered as one types, walked with the arrow keys. One of them is on the way of the Tab key, not all 56.
import { element } from './dom.js';
import { prefix, words } from './protocol.js';

export function menu(protocol, families, find, choose) {
  const buttons = new Map();
  for (const { name, requests } of protocol.families) {
    families.append(element('section', {}, element('h2', {}, words(name)), ...requests.map(request => {
      const before = prefix(request.type);
      const button = element('button', { type: 'button', tabindex: -1, title: request.summary, onclick: () => choose(request) },
        before && element('span', {}, before), request.type.slice(before.length));
      buttons.set(request.type, button);
      return button;
    })));
  }

  const shown = () => [...buttons.values()].filter(button => !button.hidden);
  const stop = () => {
    for (const button of buttons.values()) button.tabIndex = -1;
    const visible = shown();
    const here = visible.find(button => button.getAttribute('aria-current') === 'true') ?? visible[0];
    if (here) here.tabIndex = 0;
  };
  find.addEventListener('input', () => {
    const wanted = find.value.trim().toLowerCase();
    for (const [type, button] of buttons) button.hidden = !`${type} ${button.title}`.toLowerCase().includes(wanted);
    for (const section of families.children) section.hidden = !section.querySelector('button:not([hidden])');
    stop();
  });
  find.addEventListener('keydown', event => {
    if (event.key === 'Enter') shown()[0]?.click();
    if (event.key === 'ArrowDown') { event.preventDefault(); shown()[0]?.focus(); }
  });
  families.addEventListener('keydown', event => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const place = shown().indexOf(document.activeElement);
    if (!step || place < 0) return;
    event.preventDefault();
    (shown()[place + step] ?? find).focus();
  });
  stop();
  document.addEventListener('keydown', event => {
    if (event.key === '/' && !/^(INPUT|TEXTAREA)$/.test(document.activeElement.tagName)) { event.preventDefault(); find.focus(); }
  });

  return chosen => {
    for (const [type, button] of buttons) button.setAttribute('aria-current', type === chosen);
    stop();
    buttons.get(chosen).scrollIntoView({ block: 'nearest' });
  };
}
