// The way back where the server cannot continue: CL-30 to CL-33.
import { lower } from './bytes.js';
import { RefusedError } from './faults.js';
import { addMessage } from './inbox.js';
import { conversationFrom, pictureOf } from './types.js';

/** @typedef {import('./connection.js').Connection} Connection */
/** @typedef {import('./model.js').Model} Model */

export const PAGE = 100;
/** Full pages that are read on; a larger gap nobody reads: the newest page begins anew. */
const PAGES = 5;

/** @param {Model} model @param {Connection} connection */
export async function synchronise(model, connection) {
  const all = await connection.ask('RequestGetConversationsFull');
  const there = new Map(all.conversations.map((/** @type {any} */ one) => [lower(one.uuid), one]));
  await model.change(transaction => {
    transaction.remove('meta', 'cursor');
    for (const known of model.conversations.keys()) {
      if (!there.has(known)) transaction.removeConversation(known);
    }
    for (const [key, now] of there) {
      const known = transaction.conversation(key);
      transaction.putConversation({
        ...conversationFrom(now, known),
        firstUnread: all.firstUnreadMessageUuid[now.uuid] ? lower(all.firstUnreadMessageUuid[now.uuid]) : known?.firstUnread,
        keyDoubt: true,
      });
    }
    for (const key of all.sessionKeys) {
      transaction.put('keys', `${lower(key.conversationUuid)}/${lower(key.uuid)}`, key);
      transaction.patch(lower(key.conversationUuid), { keyMade: key.created });
    }
    for (const person of all.members) transaction.putPerson({ ...transaction.person(person.userId), avatarUpdated: pictureOf(person) });
  });

  for (const last of all.lastMessages) {
    const conversation = model.conversations.get(lower(last.conversationUuid));
    if (!conversation) continue;
    if (!conversation.anchor) await restart(model, connection, conversation.key);
    else if (conversation.anchor.created < last.created) await readOn(model, connection, conversation.key);
  }
}

/** @param {Model} model @param {Connection} connection @param {string} key */
async function readOn(model, connection, key) {
  for (let page = 0; page < PAGES; page++) {
    const conversation = model.conversations.get(key);
    if (!conversation?.anchor) return;
    /** @type {any[]} */
    let messages;
    try {
      ({ messages } = await connection.ask('RequestGetMessages', { conversationUuid: conversation.uuid, fromMessageUuid: conversation.anchor.uuid, size: PAGE }));
    } catch (fault) {
      if (!(fault instanceof RefusedError) || fault.status !== 'not_found') throw fault;
      break; // the anchor is out of sight: this person left and came back, or the conversation is gone
    }
    await store(model, key, messages, {});
    if (messages.length < PAGE) return;
  }
  await restart(model, connection, key);
}

/** The newest page, and nothing before it. @param {Model} model @param {Connection} connection @param {string} key */
async function restart(model, connection, key) {
  const conversation = model.conversations.get(key);
  if (!conversation) return;
  try {
    const { messages } = await connection.ask('RequestGetMessagesFromUuid', { conversationUuid: conversation.uuid, uuid: null, size: PAGE });
    await store(model, key, messages, { clear: true, begins: messages.length < PAGE });
  } catch (fault) {
    if (!(fault instanceof RefusedError) || fault.status !== 'not_found') throw fault;
    await model.change(transaction => transaction.removeConversation(key)); // it went meanwhile
  }
}

/** @param {Model} model @param {string} key @param {any[]} messages newest first @param {{ clear?: boolean, begins?: boolean }} how */
async function store(model, key, messages, { clear, begins }) {
  await model.change(async transaction => {
    if (clear) {
      transaction.clear(key);
      transaction.patch(key, { anchor: null, last: null, begins });
    }
    for (const message of [...messages].reverse()) await addMessage(transaction, message, { me: model.me, anchor: true, count: false });
  });
}

/**
 * The page before the oldest stored message, as the person scrolls (SYNC-4).
 * @param {Model} model @param {(type: string, payload: object) => Promise<any>} ask @param {string} key
 * @returns {Promise<boolean>} whether there may be more
 */
export async function older(model, ask, key) {
  const conversation = model.conversations.get(key);
  if (!conversation || conversation.begins) return false;
  const oldest = await model.store.oldest(key);
  const { messages } = await ask('RequestGetMessagesFromUuid', { conversationUuid: conversation.uuid, uuid: oldest?.uuid ?? null, size: PAGE });
  await model.change(async transaction => {
    for (const message of [...messages].reverse()) await addMessage(transaction, message, { me: model.me, anchor: !oldest, count: false });
    if (messages.length < PAGE) transaction.patch(key, { begins: true });
  });
  return messages.length === PAGE;
}

/** Counters, deletions and files of messages that are shown (CL-33). @param {Model} model @param {(type: string, payload: object) => Promise<any>} ask @param {string} key @param {import('./types.js').Message[]} shown */
export async function refreshMessages(model, ask, key, shown) {
  const conversation = model.conversations.get(key);
  const uuids = shown.filter(message => message.created !== null && !message.isEvent).map(message => message.uuid).slice(-PAGE);
  if (!conversation || uuids.length === 0) return;
  const { messages } = await ask('RequestGetMessagesByUuids', { conversationUuid: conversation.uuid, uuids });
  await model.change(async transaction => {
    for (const message of messages) await addMessage(transaction, message, { me: model.me, anchor: false, count: false });
  });
}
