// Who is registered: the search, and one person with their devices and what can be done.
import { form, h, iconButton, menu, toast } from '../dom.js';
import { get, mayChange } from './api.js';
import { count, facts, heading, later, linkRow, order, orderButton, orders, pages, section, tag, userLink, when } from './parts.js';

const ID = /^[A-Za-z0-9+/]{43}=$/;

/** A number as the interface takes it, or null: `00` and everything that people put between digits is taken. @param {string} text */
export function phoneOf(text) {
  const digits = text.replaceAll(/[\s().\-/]/g, '').replace(/^00/, '+');
  return /^\+\d{7,15}$/.test(digits) ? digits : null;
}

export function users(place, { query, go }) {
  const part = query.get('part') ?? '';
  const search = form({
    class: 'search',
    fields: [h('label', { class: 'field' }, h('span', {}, 'Phone number, user id, or a part of one'),
      h('input', { name: 'who', type: 'search', value: part, autocomplete: 'off', spellcheck: false, placeholder: '+357 99 123456' }))],
    action: 'Find',
    submit: async element => {
      const text = element.elements.namedItem('who').value.trim();
      const phone = phoneOf(text);
      // By the number: the address of the page then has the id alone, as the audit log does.
      if (phone) return go(`#/users/${encodeURIComponent((await get('/users', { phone })).userId)}`);
      if (text.startsWith('+')) throw new Error('Give the number with its country, such as +357 99 123456.');
      go(ID.test(text) ? `#/users/${encodeURIComponent(text)}` : `#/users?part=${encodeURIComponent(text)}`);
    },
  });
  search.setAttribute('role', 'search');
  place.append(heading('Users'), search, pages(after => get('/users/list', { part, after }), row, part ? 'No id has this part.' : 'Nobody is registered.'));
}

const row = user => linkRow(
  `#/users/${encodeURIComponent(user.userId)}`, h('span', { class: 'mono' }, user.userId), ['Last login ', when(user.lastLogin)],
  user.reports > 0 ? tag(count(user.reports, 'report', 'reports')) : null, user.suspended ? tag('Suspended', 'bad') : null);

export function user(place, { id, again, go }) {
  place.append(h('a', { class: 'back', href: '#/users' }, 'All users'), heading('User'), later(async () => {
    const card = await get('/users', { userId: id });
    const body = { userId: card.userId };
    return [
      section('Account',
        facts([
          ['Id', h('span', { class: 'mono' }, card.userId)], ['State', card.suspended ? tag('Suspended', 'bad') : tag('Active', 'good')], ['Registered', when(card.created)],
          ['Last login', when(card.lastLogin)], ['Encryption keys', card.hasKeys ? 'Yes' : 'Not yet'],
        ]),
        h('p', {}, h('a', { href: `#/audit?target=${encodeURIComponent(card.userId)}` }, 'What was done about this account')),
        orders(
          card.suspended
            ? orderButton('Restore', { title: 'Restore this account?', text: 'It can log in again, and others see it as before.', path: '/users/restore', body, action: 'Restore', done: again })
            : orderButton('Suspend', {
              title: 'Suspend this account?', text: 'Its connections close and it cannot log in; others see it as blocked. It can be restored at any time.', path: '/users/suspend', body, action: 'Suspend', done: again,
            }, true),
          orderButton('Remove the registration lock', {
            title: 'Remove the registration lock?', text: 'Whoever has the number can register without the PIN then. For a number that changed hands.', path: '/users/unlock', body, action: 'Remove the lock', done: again,
          }, true),
          orderButton('Delete the picture', {
            title: 'Delete the picture?', text: 'The picture of this account goes for everybody.', path: '/avatars/delete', body, action: 'Delete the picture', reason: 'needed', dry: true, done: again,
          }, true),
          orderButton('Erase the account', {
            title: 'Erase this account?', text: 'The account goes for good: its devices and its keys, and its place in every conversation. What it wrote to others stays with them.', path: '/users/erase', body,
            action: 'Erase for good', reason: 'needed', dry: true, done: () => go('#/users'),
          }, true))),
      section('Devices', card.devices.length === 0 ? h('p', { class: 'quiet' }, 'None.') : h('ul', { class: 'rows' }, card.devices.map(device => deviceRow(card, device, again)))),
      section('Limits of the phone', later(async () => {
        const phone = await get('/phones', { userId: card.userId });
        return [
          facts([
            ['Codes sent', phone.codesSent.length], ['Wrong codes', phone.wrongCodes.length], ['Waiting for a code', phone.pending],
            ['Next code', phone.waitToSend > 0 ? `in ${count(phone.waitToSend, 'second', 'seconds')}` : 'at once'],
          ]),
          orders(orderButton('Clear the limits', {
            title: 'Clear the limits?', text: 'What counts against this phone is forgotten: codes can be sent, and tried, again at once.', path: '/phones/clear', body, action: 'Clear', dry: true, done: again,
          }, true)),
        ];
      })),
    ];
  }));
}

function deviceRow(card, device, again) {
  const name = [device.vendor, device.model].filter(Boolean).join(' ') || device.type;
  const body = { userId: card.userId, device: device.device };
  const more = mayChange() && iconButton('more', `More about ${name}, ${device.device}`, event => menu(event.currentTarget, [
    { icon: 'close', label: 'Close its connection', run: () => order({
      title: 'Close its connection?', text: 'The device may come back at once, and usually does.', path: '/connections/close', body, action: 'Close the connection', done: again,
    }) },
    { icon: 'send', label: 'Send a test push', run: () => order({
      title: 'Send a test push?', text: 'A push about nothing is sent now; the provider’s answer is shown.', path: '/push/test', body, action: 'Send', reason: 'none',
      done: answer => toast(answer.devices.length === 0 ? 'This device has no push token.' : answer.devices.map(one => [one.outcome, one.reason].filter(Boolean).join(': ')).join(', ')),
    }) },
    { icon: 'trash', label: 'Revoke this device', danger: true, run: () => order({
      title: `Revoke ${name}?`, text: 'Its credential is void at once: whoever holds it is logged out. For a device that was lost or stolen.', path: '/devices/revoke', body, action: 'Revoke the device',
      reason: 'needed', dry: true, done: again,
    }) },
  ]), { 'aria-haspopup': 'menu', 'aria-expanded': 'false' });
  return h('li', { class: 'row' }, h('span', { class: 'grow' }, h('span', {}, name, h('span', { class: 'quiet mono' }, ` ${device.device}`)),
    h('span', { class: 'quiet' }, 'Last login ', when(device.lastLogin), device.osVersion ? `, ${device.osVersion}` : '')),
  device.online ? tag('Online', 'good') : null, device.hasPushToken ? tag('Push') : null, more || null);
}

export function push(place) {
  place.append(heading('Push queue'), h('p', { class: 'quiet' }, 'What waits to be pushed, the next one first. After three days a push is forgotten.'),
    pages(after => get('/push/queue', { after }), waiting => h('li', { class: 'row' }, h('span', { class: 'grow' }, userLink(waiting.userId),
      h('span', { class: 'quiet' }, 'Due ', when(waiting.due), `, device ${waiting.device}`)), tag(waiting.applicationType), waiting.tries > 0 ? tag(count(waiting.tries, 'try', 'tries'), 'bad') : null),
    'No push waits.'));
}
