// One's own name and picture, the look, devices, blocked people, signing out.
import { actions, attempt, button, confirm, field, form, glyph, h, modal, toast } from './dom.js';
import { personAvatar, square } from './avatar.js';
import { full, when } from './format.js';
import { choose, chosen, LANGUAGES, t } from './i18n.js';
import { readCode } from './link.js';
import { subscribe } from './push.js';
import { applyTheme, theme } from './theme.js';

/** @param {any} client @param {() => void} signedOut */
export function settings(client, signedOut) {
  modal(t('Settings'), close => {
    const picture = h('input', { type: 'file', accept: 'image/*', hidden: true, onchange: () => attempt(async () => {
      await client.people.setAvatar(await square(picture.files[0]));
      close();
      toast('Your picture was changed');
    }) });
    const choices = h('div', { class: 'choice', role: 'group', 'aria-label': t('Appearance') }, [['auto', t('Automatic')], ['light', t('Light')], ['dark', t('Dark')]].map(([value, label]) =>
      h('button', { type: 'button', 'aria-pressed': String(theme() === value), onclick: event => {
        applyTheme(value);
        for (const other of choices.children) other.setAttribute('aria-pressed', String(other === event.currentTarget));
      } }, label)));
    const speaks = h('select', { 'aria-label': t('Language'), onchange: () => {
      choose(speaks.value || null);
      location.reload();
    } }, h('option', { value: '' }, t('Automatic')), Object.entries(LANGUAGES).map(([value, name]) => h('option', { value, selected: chosen() === value }, name)));
    const devices = h('div', { class: 'rows' }, h('p', { class: 'quiet' }, t('Asking…')));
    const cooling = h('div', { class: 'form', hidden: true });
    const list = () => attempt(async () => {
      const all = await client.account.devices();
      const own = all.find(device => device.uuid === client.model.profile.uuid);
      devices.replaceChildren(...all.map(device => deviceRow(client, device, own, list)));
      cooling.hidden = !own?.cooling;
      if (own?.cooling) cooling.replaceChildren(...coolingParts(client, own.cooling, list));
    });
    void list();
    const off = client.on('account', ({ section }) => section === 'applications' && list());
    queueMicrotask(() => speaks.closest('dialog').addEventListener('close', off));
    const blocked = [...client.people.blocked];
    return [
      h('div', { class: 'row' }, personAvatar(client, client.me), h('span', { class: 'grow' }, h('b', {}, client.model.profile.name ?? ''), h('span', { class: 'quiet', dir: 'ltr' }, client.model.profile.number)),
        picture, button('Picture', () => picture.click())),
      form({
        fields: [field('Your name, as others see it', { name: 'who', value: client.model.profile.name ?? '', maxLength: 60, required: true })],
        action: 'Save',
        submit: async element => {
          await client.account.rename(element.who.value.trim());
          await client.model.change(transaction => {
            for (const one of client.conversations()) transaction.patch(one.key, { nicksStale: true });
          });
          toast('Saved');
        },
      }),
      h('section', {}, h('h3', {}, t('Appearance')), choices),
      h('section', {}, h('h3', {}, t('Language')), h('div', { class: 'field' }, speaks)),
      cooling,
      h('section', {}, h('h3', {}, t('Devices')), devices, client.model.offers('linking') ? button('Link a device', () => {
        close();
        readCode(client);
      }, 'wide') : null),
      blocked.length > 0 ? h('section', {}, h('h3', {}, t('Blocked')), h('div', { class: 'rows' }, blocked.map(userId => h('div', { class: 'row' }, personAvatar(client, userId, 'tiny'),
        h('span', { class: 'grow' }, h('span', {}, client.people.name(userId))), button('Unblock', event => attempt(async () => {
          await client.people.unblock(userId);
          event.target.closest('.row').remove();
        })))))) : null,
      client.model.profile.outdatedKey ? h('p', { class: 'fault' }, t('Your key is protected the old way. Change your passphrase to protect it anew.')) : null,
      actions([
        globalThis.Notification?.permission === 'default' ? { icon: 'chat', label: 'Tell me of new messages', run: () => attempt(async () => {
          await Notification.requestPermission();
          close();
          await subscribe(client);
        }) } : null,
        client.model.offers('lock') ? { icon: 'lock', label: 'Registration lock', run: () => {
          close();
          lock(client);
        } } : null,
        { icon: 'lock', label: 'Change the passphrase', run: () => {
          close();
          passphrase(client);
        } },
        { icon: 'back', label: 'Sign out on this device', danger: true, run: () => {
          close();
          confirm('Sign out?', 'Everything of this account is erased on this device. Your other devices, and your passphrase, open it again.', 'Sign out', async () => {
            await client.signOut();
            signedOut();
          });
        } },
      ]),
    ];
  });
}

/** @param {any} client @param {any} device @param {any} own this one @param {() => void} changed */
function deviceRow(client, device, own, changed) {
  const name = [device.vendor, device.model].filter(Boolean).join(' ') || device.applicationType;
  const here = device.uuid === own?.uuid;
  const said = here ? t('This device') : device.online ? t('Online now') : t('Last here {time}', { time: when(device.lastLogin) });
  const tag = device.cooling ? h('span', { class: 'tag warn', title: t('Until {time} it may only read and write', { time: full(device.cooling) }) }, t('New'))
    : device.vouched ? h('span', { class: 'tag' }, t('Yours')) : null;
  return h('div', { class: 'row' }, glyph('device'), h('span', { class: 'grow' }, h('span', { dir: 'auto' }, name), h('span', { class: 'quiet' }, said)), tag,
    !here && device.cooling && own?.vouched ? button('Approve', () => confirm('Is this your device?', 'It may do everything then: change your keys, sign out your other devices, and delete your account.', 'Approve', async () => {
      await client.account.approveDevice(device.uuid);
      changed();
    })) : null,
    here ? null : button('Sign out', () => confirm('Sign out that device?', 'It can do nothing any more until it is registered again.', 'Sign out', async () => {
      await client.account.removeDevice(device.uuid);
      changed();
    })));
}

/** This device is new: what ends that. @param {any} client @param {number} until @param {() => void} changed */
const coolingParts = (client, until, changed) => [
  h('p', { class: 'status' }, t('This device is new: until {time} it may read and write, and nothing else. Approve it on another device of yours, or give the PIN of your registration lock.', { time: full(until) })),
  form({
    fields: [field('PIN', { name: 'pin', type: 'password', inputMode: 'numeric', autocomplete: 'off', required: true })],
    action: 'Give the PIN',
    submit: async element => {
      try {
        await client.account.giveLock(element.pin.value);
      } catch (fault) {
        throw fault?.status === 'forbidden' ? new Error(t('That is not the PIN.')) : fault;
      }
      changed();
    },
  }),
];

/** @param {any} client */
const lock = client => modal(t('Registration lock'), close => [
  h('p', {}, t('Who gets hold of a code by SMS could register as you. With a lock, that takes your PIN, too. Keep it in mind: nobody can tell it to you.')),
  form({
    fields: [
      field('PIN', { name: 'pin', type: 'password', autocomplete: 'new-password', minLength: 4, required: true }),
      field('The PIN again', { name: 'again', type: 'password', autocomplete: 'new-password', required: true }),
    ],
    action: 'Set the lock',
    submit: async element => {
      if (element.pin.value !== element.again.value) throw new Error(t('The two PINs differ.'));
      await client.account.setLock(element.pin.value);
      close();
      toast('The lock is set');
    },
  }),
  button('No lock', () => attempt(async () => {
    await client.account.setLock(null);
    close();
    toast('There is no lock any more');
  }), 'wide'),
]);

const passphrase = client => modal(t('Change the passphrase'), close => form({
  fields: [
    field('The one until now', { name: 'before', type: 'password', autocomplete: 'current-password', required: true }),
    field('The new one', { name: 'after', type: 'password', autocomplete: 'new-password', minLength: 8, required: true }),
    field('The new one again', { name: 'again', type: 'password', autocomplete: 'new-password', required: true }),
  ],
  action: 'Send me a code',
  submit: async element => {
    if (element.after.value !== element.again.value) throw new Error(t('The two passphrases differ.'));
    await client.account.changePassphrase(element.before.value, element.after.value);
    close();
    modal(t('Enter the code'), done => form({
      class: 'code',
      fields: [field('We sent it by SMS', { name: 'code', inputMode: 'numeric', autocomplete: 'one-time-code', required: true })],
      action: 'Confirm',
      submit: async next => {
        await client.account.confirmPassphrase(next.code.value);
        done();
        toast('The passphrase was changed');
      },
    }));
  },
}));
