// The way back where the server cannot continue: CL-30 to CL-34.
import { lower } from './bytes.js';
import { RefusedError } from './faults.js';
import { addMessage, staleSections } from './inbox.js';
import { conversationFrom, pictureOf } from './types.js';

/** @typedef {import('./connection.js').Connection} Connection */
/** @typedef {import('./model.js').Model} Model */

export const PAGE = 100;
/** Full pages that are read on; a larger gap nobody reads: the newest page begins anew. */
const PAGES = 5;

/** Conversations of one page. */
const LIMIT = 100;

/** @param {Model} model @param {Connection} connection */
export async function synchronise(model, connection) {
  if (model.offers('sync')) await pass(model, connection);
  else await fullList(model, connection);
}

/**
 * Where a pass stands. `unnamed`: a pass that tells everything has not named these yet, of what was here when it began; what is left at its end is forgotten.
 * Those alone: what was made here while it ran is not in it, and is one's own.
 * @typedef {{ token: string | null, unnamed?: string[] }} Place
 */

/**
 * CL-34: what changed, page by page. Each page is one transaction with its token, and says in it what is still to be read: a cut between two pages, or between a page and
 * its messages, goes on where it stopped.
 * @param {Model} model @param {Connection} connection
 */
async function pass(model, connection) {
  for (let more = true; more;) {
    /** @type {Place} */
    const place = model.meta.get('sync') ?? { token: null };
    /** @type {any} */
    let page;
    try {
      page = await connection.ask('RequestSync', { token: place.token, limit: LIMIT });
    } catch (fault) {
      if (!(fault instanceof RefusedError) || fault.status !== 'bad_request' || place.token === null) throw fault;
      await model.change(transaction => transaction.remove('meta', 'sync')); // no token of this person's any more: everything
      continue;
    }
    more = page.more;
    await model.change(transaction => storePage(transaction, page, place));
    await readBehind(model, connection);
    await separators(model, page.firstUnreadMessageUuid);
  }
}

/** @param {import('./model.js').Transaction} transaction @param {any} page @param {Place} place */
function storePage(transaction, page, place) {
  const { model } = transaction;
  // Without a token everything is told, whether the server says so or not (CHG-3).
  const began = page.reset || place.token === null ? [...model.conversations.keys()] : place.unnamed;
  const named = new Set([...page.conversations, ...page.removed].map(one => lower(one.uuid)));
  const unnamed = began?.filter(key => !named.has(key));
  transaction.remove('meta', 'cursor');
  for (const { uuid } of page.removed) transaction.removeConversation(lower(uuid));
  const last = new Map(page.lastMessages.map((/** @type {any} */ one) => [lower(one.conversationUuid), one.created]));
  for (const now of page.conversations) {
    const key = lower(now.uuid);
    const known = transaction.conversation(key);
    const newest = /** @type {number | undefined} */ (last.get(key));
    const behind = newest !== undefined && (known?.anchor?.created ?? -1) < newest ? { behind: newest } : {};
    // Of many people not all are named: those that are known stay until somebody asks for the list.
    const people = now.membersOmitted && known ? { members: known.members } : {};
    transaction.putConversation({
      ...conversationFrom({ ...now, preferences: now.preferences ?? null }, known), ...people, ...behind, keyDoubt: true, ...(now.unreadedCounter === 0 ? { firstUnread: null } : {}),
    });
  }
  storePeople(transaction, page);
  for (const user of page.users) {
    transaction.putPerson({ ...transaction.person(user.userId), avatarUpdated: pictureOf(user) });
    // Their keys may be others: asked before the next message there.
    for (const one of model.conversations.values()) {
      if (one.admins.includes(user.userId) || one.members.includes(user.userId)) transaction.patch(one.key, { keyDoubt: true });
    }
  }
  staleSections(transaction, page.account);
  if (!page.more) for (const key of unnamed ?? []) transaction.removeConversation(key);
  transaction.put('meta', 'sync', { token: page.token, ...(page.more && unnamed ? { unnamed } : {}) });
}

/** @param {import('./model.js').Transaction} transaction @param {{ sessionKeys: any[], members: any[] }} told */
function storePeople(transaction, { sessionKeys, members }) {
  for (const key of sessionKeys) {
    transaction.put('keys', `${lower(key.conversationUuid)}/${lower(key.uuid)}`, key);
    transaction.patch(lower(key.conversationUuid), { keyMade: key.created });
  }
  for (const person of members) transaction.putPerson({ ...transaction.person(person.userId), avatarUpdated: pictureOf(person) });
}

/** The messages that pages have announced. @param {Model} model @param {Connection} connection */
async function readBehind(model, connection) {
  const behind = [...model.conversations.values()].filter(one => one.behind !== undefined).sort((a, b) => b.lastMessage - a.lastMessage);
  for (const { key } of behind) {
    const now = model.conversations.get(key);
    if (now?.anchor) await readOn(model, connection, key);
    else await restart(model, connection, key);
  }
}

/** The list of the first edition. @param {Model} model @param {Connection} connection */
async function fullList(model, connection) {
  const all = await connection.ask('RequestGetConversationsFull');
  const there = new Map(all.conversations.map((/** @type {any} */ one) => [lower(one.uuid), one]));
  await model.change(transaction => {
    transaction.remove('meta', 'cursor');
    transaction.remove('meta', 'sync'); // its token stood for another list
    for (const known of model.conversations.keys()) {
      if (!there.has(known)) transaction.removeConversation(known);
    }
    for (const [key, now] of there) transaction.putConversation({ ...conversationFrom(now, transaction.conversation(key)), keyDoubt: true });
    storePeople(transaction, all);
  });

  for (const last of all.lastMessages) {
    const conversation = model.conversations.get(lower(last.conversationUuid));
    if (!conversation) continue;
    if (!conversation.anchor) await restart(model, connection, conversation.key);
    else if (conversation.anchor.created < last.created) await readOn(model, connection, conversation.key);
  }
  await separators(model, all.firstUnreadMessageUuid);
}

/** Which conversation each is of is known now; one that is older than what was read has no place for a separator. @param {Model} model @param {string[]} uuids */
async function separators(model, uuids) {
  if (uuids.length === 0) return;
  await model.change(async transaction => {
    for (const uuid of uuids) {
      const message = await transaction.message(lower(uuid));
      if (message) transaction.patch(message.conversation, { firstUnread: message.key });
    }
  });
}

/** @param {Model} model @param {Connection} connection @param {string} key */
async function readOn(model, connection, key) {
  if (!await stands(model, connection, key)) return restart(model, connection, key);
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
    const whole = messages.length < PAGE;
    await store(model, key, messages, { whole });
    if (whole) return;
  }
  await restart(model, connection, key);
}

/**
 * CL-31: whether the server has the anchor as it is stored. One that its store lost and its author sent again stands behind messages that this device does not have.
 * @param {Model} model @param {Connection} connection @param {string} key
 */
async function stands(model, connection, key) {
  const conversation = model.conversations.get(key);
  if (!conversation?.anchor) return false;
  const { uuid, created } = conversation.anchor;
  try {
    const { messages } = await connection.ask('RequestGetMessagesByUuids', { conversationUuid: conversation.uuid, uuids: [uuid] });
    return messages.some((/** @type {any} */ one) => one.created === created);
  } catch (fault) {
    if (!(fault instanceof RefusedError) || fault.status !== 'not_found') throw fault;
    return false; // the conversation went after its row was told: what follows finds that out, too
  }
}

/** The newest page, and nothing before it. @param {Model} model @param {Connection} connection @param {string} key */
async function restart(model, connection, key) {
  const conversation = model.conversations.get(key);
  if (!conversation) return;
  try {
    const { messages } = await connection.ask('RequestGetMessagesFromUuid', { conversationUuid: conversation.uuid, uuid: null, size: PAGE });
    await store(model, key, messages, { clear: true, begins: messages.length < PAGE, whole: true });
  } catch (fault) {
    if (!(fault instanceof RefusedError) || fault.status !== 'not_found') throw fault;
    await model.change(transaction => transaction.removeConversation(key)); // it went meanwhile
  }
}

/** @param {Model} model @param {string} key @param {any[]} messages newest first @param {{ clear?: boolean, begins?: boolean, whole: boolean }} how whole: this device is up to date with it */
async function store(model, key, messages, { clear, begins, whole }) {
  await model.change(async transaction => {
    if (clear) {
      transaction.clear(key);
      transaction.patch(key, { anchor: null, last: null, begins });
    }
    for (const message of [...messages].reverse()) await addMessage(transaction, message, { me: model.me, anchor: true, count: false });
    if (whole) transaction.patch(key, { behind: undefined });
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
