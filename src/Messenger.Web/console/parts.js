// What the views are made of: headings, facts, lists that go on, links to people, and orders that ask before they do something.
import { attempt, button, field, form, h, modal, toast, words } from '../dom.js';
import { locale, tn } from '../i18n.js';
import { mayChange, post } from './api.js';

/** @param {string} title @param {...any} more beside it */
export const heading = (title, ...more) => h('header', { class: 'heading' }, h('h1', { tabIndex: -1 }, title), ...more);

/** Things that are known, by name; those that are not are left out. @param {[string, any][]} pairs */
export const facts = pairs => h('dl', { class: 'facts' }, pairs.filter(([, value]) => value !== null && value !== undefined && value !== false).map(([name, value]) =>
  h('div', {}, h('dt', {}, name), h('dd', { dir: 'auto' }, typeof value === 'number' ? value.toLocaleString(locale) : value))));

const moment = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });

/** @param {number} number @param {string} one @param {string} other */
export const count = (number, one, other) => tn(number, `{n} ${one}`, `{n} ${other}`);

export const when = ms => ms ? h('time', { dateTime: new Date(ms).toISOString() }, moment.format(ms)) : '–';

/** @param {string} text @param {'' | 'bad' | 'good'} [kind] */
export const tag = (text, kind = '') => h('span', { class: `tag ${kind}` }, text);

export const userLink = (userId, text = userId) => h('a', { class: 'mono', href: `#/users/${encodeURIComponent(userId)}` }, text);

/** A row that leads somewhere. @param {string} href @param {any} first @param {any} second @param {...any} more */
export const linkRow = (href, first, second, ...more) =>
  h('li', {}, h('a', { class: 'row', href }, h('span', { class: 'grow' }, h('span', { dir: 'auto' }, first), h('span', { class: 'quiet' }, second)), ...more));

/**
 * A list in pages: the first one now, the others at a button. Not by itself: each call stands in the audit log.
 * @param {(after: any) => Promise<{ items: any[], next: any }>} load @param {(item: any) => HTMLElement} row @param {string} none what is said where nothing is
 */
export function pages(load, row, none) {
  const list = h('ul', { class: 'rows' });
  const state = h('p', { class: 'quiet', role: 'status' }, 'Loading…');
  const more = button('Show more', () => next(after));
  const foot = h('div', { class: 'more', hidden: true }, more);
  const element = h('div', { class: 'pages' }, list, state, foot);
  let after = null;
  const next = async from => {
    foot.hidden = true;
    state.hidden = false;
    state.textContent = 'Loading…';
    try {
      const { items, next: following } = await load(from);
      const rows = items.map(row);
      list.append(...rows);
      after = following;
      state.textContent = list.children.length === 0 ? none : '';
      state.hidden = list.children.length > 0;
      if (from !== null) rows[0]?.querySelector('a, button')?.focus();
    } catch (fault) {
      state.textContent = words(fault);
      more.textContent = 'Try again';
      foot.hidden = false;
      return;
    }
    more.textContent = 'Show more';
    foot.hidden = after === null;
  };
  void next(null);
  return element;
}

/** One of several, as buttons. @param {string} label @param {[string, string][]} options value and text @param {string} chosen @param {(value: string) => void} choose */
export const choice = (label, options, chosen, choose) => h('div', { class: 'choice', role: 'group', 'aria-label': label }, options.map(([value, text]) =>
  h('button', { type: 'button', 'aria-pressed': String(value === chosen), onclick: () => choose(value) }, text)));

/** @param {string} label @param {any[]} children */
export const section = (label, ...children) => h('section', { class: 'card' }, h('h2', {}, label), ...children);

/** Buttons for whoever may press them; a reader gets none. @param {(HTMLElement | null | false)[]} buttons */
export const orders = (...buttons) => mayChange() ? h('div', { class: 'orders' }, buttons) : null;

/**
 * Something that is done to somebody: says what it does, takes a reason, and where the server can say what exactly it would do, shows that before the last button.
 * @param {{ title: string, text: string, path: string, body: Record<string, any>, action: string, reason?: 'needed' | 'wanted' | 'none', dry?: boolean, takenBack?: boolean, done: (answer: any) => void,
 *   label?: string, field?: string }} about
 */
export function order({ title, text, path, body, action, reason = 'wanted', dry = false, takenBack = false, done, label = 'Reason, for the audit log', field: name = 'reason' }) {
  modal(title, close => {
    const content = h('div', { class: 'order' });
    const perform = async given => {
      const answer = await post(path, { ...body, ...given });
      close();
      toast(answer.effect?.replace(/^did:/, 'Done:') ?? 'Done.');
      done(answer);
    };
    const first = form({
      fields: [h('p', {}, text), reason === 'none' ? null : field(label, { name: 'reason', maxLength: 500, required: reason === 'needed', autocomplete: 'off' })].filter(Boolean),
      action: dry ? 'Continue' : action,
      submit: async element => {
        const said = reason === 'none' ? '' : element.elements.namedItem('reason').value.trim();
        if (reason === 'needed' && said === '') throw new Error('Give a reason, such as the number of an order: the audit log keeps it.');
        const given = said === '' ? {} : { [name]: said };
        if (!dry) return perform(given);
        last(await post(path, { ...body, ...given, dryRun: true }), given);
      },
    });
    // What the server would do, in its words; nothing is done by Enter in a field that was left behind.
    const last = (trial, given) => {
      const cancel = button(trial.changed ? 'Cancel' : 'Close', close);
      const fault = h('p', { class: 'fault', role: 'alert', hidden: true });
      const go = trial.changed && h('button', { type: 'button', class: 'button destroy', onclick: async () => {
        go.disabled = true;
        fault.hidden = true;
        try {
          await perform(given);
        } catch (refused) {
          fault.textContent = words(refused);
          fault.hidden = false;
        }
        go.disabled = false;
      } }, action);
      content.replaceChildren(
        h('p', {}, trial.changed ? 'This will:' : 'There is nothing to do:'), h('p', { class: 'effect' }, trial.effect.replace(/^would: /, '')),
        ...[given[name] && h('p', { class: 'quiet' }, `Reason: ${given[name]}`), trial.changed && !takenBack && h('p', { class: 'quiet' }, 'It cannot be taken back.')].filter(Boolean),
        fault, h('div', { class: 'actions' }, ...[cancel, go].filter(Boolean)));
      cancel.focus();
    };
    first.querySelector('.button.primary').classList.toggle('destroy', !dry && action !== 'Set');
    content.append(first);
    return content;
  });
}

/** A button that opens an order. @param {string} label @param {Parameters<typeof order>[0]} about @param {boolean} [danger] */
export const orderButton = (label, about, danger = false) => h('button', { type: 'button', class: `button ${danger ? 'danger' : ''}`, onclick: () => order(about) }, label);

/** Shows what is loaded in the place of this, or why it is not. @param {() => Promise<any[]>} load */
export function later(load) {
  const place = h('div', { class: 'later' }, h('p', { class: 'quiet', role: 'status' }, 'Loading…'));
  const go = async () => {
    try {
      place.replaceChildren(...(await load()).filter(Boolean));
    } catch (fault) {
      place.replaceChildren(h('p', { class: 'fault', role: 'alert' }, words(fault)), h('div', { class: 'more' }, button('Try again', () => attempt(go))));
    }
  };
  void go();
  return place;
}
