import { button, glyph, h, iconButton } from './dom.js';
import { hue, initials } from './format.js';
import { applyTheme, theme } from './theme.js';

const at = id => document.getElementById(id);
at('themes').append(...['auto', 'light', 'dark'].map(value => h('button', { type: 'button', 'aria-pressed': String(theme() === value), onclick: event => {
  applyTheme(value);
  for (const other of at('themes').children) other.setAttribute('aria-pressed', String(other === event.currentTarget));
} }, value)));
at('colours').append(...['bg', 'surface', 'surface-2', 'text', 'text-2', 'line', 'accent', 'accent-soft', 'mine', 'theirs', 'danger', 'good', 'warn-soft'].map(name => {
  const swatch = h('i');
  swatch.style.background = `var(--${name})`;
  return h('li', {}, swatch, name);
}));
at('type').append(...['large', 'title', 'body', 'small'].map(name => {
  const line = h('p', {}, `${name}: What you write is encrypted`);
  line.style.fontSize = `var(--${name})`;
  return line;
}));
at('space').append(...[1, 2, 3, 4, 5, 6].map(step => {
  const bar = h('i');
  bar.style.width = bar.style.height = `var(--s${step})`;
  return h('li', {}, bar, `s${step}`);
}));
const avatar = (name, kind = '') => {
  const element = h('span', { class: `avatar ${kind}` }, initials(name));
  element.style.setProperty('--hue', String(hue(name)));
  return element;
};
at('controls').append(button('Primary', () => {}, 'primary'), button('Plain', () => {}), button('Dangerous', () => {}, 'danger'), iconButton('compose', 'An icon', () => {}), avatar('Ada Lovelace'), avatar('Hiking club', 'group'),
  h('span', { class: 'tag' }, 'Admin'), h('span', { class: 'spinner' }));
const said = (text, mine, icon, kind = '') => h('li', { class: `message first${mine ? ' mine' : ''}` }, mine ? '' : avatar('Ada', 'tiny'),
  h('div', { class: 'bubble' }, h('span', { class: 'said' }, text), h('span', { class: 'meta' }, '12:04', mine ? h('span', { class: kind }, glyph(icon)) : '')));
at('messages').append(said('Shall we take the early train?', false), said('Yes. I bring the tea.', true, 'check'), said('And the map.', true, 'checks'), said('Good.', true, 'checks', 'read'));
