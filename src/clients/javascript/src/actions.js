// Reactions and edits: what the plaintext of a silent message holds (docs/clients.md, "Silent messages"). Pure, but for the transaction.

/** @typedef {import('./model.js').Transaction} Transaction */
/** @typedef {import('./types.js').Message} Message */
/**
 * `message` is the uuid of what it is about. A reaction without emoji takes the author's own back; an edit counts where it is the author's own message.
 * @typedef {{ action: 'reaction', message: string, emoji: string | null } | { action: 'edit', message: string, text: string } | { action: 'unknown', message: string }} Action
 */

/** Of one emoji, with what joins it: families are long. */
const LONGEST_EMOJI = 64;

/** Null: it is text, and shown as such. @param {string | null | undefined} plain @returns {Action | null} */
export function readAction(plain) {
  if (!plain?.startsWith('{')) return null;
  /** @type {any} */
  let read;
  try {
    read = JSON.parse(plain);
  } catch {
    return null;
  }
  const { action, message, emoji, text } = read;
  if (typeof action !== 'string' || typeof message !== 'string') return null;
  if (action === 'reaction' && (emoji === null || emoji === undefined || (typeof emoji === 'string' && emoji.length <= LONGEST_EMOJI))) {
    return { action, message: message.toLowerCase(), emoji: emoji || null };
  }
  if (action === 'edit' && typeof text === 'string' && text.trim()) return { action, message: message.toLowerCase(), text };
  return { action: 'unknown', message: message.toLowerCase() }; // of a later client: nothing is shown
}

/** Whether it is shown in no place of its own. @param {Message} message */
export const isHidden = message => message.action !== undefined || (message.deleted && (message.expires ?? Infinity) <= Date.now()) || (message.kind === 'silent' && message.text === undefined && message.unreadable === undefined);

/** What is known about a message before it is on this device. @typedef {{ reactions: Record<string, { emoji: string | null, at: number }>, edits: Record<string, { text: string, at: number }> }} Waiting */

/**
 * An opened silent message takes effect: on its message, or, where that is not on this device, when it comes.
 * @param {Transaction} transaction @param {Message} from with its `action` and `created`
 */
export async function applyAction(transaction, from) {
  const { action, conversation, userId } = from;
  const at = from.created ?? 0;
  if (!action || action.action === 'unknown') return;
  const target = await transaction.message(action.message);
  if (target) {
    if (target.conversation === conversation) transaction.putMessage(changed(target, userId, action, at));
    return;
  }
  const key = `${conversation}/${action.message}`;
  /** @type {Waiting} */
  const known = await transaction.waiting(key) ?? { reactions: {}, edits: {} };
  if (action.action === 'reaction' && (known.reactions[userId]?.at ?? -1) < at) known.reactions = { ...known.reactions, [userId]: { emoji: action.emoji, at } };
  if (action.action === 'edit' && (known.edits[userId]?.at ?? -1) < at) known.edits = { ...known.edits, [userId]: { text: action.text, at } };
  transaction.put('actions', key, known);
}

/** What waited for a message that has come. @param {Transaction} transaction @param {Message} message @returns {Promise<Message>} */
export async function withWaiting(transaction, message) {
  const key = `${message.conversation}/${message.key}`;
  const waiting = await transaction.waiting(key);
  if (!waiting) return message;
  transaction.remove('actions', key);
  let now = message;
  for (const [userId, { emoji, at }] of Object.entries(waiting.reactions)) now = changed(now, userId, { action: 'reaction', message: message.key, emoji }, at);
  for (const [userId, { text, at }] of Object.entries(waiting.edits)) now = changed(now, userId, { action: 'edit', message: message.key, text }, at);
  return now;
}

/** The newest of one person counts, in whatever order they come. @param {Message} message @param {string} userId @param {Action} action @param {number} at @returns {Message} */
function changed(message, userId, action, at) {
  if (message.deleted || message.isEvent || message.action) return message;
  if (action.action === 'reaction') {
    if ((message.reactions?.[userId]?.at ?? -1) >= at) return message;
    return { ...message, reactions: { ...message.reactions, [userId]: { emoji: action.emoji, at } } };
  }
  if (action.action !== 'edit' || userId !== message.userId || (message.edited ?? -1) >= at) return message;
  return { ...message, text: action.text, edited: at, unreadable: undefined };
}
