// Beginning something: a dialog by number or from the contacts, a group.
import { attempt, button, field, form, h, modal } from './dom.js';
import { personAvatar } from './avatar.js';
import { t, tn } from './i18n.js';

const E164 = /^\+\d{7,15}$/;
export const clean = number => number.replaceAll(/[^\d+]/g, '').replace(/^00/, '+');

/** @param {any} client @param {(key: string) => void} open */
export function compose(client, open) {
  modal(t('New conversation'), close => {
    const start = userId => attempt(async () => {
      const key = await client.talk.dialog(userId);
      close();
      open(key);
    });
    const people = client.people.list().filter(person => !client.people.blocked.has(person.userId));
    return [
      form({
        fields: [
          field('Phone number', { name: 'number', type: 'tel', inputMode: 'tel', placeholder: '+357 99 123456', autocomplete: 'off', required: true }),
          field('What do you call this person?', { name: 'who', autocomplete: 'off', maxLength: 60 }),
        ],
        action: 'Start',
        submit: async element => {
          const number = clean(element.number.value);
          if (!E164.test(number)) throw new Error(t('Give the number with its country, such as +357 99 123456.'));
          const userId = await client.people.add(number, element.who.value.trim() || number);
          const key = await client.talk.dialog(userId);
          close();
          open(key);
        },
      }),
      button('New group', () => {
        close();
        group(client, open);
      }, 'wide'),
      people.length > 0 ? h('section', {}, h('h3', {}, t('Contacts')), h('div', { class: 'rows' }, people.map(person =>
        h('button', { type: 'button', class: 'row', onclick: () => start(person.userId) }, personAvatar(client, person.userId, 'tiny'),
          h('span', { class: 'grow' }, h('span', {}, person.name), h('span', { class: 'quiet', dir: 'ltr' }, person.number ?? '')))))) : null,
    ];
  });
}

/** Everybody that one could add: contacts, and people of one's conversations. @param {any} client */
export function reachable(client) {
  const ids = new Set(client.people.list().map(person => person.userId));
  for (const one of client.conversations()) for (const userId of [...one.admins, ...one.members]) ids.add(userId);
  ids.delete(client.me);
  return [...ids].filter(userId => !client.people.blocked.has(userId)).map(userId => ({ userId, name: client.people.name(userId) })).sort((a, b) => a.name.localeCompare(b.name));
}

/** @param {any} client @param {(key: string) => void} open */
function group(client, open) {
  modal(t('New group'), close => {
    const people = reachable(client);
    const counted = h('span', { class: 'quiet', 'aria-live': 'polite' }, t('Nobody chosen yet'));
    const list = h('div', { class: 'rows', role: 'group', 'aria-label': t('Members'), onchange: () => {
      const chosen = list.querySelectorAll('input:checked').length;
      counted.textContent = chosen ? tn(chosen, '{n} person and you', '{n} people and you') : t('Nobody chosen yet');
    } }, people.map(({ userId, name }) => h('label', { class: 'row' }, h('input', { type: 'checkbox', value: userId }), personAvatar(client, userId, 'tiny'), h('span', { class: 'grow' }, h('span', {}, name)))));
    return [form({
      fields: [
        field('Name of the group', { name: 'title', maxLength: 80, required: true, autocomplete: 'off' }),
        people.length > 0 ? list : h('p', { class: 'quiet' }, t('Start a conversation with somebody first: then you can bring them together.')), counted,
      ],
      action: 'Create',
      submit: async () => {
        const chosen = [...list.querySelectorAll('input:checked')].map(input => input.value);
        if (chosen.length === 0) throw new Error(t('Choose somebody.'));
        const key = await client.talk.group(chosen, list.closest('form').elements.title.value.trim());
        close();
        open(key);
      },
    })];
  });
}
