// Applies notifications: one at a time, in order, each in one transaction with its cursor (CL-20). Neither network nor keys are needed (CL-22).
import { withWaiting } from './actions.js';
import { lower } from './bytes.js';
import { keepExpiry } from './expiry.js';
import { conversationFrom, fromServer, GONE, merge } from './types.js';

/** @typedef {import('./connection.js').Notification} Notification */
/** @typedef {import('./model.js').Model} Model */
/** @typedef {import('./model.js').Transaction} Transaction */
/** @typedef {import('./types.js').Conversation} Conversation */

/** Held back while synchronising; more begins again (CL-30). */
export const HELD = 4_096;
/** Notifications of one transaction: a store is slow per write and not per record. */
const TOGETHER = 64;
/** Uuids of receipts that wait in one conversation. */
const RECEIPTS = 1_000;

/** What is to be asked for after the write. @typedef {{ refresh: Set<string>, nicks: Set<string>, contacts: boolean, account: boolean, people: Set<string> }} Wanted */

/** @param {Transaction} transaction @param {string} conversation @param {{ delivered?: string[], read?: string[], all?: boolean }} receipts */
export function addReceipts(transaction, conversation, { delivered = [], read = [], all = false }) {
  const id = `receipts/${conversation}`;
  const known = transaction.entry(id) ?? { id, lane: id, kind: 'receipts', conversation, delivered: [], read: [], all: false };
  const add = (/** @type {string[]} */ list, /** @type {string[]} */ more) => [...new Set([...list, ...more])].slice(-RECEIPTS);
  // Read implies delivered (RCP-1).
  const reads = add(known.read, read);
  transaction.putEntry({ ...known, delivered: add(known.delivered, delivered).filter(uuid => !reads.includes(uuid)), read: reads, all: known.all || all });
}

/**
 * A message that the server has, from wherever it came.
 * @param {Transaction} transaction @param {any} raw @param {{ me: string, anchor: boolean, count: boolean }} how
 */
export async function addMessage(transaction, raw, { me, anchor, count }) {
  const now = fromServer(raw);
  // Of what is cleared in this very write nothing is kept: it is opened, and takes effect, once more.
  const known = transaction.cleared.has(now.conversation) ? undefined : await transaction.message(now.key);
  const isNew = known?.created == null;
  const merged = merge(known, now);
  transaction.putMessage(isNew ? await withWaiting(transaction, merged) : merged);
  keepExpiry(transaction, merged);
  const conversation = transaction.conversation(now.conversation);
  if (!conversation) return;
  /** @type {Partial<Conversation>} */
  const changes = {};
  const created = /** @type {number} */ (now.created);
  const silent = now.kind === 'silent';
  if (!silent && (created >= conversation.lastMessage || !conversation.last)) Object.assign(changes, { lastMessage: Math.max(created, conversation.lastMessage), last: now.key });
  if (anchor && (conversation.anchor?.created ?? 0) < created) changes.anchor = { uuid: now.uuid, created };
  const theirs = now.userId !== me && !now.isEvent && !now.deleted;
  if (isNew && count && theirs && !silent && created > (conversation.counted ?? 0)) {
    changes.unread = conversation.unread + 1;
    changes.firstUnread = conversation.firstUnread ?? now.key;
  }
  if (isNew && lower(now.sessionKeyUuid ?? '') === lower(conversation.sessionKeyUuid)) changes.keyUses = (conversation.keyUses ?? 0) + 1;
  transaction.putConversation({ ...conversation, ...changes });
  if (isNew && theirs) addReceipts(transaction, now.conversation, { delivered: [now.uuid] });
}

/** Sections of the account that are to be asked for: kept until they were. @param {Transaction} transaction @param {string[]} sections */
export function staleSections(transaction, sections) {
  if (sections.length === 0) return;
  const stale = { ...transaction.meta('stale') };
  for (const section of sections) stale[section] = (stale[section] ?? 0) + 1;
  transaction.put('meta', 'stale', stale);
}

export class Inbox {
  /** @type {{ notification: Notification, connection: import('./connection.js').Connection }[]} */
  #queue = [];
  #open = false;
  #working = false;

  /** @param {Model} model @param {(wanted: Wanted) => void} follow @param {(type: string, payload: any) => void} told */
  constructor(model, follow, told) {
    this.model = model;
    this.follow = follow;
    this.told = told;
  }

  /** Nothing of an earlier connection is applied any more: the next login brings it again. */
  hold() {
    this.#open = false;
    this.#queue = [];
  }

  begin() {
    this.#open = true;
    void this.#work();
  }

  /** @param {Notification} notification @param {import('./connection.js').Connection} connection */
  take(notification, connection) {
    if (this.#queue.length >= HELD) {
      connection.end({ code: 1006, reason: 'more notifications came than are held' });
      return;
    }
    this.#queue.push({ notification, connection });
    void this.#work();
  }

  async #work() {
    if (this.#working || !this.#open) return;
    this.#working = true;
    while (this.#open && this.#queue.length > 0) {
      const some = this.#queue.splice(0, TOGETHER);
      /** @type {Wanted} */
      const wanted = { refresh: new Set(), nicks: new Set(), contacts: false, account: false, people: new Set() };
      try {
        await this.model.change(async transaction => {
          for (const { notification } of some) {
            await this.#apply(transaction, notification, wanted);
            if (notification.cursor !== null) transaction.put('meta', 'cursor', notification.cursor);
          }
        });
      } catch (fault) {
        // The store failed, or what came is not what the protocol says: nothing was applied, and the next login brings it again.
        this.hold();
        some[0].connection.end({ code: 1006, reason: `a notification could not be applied: ${fault}`, fault });
        break;
      }
      for (const { notification } of some) this.told(notification.type, notification.payload);
      this.follow(wanted);
    }
    this.#working = false;
  }

  /** @param {Transaction} transaction @param {Notification} notification @param {Wanted} wanted */
  async #apply(transaction, { type, payload }, wanted) {
    const { me } = this.model;
    const key = lower(payload.conversationUuid ?? payload.uuid ?? '');
    switch (type) {
      case 'NotificationAddedMessageToConversation':
        await this.#message(transaction, payload.message, wanted);
        break;
      case 'UpdatedMessageNotification': {
        const message = await transaction.message(lower(payload.uuid));
        const { members, readedMembers, deliveredMembers, objectionable, deleted } = payload;
        if (message) transaction.putMessage({ ...message, members, readedMembers, deliveredMembers, objectionable, deleted, ...(deleted ? GONE : {}) });
        // Another device of this person may have read it: how much is unread is the server's to say, and one with the feature says so by itself (ACC-3).
        if ((!message || message.userId !== me) && !this.model.offers('account')) wanted.refresh.add(lower(payload.conversationUuid));
        break;
      }
      case 'DeleteMessageNotification': {
        const message = await transaction.message(lower(payload.messageUuid));
        if (message) transaction.putMessage({ ...message, ...GONE });
        wanted.refresh.add(key);
        break;
      }
      case 'FileReadyNotification': {
        const message = await transaction.message(lower(payload.messageUuid));
        if (message) transaction.putMessage({ ...message, known: false });
        break;
      }
      case 'NotificationAddMemberToConversation': {
        const added = lower(payload.conversation.uuid);
        if (!transaction.conversation(added)) transaction.putConversation({ ...conversationFrom(payload.conversation, undefined), unread: 0 });
        wanted.refresh.add(added);
        break;
      }
      case 'NotificationConversationLeaved':
        if (payload.userId === me) transaction.removeConversation(lower(payload.uuid));
        else this.#gone(transaction, lower(payload.uuid), payload.userId);
        break;
      case 'NotificationConversationDeleted':
        transaction.removeConversation(lower(payload.uuid));
        break;
      case 'NotificationRenameConversation':
        transaction.patch(key, { title: payload.title, name: undefined });
        break;
      case 'ConversationAvatarChangedNotification':
        transaction.patch(key, { hasAvatar: true, avatarUpdated: payload.avatarUpdated });
        wanted.refresh.add(key);
        break;
      case 'ConversationNickUpdatedNotification':
        wanted.nicks.add(key);
        break;
      case 'NotificationNewSessionKey': {
        const made = payload.sessionKey;
        const conversation = lower(made.conversationUuid);
        transaction.put('keys', `${conversation}/${lower(made.uuid)}`, made);
        transaction.patch(conversation, { sessionKeyUuid: made.uuid, keyMade: made.created, keyUses: 0, rekeyDue: false, keyDoubt: false });
        break;
      }
      case 'NotificationNewPublicKey':
        wanted.people.add(payload.userId);
        for (const one of this.model.conversations.values()) {
          if (one.admins.includes(payload.userId) || one.members.includes(payload.userId)) transaction.patch(one.key, { rekeyDue: true });
        }
        break;
      case 'NotificationReadUpTo': {
        // Absolute, of its place among the notifications: those that follow are counted. But what this device has read itself, and not told yet, is read.
        const told = transaction.entry(`receipts/${key}`)?.all === true;
        const { unreadedCounter: unread, firstUnreadMessageUuid: first } = payload;
        transaction.patch(key, { counted: 0, ...(told ? { unread: 0 } : { unread, firstUnread: first ? lower(first) : null }) });
        break;
      }
      case 'NotificationAccountChanged':
        staleSections(transaction, payload.what);
        wanted.account = true;
        break;
      case 'UpdateContactNotification':
        wanted.contacts = true;
        break;
      default: // CL-21: what is not known is ignored, and its cursor counts
    }
  }

  /** @param {Transaction} transaction @param {any} raw @param {Wanted} wanted */
  async #message(transaction, raw, wanted) {
    const key = lower(raw.conversationUuid);
    if (!transaction.conversation(key)) {
      // Its NotificationAddMemberToConversation may come after it: until then it stands there without its people.
      transaction.putConversation(conversationFrom({
        uuid: raw.conversationUuid, isDialog: false, title: null, sessionKeyUuid: raw.sessionKeyUuid, lastMessage: 0, unreadedCounter: 0, admins: [], members: [],
        hasAvatar: false, avatarUpdated: 0, blocked: false,
      }, undefined));
      wanted.refresh.add(key);
    }
    await addMessage(transaction, raw, { me: this.model.me, anchor: true, count: true });
    if (!raw.isEvent) return;
    if (raw.eventType === 'Leaved' || raw.eventType === 'Kicked') this.#gone(transaction, key, raw.eventUserId ?? raw.userId);
    if (raw.eventType === 'SessionKeyRegenerated') transaction.patch(key, { keyDoubt: true });
    wanted.refresh.add(key);
  }

  /** @param {Transaction} transaction @param {string} key @param {string} userId */
  #gone(transaction, key, userId) {
    const conversation = transaction.conversation(key);
    if (!conversation || userId === this.model.me) return;
    const stays = (/** @type {string} */ one) => one !== userId;
    transaction.patch(key, { admins: conversation.admins.filter(stays), members: conversation.members.filter(stays), rekeyDue: !conversation.isDialog });
  }
}
