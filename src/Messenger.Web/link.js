// A second device without an SMS: the code that a new one shows, and the old one that reads it.
import { attempt, button, field, form, h, modal, toast } from './dom.js';
import { time } from './format.js';
import { t } from './i18n.js';
import { qr } from './qr.js';

/** Light modules around it, so that a camera finds its edge. */
const QUIET = 4;

/** Dark on light in both themes: readers want it so. @param {string} text */
function code(text) {
  const rows = qr(text);
  const size = rows.length + 2 * QUIET;
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', `0 0 ${size} ${size}`);
  svg.setAttribute('class', 'qr');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', t('A code for the camera of your other device'));
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', rows.flatMap((row, y) => row.flatMap((dark, x) => dark ? [`M${x + QUIET} ${y + QUIET}h1v1h-1z`] : [])).join(''));
  svg.append(path);
  return svg;
}

/**
 * The new device: shows its code, asks for the six digits, and becomes the person's.
 * @param {any} client @param {(title: string, text: string, content: HTMLElement) => void} step @param {{ done: () => Promise<void>, back: () => void }} on
 */
export async function showCode(client, step, on) {
  const device = await client.account.link();
  const leave = () => {
    device.end();
    on.back();
  };
  const ended = fault => step(t('The code has ended'), fault.message.startsWith('the link has ended') ? t('It is good for five minutes.') : t('It was given up. Make another one.'),
    h('div', { class: 'form' }, button('Another code', () => attempt(() => showCode(client, step, on)), 'primary wide'), button('Use a phone number', on.back, 'wide')));
  let over = false;
  device.approved.catch(fault => !over && ended(fault));
  step(t('Link this device'), t('On a device that you use already: Settings, Link a device. Let it read this code, or paste the text there.'), h('div', { class: 'form' }, code(device.text),
    h('p', { class: 'quiet center' }, t('Good until {time}', { time: time(device.expires) })),
    button('Copy the text', () => attempt(async () => {
      await navigator.clipboard.writeText(device.text);
      toast(t('Copied'));
    }), 'wide'), h('input', { class: 'link-text visually-hidden', readOnly: true, tabIndex: -1, 'aria-hidden': 'true', value: device.text }),
    button('Use a phone number', () => {
      over = true;
      leave();
    }, 'wide')));
  await device.claimed;
  step(t('Six digits'), t('Type what your other device shows. Does it show nothing? Then somebody else read your code: go back.'), h('div', {}, form({
    class: 'code', fields: [field('Digits', { name: 'digits', inputMode: 'numeric', autocomplete: 'off', pattern: '[0-9 ]{6,7}', required: true })], action: 'Compare',
    submit: async element => {
      if (!await device.compare(element.digits.value)) throw new Error(t('These are not the digits. Look again.'));
      step(t('Now allow it'), t('Allow this device on the other one.'), h('p', { class: 'waiting', role: 'status' }, h('span', { class: 'spinner' }), t('Waiting for your other device…')));
      await client.account.linked(device);
      over = true;
      await on.done();
    },
  })));
}

/** The old device: what the code says is pasted, or came with the address that a camera opened. @param {any} client @param {string} [text] */
export function readCode(client, text) {
  modal(t('Link a device'), close => {
    const read = form({
      fields: [field('The text of the code', { name: 'text', autocomplete: 'off', value: text ?? '', placeholder: 'https://…/link#v1…', required: true })],
      action: 'Continue',
      submit: async element => {
        const request = await client.account.claimLink(element.elements.text.value).catch(fault => {
          throw fault?.status === 'not_found' ? new Error(t('This code has ended, or somebody else read it.')) : fault;
        });
        close();
        approve(client, request);
      },
    });
    return [h('p', {}, t('On the new device choose “Link to a device that I have”. Its camera code opens here by itself; its text can be pasted.')), read];
  });
}

/** @param {any} client @param {any} request */
function approve(client, request) {
  const { model, vendor, applicationType, sameNetwork } = request.device;
  const name = [vendor, model].filter(Boolean).join(' ') || applicationType;
  let pin;
  modal(t('Let this device in?'), close => form({
    fields: [
      h('p', {}, h('b', { dir: 'auto' }, name), h('br'), h('span', { class: 'quiet' }, sameNetwork ? t('On the same network as you') : t('On another network than you'))),
      h('p', {}, t('Type these digits on the new device:')),
      h('p', { class: 'safety digits', dir: 'ltr' }, `${request.digits.slice(0, 3)} ${request.digits.slice(3)}`),
      h('p', { class: 'quiet' }, t('It will read all your messages and write in your name.')),
      field('Your passphrase', { name: 'passphrase', type: 'password', autocomplete: 'current-password', required: true }),
      h('div', { class: 'pin', hidden: true }, field('The PIN of your registration lock', { name: 'pin', type: 'password', inputMode: 'numeric', autocomplete: 'off' })),
    ],
    action: 'Let it in',
    submit: async element => {
      try {
        await request.approve(element.passphrase.value, pin = element.pin.value);
      } catch (fault) {
        if (!fault?.registrationLock) throw fault;
        element.querySelector('.pin').hidden = false;
        throw new Error(pin ? t('That is not the PIN.') : t('Your account has a registration lock: give its PIN, too.'));
      }
      close();
      toast(t('The device is let in'));
    },
  }));
}
