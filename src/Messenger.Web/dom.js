import { lookUp, t } from './i18n.js';

// Labels that these take are looked up in the catalogue; what was put together there already is not found in it and stays.
// Elements, icons, dialogs, menus: what the views are built with.

/** @param {string} label in English, or put together already */
const known = label => lookUp(label) ?? label;

/** @param {string} tag @param {Record<string, any>} [props] properties; `class`, `data-*`, `aria-*` and `role` as attributes, `on*` as listeners @param {...any} children */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'class' || name === 'role' || name === 'for' || name.includes('-')) element.setAttribute(name, value === true ? 'true' : value);
    else element[name] = value;
  }
  element.append(...children.flat().filter(child => child !== null && child !== undefined && child !== false));
  return element;
}

const PATHS = {
  back: 'M15 5l-7 7 7 7',
  search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16 16l4.500 4.500',
  compose: 'M4 20h4L19.500 8.500a2.100 2.100 0 0 0-3-3L5 17v3M14.500 7.500l3 3',
  settings: 'M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM19 12a7 7 0 0 0-.1-1.200l2-1.500-2-3.500-2.400 1a7 7 0 0 0-2-1.200L14 3h-4l-.500 2.600a7 7 0 0 0-2 1.200l-2.400-1-2 3.500 2 1.500a7 7 0 0 0 0 2.400l-2 1.500 2 3.500 2.400-1a7 7 0 0 0 2 1.200L10 21h4l.500-2.600a7 7 0 0 0 2-1.200l2.400 1 2-3.500-2-1.500c.1-.4.1-.8.1-1.200z',
  close: 'M6 6l12 12M18 6L6 18',
  send: 'M4 12l16-8-5.500 16-3-6.500L4 12zM11.500 13.500L20 4',
  attach: 'M20 11.500l-8.300 8.300a5 5 0 0 1-7.100-7.100l8.500-8.500a3.300 3.300 0 0 1 4.700 4.700l-8.400 8.400a1.700 1.700 0 0 1-2.400-2.400l7.800-7.700',
  more: 'M6 12h.01M12 12h.01M18 12h.01',
  check: 'M5 12.500l4.500 4.500L19 7',
  checks: 'M2.500 12.500L7 17 16 7.500M11 16l1 1 9.500-9.500',
  clock: 'M12 5a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM12 8.500V12l2.500 1.500',
  alert: 'M12 4l9 16H3zM12 10v4M12 17h.01',
  down: 'M6 9.500l6 6 6-6',
  file: 'M7 3h7l5 5v13H7zM14 3v5h5',
  image: 'M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.500 9.500h.01',
  people: 'M9 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM2.500 20a6.500 6.500 0 0 1 13 0M16 4.200a3.500 3.500 0 0 1 0 6.600M17.500 14a6.500 6.500 0 0 1 4 6',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.500 20.500a7.500 7.500 0 0 1 15 0',
  lock: 'M7 11V8a5 5 0 0 1 10 0v3M5 11h14v10H5z',
  chat: 'M4 5h16v11H12l-5 4v-4H4z',
  reply: 'M10 7l-5 5 5 5M5 12h9a5 5 0 0 1 5 5v2',
  trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
  copy: 'M9 9h10v11H9zM5 15V4h10',
  flag: 'M6 21V4h12l-2.500 4.500L18 13H6',
  add: 'M12 5v14M5 12h14',
  device: 'M8 3h8v18H8zM11 18h2',
  pin: 'M9 4h6l-1 6 3 3H7l3-3zM12 13v7',
  bell: 'M6 16V11a6 6 0 0 1 12 0v5l1.500 2h-15zM10 20.500h4',
  mute: 'M6 16V11a6 6 0 0 1 9-5.200M18 11v5l1.500 2h-15M10 20.500h4M4 4l16 16',
  archive: 'M4 5h16v4H4zM5.500 9v11h13V9M10 13h4',
  smile: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM8.500 14a4 4 0 0 0 7 0M9 10h.01M15 10h.01',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.400 1.400M17.600 17.600L19 19M5 19l1.400-1.400M17.600 6.400L19 5',
  moon: 'M20 14.500A8 8 0 0 1 9.500 4a8 8 0 1 0 10.500 10.500z',
  bars: 'M4 20h16M7 16v-5M12 16V6M17 16v-8',
  list: 'M5 6h.01M9 6h11M5 12h.01M9 12h11M5 18h.01M9 18h11',
  server: 'M4 4h16v7H4zM4 13h16v7H4zM8 7.500h.01M8 16.500h.01',
  camera: 'M4 8h4l2-3h4l2 3h4v11H4zM12 10a3.500 3.500 0 1 0 0 7 3.500 3.500 0 0 0 0-7z',
};

/** They point somewhere: the other way where one reads from the right. */
const MIRRORED = new Set(['back', 'send', 'reply']);

/** @param {keyof typeof PATHS} name */
export function glyph(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', `glyph${name === 'more' ? ' dots' : ''}${MIRRORED.has(name) ? ' mirrored' : ''}`);
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', PATHS[name]);
  svg.append(path);
  return svg;
}

/** An icon that says something. @param {any} icon @param {string} label */
export const mark = (icon, label) => h('span', { class: 'mark', role: 'img', 'aria-label': label, title: label }, glyph(icon));

/** A button that shows an icon alone. @param {keyof typeof PATHS} name @param {string} label @param {(event: Event) => void} onclick @param {Record<string, any>} [props] */
export const iconButton = (name, label, onclick, props = {}) =>
  h('button', { type: 'button', 'aria-label': known(label), title: known(label), onclick, ...props, class: `icon ${props.class ?? ''}` }, glyph(name));

/** @param {string} label @param {(event: Event) => void} onclick @param {string} [kind] */
export const button = (label, onclick, kind = '') => h('button', { type: 'button', class: `button ${kind}`, onclick }, known(label));

/**
 * A modal dialog; closed by its cross, Escape, or a click beside it. Focus goes back to where it was.
 * @param {string} title @param {(close: () => void) => any} content @param {string} [kind]
 */
export function modal(title, content, kind = '') {
  const close = () => dialog.close();
  const id = `title-${Math.random().toString(36).slice(2)}`;
  const dialog = h('dialog', { class: kind, 'aria-labelledby': id },
    h('header', {}, h('h2', { id, dir: 'auto' }, title), iconButton('close', 'Close', close)),
    h('div', { class: 'content' }, content(close)));
  dialog.addEventListener('click', event => event.target === dialog && close());
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  (dialog.querySelector('[autofocus]') ?? dialog.querySelector('.content input, .content button'))?.focus();
  return dialog;
}

/** @param {string} title @param {string} text @param {string} action @param {() => Promise<any> | any} work */
export const confirm = (title, text, action, work) => modal(known(title), close => [
  h('p', {}, known(text)),
  h('div', { class: 'actions' }, button('Cancel', close), button(action, async () => {
    close();
    await attempt(work);
  }, 'primary')),
]);

/** @param {HTMLElement} opener @param {{ icon: keyof typeof PATHS, label: string, danger?: boolean, run: () => void }[]} items */
export function menu(opener, items) {
  const list = h('div', { class: 'menu', role: 'menu', popover: 'auto' }, items.map(({ icon, label, danger, run }) => h('button', {
    type: 'button', role: 'menuitem', class: danger ? 'danger' : '',
    onclick: () => {
      list.hidePopover();
      run();
    },
  }, glyph(icon), known(label))));
  list.addEventListener('keydown', event => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = [...list.children];
    all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
  });
  list.addEventListener('toggle', event => {
    if (event.newState !== 'closed') return;
    opener.setAttribute('aria-expanded', 'false');
    list.remove();
  });
  (opener.closest('dialog, main, aside') ?? document.body).append(list);
  list.showPopover();
  opener.setAttribute('aria-expanded', 'true');
  const [at, size] = [opener.getBoundingClientRect(), list.getBoundingClientRect()];
  list.style.left = `${Math.max(8, Math.min(at.left, innerWidth - size.width - 8))}px`;
  list.style.top = `${at.bottom + size.height > innerHeight - 8 ? Math.max(8, at.top - size.height - 4) : at.bottom + 4}px`;
  list.firstElementChild?.focus();
}

const toasts = h('div', { class: 'toasts', role: 'status', 'aria-live': 'polite' });

/** @param {string} text */
export function toast(text) {
  if (!toasts.isConnected) document.body.append(toasts);
  const one = h('div', { class: 'toast' }, known(text));
  toasts.append(one);
  setTimeout(() => one.remove(), 4_000);
}

/** What a person can do about it, in words. @param {unknown} fault */
export function words(fault) {
  const status = fault?.status;
  const said = {
    forbidden: t('That is not allowed here.'), not_found: t('That is not there any more.'), too_many_requests: t('Too many tries: wait a moment.'),
    unavailable: t('The server cannot do that just now.'), unauthenticated: t('This device is signed out.'), conflict: t('It was changed meanwhile: look again.'),
  }[status];
  if (said) return said;
  if (fault?.name === 'ConnectionLostError') return t('There is no connection just now.');
  if (fault?.message?.startsWith('the passphrase does not open')) return t('That is not the passphrase.');
  if (fault?.message === 'this is no code of a new device') return t('This is no code of a new device.');
  if (fault?.message === 'this number is not registered here') return t('This number is not registered here.');
  const text = String(fault?.message ?? fault);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Runs it, and tells when it failed. @template T @param {() => Promise<T> | T} work @returns {Promise<T | undefined>} */
export async function attempt(work) {
  try {
    return await work();
  } catch (fault) {
    console.info(fault);
    toast(words(fault));
    return undefined;
  }
}

/** Things that one can do, beneath each other. @param {({ icon: keyof typeof PATHS, label: string, danger?: boolean, run: () => void } | null)[]} items */
export const actions = items => h('div', { class: 'acts' }, items.filter(Boolean).map(({ icon, label, danger, run }) =>
  h('button', { type: 'button', class: `row${danger ? ' danger' : ''}`, onclick: run }, glyph(icon), known(label))));

/** A form whose button waits for its work and which shows what failed. @param {{ fields: any[], action: string, submit: (form: HTMLFormElement) => Promise<any>, class?: string }} about */
export function form({ fields, action, submit, class: kind = '' }) {
  const fault = h('p', { class: 'fault', role: 'alert', hidden: true });
  const go = h('button', { class: 'button primary wide' }, known(action));
  const element = h('form', {
    class: `form ${kind}`,
    onsubmit: async event => {
      event.preventDefault();
      go.disabled = true;
      fault.hidden = true;
      try {
        await submit(element);
      } catch (reason) {
        console.info(reason);
        fault.textContent = words(reason);
        fault.hidden = false;
        element.querySelector('input')?.focus();
      }
      go.disabled = false;
    },
  }, fields, fault, go);
  return element;
}

/** @param {string} label @param {Record<string, any>} props of the input */
export const field = (label, props) => h('label', { class: 'field' }, h('span', {}, known(label)), h('input', props));
