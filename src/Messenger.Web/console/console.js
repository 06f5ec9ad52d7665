// The operator's console: signing in with a token, and the views; which one is shown stands behind the address's '#'.
import { button, field, form, glyph, h, iconButton, menu } from '../dom.js';
import { applyTheme, theme } from '../theme.js';
import { hasToken, me, onLost, resume, signIn, signOut } from './api.js';
import { audit } from './audit.js';
import { tag } from './parts.js';
import { report, reports } from './reports.js';
import { server } from './server.js';
import { statistics } from './statistics.js';
import { push, user, users } from './users.js';

/** Name, label, icon, the view, and the view of one of them. @type {[string, string, any, Function, Function?][]} */
const VIEWS = [
  ['reports', 'Reports', 'flag', reports, report], ['users', 'Users', 'people', users, user], ['push', 'Pushes', 'bell', push], ['statistics', 'Statistics', 'bars', statistics],
  ['audit', 'Audit', 'list', audit], ['server', 'Server', 'server', server],
];

const app = document.getElementById('app');

/** Shows what the address says; nothing before somebody has signed in. @type {() => void} */
let navigated = () => {};
addEventListener('hashchange', () => navigated());

function gate(said) {
  navigated = () => {};
  document.title = 'Sign in – Operator';
  const fault = said && h('p', { class: 'fault', role: 'alert' }, said);
  app.replaceChildren(h('main', { class: 'gate' }, h('section', { class: 'card' },
    h('div', { class: 'brand' }, h('img', { src: '/console/icon.svg', alt: '', width: 64, height: 64 }), h('h1', {}, 'Operator'), h('p', { class: 'quiet' }, 'With the token that you have for the command line.')),
    ...[fault].filter(Boolean),
    form({
      fields: [field('Token', { name: 'token', type: 'password', autocomplete: 'off', required: true, spellcheck: false })],
      action: 'Sign in',
      submit: async element => {
        await signIn(element.elements.namedItem('token').value.trim());
        shell();
      },
    }))));
  app.querySelector('input').focus();
}

function shell() {
  const place = h('main', { id: 'place', tabIndex: -1 });
  const links = VIEWS.map(([name, label, icon]) => h('a', { href: `#/${name}` }, glyph(icon), h('span', {}, label)));
  const appearance = iconButton('settings', 'Appearance', event => menu(event.currentTarget, [['auto', 'As the system', 'device'], ['light', 'Light', 'sun'], ['dark', 'Dark', 'moon']].map(
    ([value, label, icon]) => ({ icon, label: theme() === value ? `${label} (now)` : label, run: () => applyTheme(value) }))), { 'aria-haspopup': 'menu', 'aria-expanded': 'false' });
  const leave = button('Sign out', () => {
    signOut();
    gate();
  });
  const skip = h('a', { class: 'skip', href: '#place', onclick: event => {
    event.preventDefault();
    place.focus();
  } }, 'To the content');
  app.replaceChildren(skip, h('div', { class: 'console' },
    h('header', { class: 'bar' },
      h('div', { class: 'who' }, h('strong', { dir: 'auto' }, me.name), tag(me.role === 'operator' ? 'Operator' : 'Reader'), h('span', { class: 'quiet' }, `Server ${me.version}`)), appearance, leave),
    h('nav', { 'aria-label': 'Views' }, links), place));

  const show = (first = false) => {
    const [path, search = ''] = location.hash.replace(/^#\/?/, '').split('?');
    const [name, rest] = path.split('/');
    const at = Math.max(0, VIEWS.findIndex(([one]) => one === name));
    const [, label, , all, single] = VIEWS[at];
    links.forEach((link, other) => other === at ? link.setAttribute('aria-current', 'page') : link.removeAttribute('aria-current'));
    document.title = `${label} – Operator`;
    document.querySelectorAll('dialog').forEach(dialog => dialog.close());
    // A view of its own place: what an earlier one still waits for is written where nobody looks.
    const view = h('div', { class: 'view' });
    const on = { query: new URLSearchParams(search), id: rest && decode(rest), again: () => view.isConnected && show(), go: to => location.hash === to ? show() : location.assign(to) };
    (rest && single ? single : all)(view, on);
    place.replaceChildren(view);
    place.scrollTop = 0;
    if (!first) view.querySelector('h1').focus();
  };
  navigated = () => show();
  show(true);
}

const decode = text => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

onLost(() => gate('The token is not taken any more: it has expired, or was removed.'));
if (hasToken()) {
  resume().then(shell, fault => {
    if (fault.code === 401) signOut();
    gate(fault.code === 401 ? 'The token is not taken any more: it has expired, or was removed.' : fault.message);
  });
} else {
  gate();
}
