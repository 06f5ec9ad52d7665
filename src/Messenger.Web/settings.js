// One's own name and picture, the look, devices, blocked people, signing out.
import { actions, attempt, button, confirm, field, form, glyph, h, modal, toast } from './dom.js';
import { personAvatar, square } from './avatar.js';
import { when } from './format.js';
import { applyTheme, theme } from './theme.js';

/** @param {any} client @param {() => void} signedOut */
export function settings(client, signedOut) {
  modal('Settings', close => {
    const picture = h('input', { type: 'file', accept: 'image/*', hidden: true, onchange: () => attempt(async () => {
      await client.people.setAvatar(await square(picture.files[0]));
      close();
      toast('Your picture was changed');
    }) });
    const choices = h('div', { class: 'choice', role: 'group', 'aria-label': 'Appearance' }, [['auto', 'Automatic'], ['light', 'Light'], ['dark', 'Dark']].map(([value, label]) =>
      h('button', { type: 'button', 'aria-pressed': String(theme() === value), onclick: event => {
        applyTheme(value);
        for (const other of choices.children) other.setAttribute('aria-pressed', String(other === event.currentTarget));
      } }, label)));
    const devices = h('div', { class: 'rows' }, h('p', { class: 'quiet' }, 'Asking…'));
    void attempt(async () => devices.replaceChildren(...(await client.account.devices()).map(device => deviceRow(client, device))));
    const blocked = [...client.people.blocked];
    return [
      h('div', { class: 'row' }, personAvatar(client, client.me), h('span', { class: 'grow' }, h('b', {}, client.model.profile.name ?? ''), h('span', { class: 'quiet' }, client.model.profile.number)),
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
      h('section', {}, h('h3', {}, 'Appearance'), choices),
      h('section', {}, h('h3', {}, 'Devices'), devices),
      blocked.length > 0 ? h('section', {}, h('h3', {}, 'Blocked'), h('div', { class: 'rows' }, blocked.map(userId => h('div', { class: 'row' }, personAvatar(client, userId, 'tiny'),
        h('span', { class: 'grow' }, h('span', {}, client.people.name(userId))), button('Unblock', event => attempt(async () => {
          await client.people.unblock(userId);
          event.target.closest('.row').remove();
        })))))) : null,
      client.model.profile.outdatedKey ? h('p', { class: 'fault' }, 'Your key is protected the old way. Change your passphrase to protect it anew.') : null,
      actions([
        globalThis.Notification?.permission === 'default' ? { icon: 'chat', label: 'Tell me of new messages', run: () => void Notification.requestPermission().then(close) } : null,
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

function deviceRow(client, device) {
  const row = h('div', { class: 'row' }, glyph('device'), h('span', { class: 'grow' },
    h('span', {}, [device.vendor, device.model].filter(Boolean).join(' ') || device.applicationType), h('span', { class: 'quiet' }, device.online ? 'Online now' : `Last here ${when(device.lastLogin)}`)),
    button('Sign out', () => confirm('Sign out that device?', 'It can do nothing any more until it is registered again.', 'Sign out', async () => {
      await client.account.removeDevice(device.uuid);
      row.remove();
    })));
  return row;
}

const passphrase = client => modal('Change the passphrase', close => form({
  fields: [
    field('The one until now', { name: 'before', type: 'password', autocomplete: 'current-password', required: true }),
    field('The new one', { name: 'after', type: 'password', autocomplete: 'new-password', minLength: 8, required: true }),
    field('The new one again', { name: 'again', type: 'password', autocomplete: 'new-password', required: true }),
  ],
  action: 'Send me a code',
  submit: async element => {
    if (element.after.value !== element.again.value) throw new Error('The two passphrases differ.');
    await client.account.changePassphrase(element.before.value, element.after.value);
    close();
    modal('Enter the code', done => form({
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
