// Messages that expire: what the timer of a conversation says, and the dialog that sets it.
import { attempt, glyph, h, modal } from './dom.js';
import { locale, t } from './i18n.js';

const [HOUR, DAY] = [3_600, 86_400];

/** @returns {[number, string][]} */
const choices = () => [[0, t('Never')], [HOUR, t('One hour')], [DAY, t('One day')], [7 * DAY, t('One week')], [28 * DAY, t('Four weeks')]];

/** Another client may have other choices. @param {number} seconds */
const nameOf = seconds => choices().find(([choice]) => choice === seconds)?.[1]
  ?? (seconds % DAY === 0 ? inUnits(seconds / DAY, 'day') : seconds % HOUR === 0 ? inUnits(seconds / HOUR, 'hour') : seconds % 60 === 0 ? inUnits(seconds / 60, 'minute') : inUnits(seconds, 'second'));

/** @param {number} number @param {string} unit */
const inUnits = (number, unit) => new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(number);

/** An action for whoever may set it; null where messages do not expire. @param {any} client @param {any} conversation */
export function timerItem(client, conversation) {
  const may = conversation.isDialog ? !conversation.blocked : conversation.admins.includes(client.me);
  if (!may || !client.model.offers('expiry')) return null;
  return { icon: 'clock', label: t('Messages expire: {after}', { after: nameOf(conversation.expirySeconds ?? 0) }), run: () => choose(client, conversation) };
}

/** For whoever may not. @param {any} client @param {any} conversation */
export const timerText = (client, conversation) => conversation.expirySeconds > 0 && !timerItem(client, conversation)
  ? h('p', { class: 'quiet' }, t('Messages expire: {after}', { after: nameOf(conversation.expirySeconds) })) : null;

const choose = (client, conversation) => modal(t('Messages expire after'), close => h('div', { class: 'rows' }, choices().map(([seconds, name]) =>
  h('button', { type: 'button', class: 'row', 'aria-pressed': String(seconds === (conversation.expirySeconds ?? 0)), onclick: () => attempt(async () => {
    await client.expiry.set(conversation.key, seconds);
    close();
  }) }, h('span', { class: 'grow' }, name), seconds === (conversation.expirySeconds ?? 0) ? glyph('check') : null))));
