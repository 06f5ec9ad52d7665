// Signing in: a number, the code, and a passphrase: a new one for new people, the known one on a further device.
import { attempt, button, field, form, h } from './dom.js';
import { t } from './i18n.js';
import { showCode } from './link.js';

/** @param {any} client @param {HTMLElement} root @param {{ fixedCode: string | null }} setup @param {() => void} done */
export function signIn(client, root, setup, done) {
  const body = h('div');
  const heading = h('h1', {}, 'Messenger');
  const said = h('p', { class: 'quiet' }, t('Private by design: what you write is encrypted on this device.'));
  root.replaceChildren(h('main', { class: 'gate' },
    h('section', { class: 'card' }, h('div', { class: 'brand' }, h('img', { src: '/web/icon.svg', alt: '', width: 64, height: 64 }), heading, said), body),
    h('footer', { class: 'quiet' }, t('The server carries your messages and cannot read them. It sees who writes to whom, and when.'))));

  const step = (title, text, content) => {
    heading.textContent = title;
    said.textContent = text;
    body.replaceChildren(content);
    body.querySelector('input')?.focus();
  };
  const waiting = text => step(heading.textContent, said.textContent, h('p', { class: 'waiting', role: 'status' }, h('span', { class: 'spinner' }), text));

  const number = () => step('Messenger', t('Private by design: what you write is encrypted on this device.'), h('div', { class: 'form' }, form({
    fields: [field('Your phone number', { name: 'number', type: 'tel', autocomplete: 'tel', inputMode: 'tel', placeholder: '+357 99 123456', required: true })],
    action: 'Continue',
    submit: async element => {
      const given = element.number.value.replaceAll(/[^\d+]/g, '').replace(/^00/, '+');
      if (!/^\+\d{7,15}$/.test(given)) throw new Error(t('Give the number with its country, such as +357 99 123456.'));
      await client.account.requestCode(given);
      code(given);
    },
  }), button('Link to a device that I have', () => attempt(() => showCode(client, step, { done: online, back: number })), 'wide')));

  const code = given => step(t('Enter the code'), [t('We sent it by SMS to {number}.', { number: `\u2066${given}\u2069` }), setup.fixedCode ? t('On this development server it is {code}.', { code: setup.fixedCode }) : ''].join(' '), form({
    class: 'code',
    fields: [field('Code', { name: 'code', inputMode: 'numeric', autocomplete: 'one-time-code', pattern: '[0-9]{4,10}', required: true })],
    action: 'Confirm',
    submit: async element => {
      try {
        await client.account.confirm(element.code.value);
      } catch (fault) {
        if (fault?.registrationLock) return pin(element.code.value);
        throw fault?.status === 'forbidden' ? new Error(t('That is not the code. Look again, or ask for another one.')) : fault;
      }
      await online();
    },
  }));

  const pin = smsCode => step(t('Registration lock'), t('The code is right. This account asks for its PIN, too.'), form({
    fields: [field('PIN', { name: 'pin', type: 'password', autocomplete: 'off', required: true })],
    action: 'Confirm',
    submit: async element => {
      try {
        await client.account.confirm(smsCode, element.pin.value);
      } catch (fault) {
        throw fault?.registrationLock ? new Error(t('That is not the PIN.')) : fault;
      }
      await online();
    },
  }));

  const online = async () => {
    waiting(t('Connecting…'));
    client.start();
    await client.connected();
    if (client.account.unlocked) return done();
    return await client.account.hasKeys() ? known() : fresh();
  };

  const known = () => step(t('Welcome back'), t('Your passphrase opens your messages on this device.'), form({
    fields: [field('Passphrase', { name: 'passphrase', type: 'password', autocomplete: 'current-password', required: true })],
    action: 'Open',
    submit: async element => {
      try {
        await client.account.unlock(element.passphrase.value);
      } catch (fault) {
        if (!fault?.message?.startsWith('the keys are not given')) throw fault;
        return cools(element.passphrase.value);
      }
      done();
    },
  }));

  /** A code by SMS alone opens nothing while another device is there (LOCK-4). @param {string} passphrase */
  const cools = passphrase => step(t('Approve this device'), t('Your keys are not given to a new device at once. Approve it on another device of yours (Settings, Devices), or give the PIN of your registration lock.'), h('div', { class: 'form' }, form({
    fields: [field('PIN', { name: 'pin', type: 'password', autocomplete: 'off', required: true })],
    action: 'Give the PIN',
    submit: async element => {
      try {
        await client.account.giveLock(element.pin.value);
      } catch (fault) {
        throw fault?.status === 'forbidden' ? new Error(t('That is not the PIN.')) : fault;
      }
      await client.account.unlock(passphrase);
      done();
    },
  }), button('I have approved it', () => attempt(async () => {
    await client.account.unlock(passphrase);
    done();
  }), 'wide')));

  const fresh = () => step(t('Who are you?'), t('A passphrase protects your key. It opens your messages on further devices, and nobody can give you another one.'), form({
    fields: [
      field('Your name', { name: 'name', autocomplete: 'name', maxLength: 60, required: true }),
      field('Passphrase', { name: 'passphrase', type: 'password', autocomplete: 'new-password', minLength: 8, required: true }),
      field('The passphrase again', { name: 'again', type: 'password', autocomplete: 'new-password', required: true }),
    ],
    action: 'Make my keys',
    submit: async element => {
      const [name, passphrase, again] = ['name', 'passphrase', 'again'].map(one => element.elements[one].value.trim());
      if (passphrase !== again) throw new Error(t('The two passphrases differ.'));
      waiting(t('Making your keys. This takes some seconds…'));
      try {
        await client.account.createKeys(passphrase, name);
      } catch (fault) {
        fresh();
        throw fault;
      }
      done();
    },
  }));

  if (client.model.profile?.confirmed) online().catch(number);
  else number();
}
