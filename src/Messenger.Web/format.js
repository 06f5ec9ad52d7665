// Times, names and events as people read them; in the language of the page.
import { locale, t } from './i18n.js';

const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat(locale, { weekday: 'short' });
const day = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long' });
const short = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' });
const whole = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'short' });
const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });

const startOfDay = ms => new Date(ms).setHours(0, 0, 0, 0);
const DAY = 86_400_000;
const daysAgo = ms => Math.round((startOfDay(Date.now()) - startOfDay(ms)) / DAY);

export const time = ms => clock.format(ms);
export const full = ms => whole.format(ms);

/** On the list: the clock today, the weekday this week, else the date. */
export function when(ms) {
  const ago = daysAgo(ms);
  return ago <= 0 ? clock.format(ms) : ago < 7 ? weekday.format(ms) : short.format(ms);
}

export function dayName(ms) {
  const ago = daysAgo(ms);
  const name = ago <= 1 ? relative.format(-Math.max(0, ago), 'day') : day.format(ms);
  return name.charAt(0).toUpperCase() + name.slice(1);
}

export const sameDay = (a, b) => startOfDay(a) === startOfDay(b);

export function size(bytes) {
  const units = ['B', 'KB', 'MB', 'GB'];
  let at = 0;
  while (bytes >= 1000 && at < units.length - 1) {
    bytes /= 1000;
    at++;
  }
  return `${bytes.toLocaleString(locale, { maximumFractionDigits: bytes < 10 ? 1 : 0 })} ${units[at]}`;
}

/** @param {any} client @param {any} conversation */
export function titleOf(client, conversation) {
  if (conversation.name) return conversation.name;
  if (conversation.isDialog) return client.people.name(peerOf(client, conversation) ?? '', conversation.key);
  const others = [...conversation.admins, ...conversation.members].filter(userId => userId !== client.me);
  return others.slice(0, 3).map(userId => client.people.name(userId, conversation.key)).join(', ') || t('Group');
}

export const peerOf = (client, conversation) => conversation.isDialog ? conversation.admins.find(userId => userId !== client.me) : undefined;

/** What an event tells. @param {any} client @param {any} message */
export function event(client, message) {
  // Who began a dialog is in every one of them: it says nothing.
  if (message.eventType === 'Added' && client.model.conversations.get(message.conversation)?.isDialog) return null;
  const name = userId => client.people.name(userId, message.conversation);
  // Each sentence as a whole: in many languages "you" is another one than "somebody" there.
  const [byMe, aboutMe] = [message.userId === client.me, (message.eventUserId ?? message.userId) === client.me];
  const names = { who: name(message.userId), whom: name(message.eventUserId ?? message.userId) };
  const said = {
    Added: !message.eventUserId ? (byMe ? t('You joined') : t('{who} joined', names))
      : byMe ? t('You added {whom}', names) : aboutMe ? t('{who} added you', names) : t('{who} added {whom}', names),
    Leaved: aboutMe ? t('You left') : t('{whom} left', names),
    Kicked: byMe ? t('You removed {whom}', names) : aboutMe ? t('{who} removed you', names) : t('{who} removed {whom}', names),
    ChangedToAdmin: aboutMe ? t('You are now an admin') : t('{whom} is now an admin', names),
    SessionKeyRegenerated: t('The encryption key was renewed'),
    Renamed: byMe ? t('You renamed the conversation') : t('{who} renamed the conversation', names),
    ExpiryChanged: byMe ? t('You changed when messages expire') : t('{who} changed when messages expire', names),
    AvatarChanged: byMe ? t('You changed the picture') : t('{who} changed the picture', names),
  };
  return said[message.eventType] ?? null; // MSG-12: what is not known is shown as nothing
}

/** One line of a message, for the list and for quotes. @param {any} client @param {any} message */
export function summary(client, message) {
  if (!message) return '';
  if (message.isEvent) return event(client, message) ?? '';
  if (message.deleted) return t('Message deleted');
  if (message.text) return message.text;
  if (message.hasFiles) return message.files?.some(file => file.type?.startsWith('image/')) ? t('Photo') : t('File');
  return message.unreadable ? t('This message cannot be read here') : '…';
}

/** A colour for a person, the same everywhere. @param {string} id */
export const hue = id => [...id].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 360, 7);

export function initials(name) {
  const parts = name.replaceAll(/[^\p{L}\p{N}\s]/gu, '').trim().split(/\s+/).filter(Boolean);
  return ([...(parts[0] ?? '?')][0]).toUpperCase() + (parts.length > 1 ? [...parts.at(-1)][0].toUpperCase() : '');
}
