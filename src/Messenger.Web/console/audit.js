// Who did what, newest first, with filters; looking at it is in it, too.
import { field, form, h } from '../dom.js';
import { get } from './api.js';
import { heading, pages, tag, userLink, when } from './parts.js';

const FILTERS = ['actor', 'target', 'action', 'since', 'all'];

export function audit(place, { query, go }) {
  const given = Object.fromEntries(FILTERS.map(name => [name, query.get(name) ?? '']));
  const since = /^\d{4}-\d\d-\d\d$/.test(given.since) ? Date.parse(`${given.since}T00:00:00`) : null;
  const filters = form({
    class: 'filters',
    fields: [
      field('Who', { name: 'actor', value: given.actor, autocomplete: 'off', placeholder: 'a token’s name' }), field('About whom', { name: 'target', value: given.target, autocomplete: 'off', placeholder: 'a user id' }),
      field('What', { name: 'action', value: given.action, autocomplete: 'off', placeholder: 'such as suspend' }), field('Since', { name: 'since', type: 'date', value: given.since }),
      h('label', { class: 'check' }, h('input', { type: 'checkbox', name: 'all', checked: given.all === 'yes' }), 'Lookups, too'),
    ],
    action: 'Show',
    submit: async element => {
      const chosen = new URLSearchParams();
      for (const name of FILTERS) {
        const input = element.elements.namedItem(name);
        const value = input.type === 'checkbox' ? input.checked ? 'yes' : '' : input.value.trim();
        if (value) chosen.set(name, value);
      }
      go(`#/audit?${chosen}`);
    },
  });
  place.append(heading('Audit log'), filters, pages(
    before => get('/audit', { before, actor: given.actor, target: given.target, action: given.action, since, changes: given.all !== 'yes' }), row, 'No entry is like that.'));
}

const row = entry => h('li', { class: 'row entry' }, h('span', { class: 'grow' },
  h('span', { class: 'mono' }, entry.action.replace(' /admin/v1', ' ')),
  h('span', { class: 'quiet' }, when(entry.at), `, by ${entry.actor ?? 'nobody with a valid token'}${entry.from ? ` from ${entry.from}` : ''}`),
  entry.target ? h('span', { class: 'quiet' }, 'About ', entry.target.endsWith('=') ? userLink(entry.target) : h('span', { class: 'mono' }, entry.target)) : null,
  entry.detail ? h('span', { class: 'quiet detail', dir: 'auto' }, entry.detail) : null),
entry.status === null ? tag('No end') : tag(String(entry.status), entry.status < 300 ? 'good' : 'bad'));
