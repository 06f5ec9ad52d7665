// Reactions: the row beneath a message, and the choice of one.
import { attempt, h } from './dom.js';
import { locale, t, tn } from './i18n.js';

/** What people use most; nobody needs more to say that they have seen it. */
const CHOICE = ['👍', '❤️', '😂', '😮', '😢', '🙏'];

/** Everybody's, by emoji, the most used first. @param {any} message @returns {[string, string[]][]} emoji and who */
export function grouped(message) {
  /** @type {Map<string, string[]>} */
  const all = new Map();
  for (const [userId, { emoji }] of Object.entries(message.reactions ?? {})) if (emoji) all.set(emoji, [...all.get(emoji) ?? [], userId]);
  return [...all].sort(([, a], [, b]) => b.length - a.length);
}

/** @param {any} client @param {any} message @param {string} conversation @returns {HTMLElement | null} */
export function reactionRow(client, message, conversation) {
  const all = grouped(message);
  if (all.length === 0 || message.deleted) return null;
  return h('span', { class: 'reactions' }, all.map(([emoji, who]) => {
    const mine = who.includes(client.me);
    const names = new Intl.ListFormat(locale).format(who.slice(0, 20).map(userId => userId === client.me ? t('You') : client.people.name(userId, conversation)));
    return h('button', {
      type: 'button', class: 'reaction', 'aria-pressed': String(mine), title: names, 'aria-label': `${emoji} ${tn(who.length, '{n} person', '{n} people')}: ${names}`,
      onclick: () => attempt(() => client.talk.react(message, mine ? null : emoji)),
    }, emoji, who.length > 1 ? h('b', {}, who.length.toLocaleString(locale)) : null);
  }));
}

/** @param {HTMLElement} opener @param {any} client @param {any} message */
export function chooseReaction(opener, client, message) {
  const mine = message.reactions?.[client.me]?.emoji;
  const list = h('div', { class: 'menu emojis', role: 'menu', popover: 'auto', 'aria-label': t('React') }, CHOICE.map(emoji => h('button', {
    type: 'button', role: 'menuitemradio', 'aria-checked': String(mine === emoji), 'aria-label': emoji,
    onclick: () => {
      list.hidePopover();
      void attempt(() => client.talk.react(message, mine === emoji ? null : emoji));
    },
  }, emoji)));
  list.addEventListener('keydown', event => {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = [...list.children];
    const forward = document.documentElement.dir === 'rtl' && event.key.match(/Right|Left/) ? -step : step;
    all[(all.indexOf(document.activeElement) + forward + all.length) % all.length].focus();
  });
  list.addEventListener('toggle', event => event.newState === 'closed' && list.remove());
  (opener.closest('dialog, main, aside') ?? document.body).append(list);
  list.showPopover();
  const [at, size] = [opener.getBoundingClientRect(), list.getBoundingClientRect()];
  list.style.left = `${Math.max(8, Math.min(at.left + at.width / 2 - size.width / 2, innerWidth - size.width - 8))}px`;
  list.style.top = `${Math.max(8, at.top - size.height - 4)}px`;
  list.firstElementChild?.focus();
}
