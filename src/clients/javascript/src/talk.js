// Talking: conversations, messages, groups. What is written is accepted in the store and sent by the outbox (CL-10).
import { lower } from './bytes.js';
import * as crypto from './crypto.js';
import { NotAcceptedError } from './faults.js';
import { addMessage, addReceipts } from './inbox.js';
import { Outbox } from './outbox.js';
import { conversationFrom, GONE } from './types.js';

/** @typedef {import('./model.js').Model} Model */
/** @typedef {import('./types.js').Message} Message */
/** A file to send. @typedef {{ content: Blob, name: string, preview?: Blob }} Attachment */

/** What a body takes is 64 KiB of ciphertext. */
const LONGEST = 60_000;

export class Talk {
  /** When typing was told of last. @type {Map<string, number>} */
  #typing = new Map();

  /**
   * @param {Model} model @param {(type: string, payload?: object) => Promise<any>} ask @param {import('./account.js').Account} account
   * @param {import('./trust.js').Trust} trust @param {import('./keys.js').Keys} keys @param {() => void} send works the outbox off
   */
  constructor(model, ask, account, trust, keys, send) {
    this.model = model;
    this.ask = ask;
    this.account = account;
    this.trust = trust;
    this.keys = keys;
    this.send = send;
  }

  /** @param {string} key */
  #uuid(key) {
    const conversation = this.model.conversations.get(lower(key));
    if (!conversation) throw new NotAcceptedError('there is no such conversation on this device');
    return conversation.uuid;
  }

  /** The dialog with somebody; made where there is none. @param {string} userId @returns {Promise<string>} its key */
  async dialog(userId) {
    if (userId === this.model.me) throw new NotAcceptedError('a dialog is with somebody else');
    const known = [...this.model.conversations.values()].find(one => one.isDialog && one.admins.includes(userId) && one.admins.includes(this.model.me));
    return known?.key ?? this.#create([userId], null, true);
  }

  /** @param {string[]} userIds others @param {string} title @returns {Promise<string>} its key */
  group(userIds, title) {
    return this.#create(userIds, title, false);
  }

  /** @param {string[]} others @param {string | null} title @param {boolean} isDialog */
  async #create(others, title, isDialog) {
    const { me, profile } = this.model;
    const [uuid, sessionKeyUuid, key] = [crypto.uuid(), crypto.uuid(), crypto.createKey()];
    const publicKeys = await this.trust.current(others);
    /** @type {Record<string, string>} */
    const wrapped = {};
    for (const [userId, publicKey] of publicKeys) wrapped[userId] = await crypto.wrapKey(publicKey, key);
    const { pair } = this.account;
    const own = await this.keys.value(key, me, pair.publicKey, await crypto.signKey(pair, uuid, key));
    const { conversation } = await this.ask('RequestCreateConversationFull', {
      conversationUuid: uuid, sessionKeyUuid, isDialog, admins: isDialog ? wrapped : {}, members: isDialog ? {} : wrapped, sessionKeyValue: own,
      nickEncrypted: profile?.name ? await crypto.sealLabel(key, 'nick', uuid, sessionKeyUuid, me, profile.name) : null,
      title: title ? await crypto.sealLabel(key, 'title', uuid, sessionKeyUuid, '', title) : null,
    });
    await this.model.change(transaction => {
      transaction.put('keys', `${uuid}/${sessionKeyUuid}`, { ...own, uuid: sessionKeyUuid, conversationUuid: uuid, created: conversation.created });
      transaction.putConversation({
        ...conversationFrom(conversation, transaction.conversation(uuid)), lastMessage: conversation.lastMessage || conversation.created, name: title,
        keyMade: conversation.created, nicks: profile?.name ? { [me]: profile.name } : {},
      });
    });
    return uuid;
  }

  /**
   * Accepts a message: when this returns it survives the process, and is sent exactly once or reported as failed.
   * @param {string} conversation @param {string} text
   * @param {{ replyTo?: string | null, files?: Attachment[], expireSeconds?: number }} [with_] expireSeconds: as the conversation's timer, where it is left out
   * @returns {Promise<Message>}
   */
  async write(conversation, text, { replyTo = null, files = [], expireSeconds = this.model.conversations.get(lower(conversation))?.expirySeconds ?? 0 } = {}) {
    const key = lower(conversation);
    this.#uuid(key);
    if (!text.trim() && files.length === 0) throw new NotAcceptedError('a message must say something');
    if (new TextEncoder().encode(text).length > LONGEST) throw new NotAcceptedError('the message is too long');
    const uuid = crypto.uuid();
    const blobs = await this.#blobs(uuid, files);
    const message = await this.model.change(transaction => {
      const id = Outbox.accept(transaction, {
        lane: key, kind: 'message', message: uuid,
        files: blobs.map(({ blob, previewOf }) => ({ blob, previewOf })),
      });
      /** @type {Message} */
      const made = {
        key: uuid, uuid, conversation: key, sessionKeyUuid: '', userId: this.model.me, created: null, order: Number(id), state: 'sending',
        text: text.trim() ? text : null, hasFiles: files.length > 0, isEvent: false, eventType: null, eventUserId: null, members: 0, readedMembers: 0,
        deliveredMembers: 0, deleted: false, objectionable: false, replyTo,
        // What the screen showed: a timer that is turned off meanwhile lengthens nothing (EXP-2).
        ...(expireSeconds > 0 ? { expireSeconds } : {}),
      };
      for (const { blob, content, name, type } of blobs) transaction.put('blobs', blob, { content, name, type });
      transaction.putMessage(made);
      transaction.patch(key, { draft: '', last: uuid });
      return made;
    });
    this.#typing.delete(key);
    this.send();
    return message;
  }

  /**
   * Reacts to a message with one emoji, in place of an earlier one; null takes it back. Accepted as a message is; it shows when the server has it.
   * @param {Message} message @param {string | null} emoji
   */
  react(message, emoji) {
    return this.#silent(message, { action: 'reaction', message: message.key, emoji });
  }

  /** Another text for one's own message, which everybody sees from then on. @param {Message} message @param {string} text */
  edit(message, text) {
    if (message.userId !== this.model.me || message.deleted || message.created === null) throw new NotAcceptedError('only what one wrote and sent oneself can be edited');
    if (!text.trim()) throw new NotAcceptedError('a message must say something');
    return this.#silent(message, { action: 'edit', message: message.key, text });
  }

  /** It replies to what it is about: where that expires, it does, too. @param {Message} target @param {import('./actions.js').Action} action */
  async #silent(target, action) {
    if (!this.model.offers('hints')) throw new NotAcceptedError('this server has no silent messages: a reaction would be shown as text');
    if (new TextEncoder().encode(JSON.stringify(action)).length > LONGEST) throw new NotAcceptedError('the message is too long');
    const [uuid, key] = [crypto.uuid(), target.conversation];
    this.#uuid(key);
    await this.model.change(transaction => {
      const id = Outbox.accept(transaction, { lane: key, kind: 'message', message: uuid, action: action.action });
      transaction.putMessage({
        key: uuid, uuid, conversation: key, sessionKeyUuid: '', userId: this.model.me, created: null, order: Number(id), state: 'sending', text: null, kind: 'silent', action,
        hasFiles: false, isEvent: false, eventType: null, eventUserId: null, members: 0, readedMembers: 0, deliveredMembers: 0, deleted: false, objectionable: false, replyTo: target.uuid,
      });
    });
    this.send();
  }

  /** Previews come before what they are of. @param {string} uuid @param {Attachment[]} files */
  async #blobs(uuid, files) {
    const keep = async (/** @type {Blob} */ content) => this.model.store.keepsObjects ? content : new Uint8Array(await content.arrayBuffer());
    /** @type {{ blob: string, content: Blob | Uint8Array, name: string, type: string, previewOf?: string }[]} */
    const blobs = [];
    for (const [number, { content, name, preview }] of files.entries()) {
      const blob = `${uuid}/${number}`;
      if (preview) blobs.push({ blob: `${blob}/preview`, content: await keep(preview), name: 'preview', type: preview.type, previewOf: blob });
      blobs.push({ blob, content: await keep(content), name, type: content.type || 'application/octet-stream' });
    }
    return blobs;
  }

  /** A message that was refused, once more: as a new one, since what was refused changed nothing. @param {Message} message */
  async retry(message) {
    await this.discard(message);
    return this.write(message.conversation, message.text ?? '', { replyTo: message.replyTo, ...(message.expireSeconds ? { expireSeconds: message.expireSeconds } : {}) });
  }

  /** @param {Message} message that failed */
  discard(message) {
    return this.model.change(transaction => {
      const failed = transaction.conversation(message.conversation)?.failed ?? [];
      transaction.patch(message.conversation, { failed: failed.filter(key => key !== message.key) });
      transaction.put('messages', message.key, undefined);
      transaction.messages.set(message.conversation, new Set([message.key]));
    });
  }

  /** For all: one's own, or as a group's admin. @param {Message} message */
  async delete(message) {
    await this.ask('RequestDeleteMessage', { conversationUuid: this.#uuid(message.conversation), uuid: message.uuid });
    await this.model.change(async transaction => {
      const now = await transaction.message(message.key);
      if (now) transaction.putMessage({ ...now, ...GONE });
    });
  }

  /** Everything in it was seen. @param {string} conversation @param {{ keepSeparator?: boolean }} [how] */
  async markRead(conversation, { keepSeparator = false } = {}) {
    const key = lower(conversation);
    const known = this.model.conversations.get(key);
    if (!known || (known.unread === 0 && (keepSeparator || !known.firstUnread))) return;
    await this.model.change(transaction => {
      if ((transaction.conversation(key)?.unread ?? 0) > 0) addReceipts(transaction, key, { all: true });
      transaction.patch(key, { unread: 0, ...(keepSeparator ? {} : { firstUnread: null }) });
    });
    this.send();
  }

  /** While the person types; told at most every 3 s (MSG-10), and lost where there is no connection. @param {string} conversation @param {number} now by the clock */
  typing(conversation, now = performance.now()) {
    const key = lower(conversation);
    if (now - (this.#typing.get(key) ?? -Infinity) < 3_000) return;
    this.#typing.set(key, now);
    this.ask('RequestTyping', { conversationUuid: this.#uuid(key) }).catch(() => this.#typing.delete(key));
  }

  /** @param {string} conversation @param {string} draft */
  async setDraft(conversation, draft) {
    await this.model.change(transaction => transaction.patch(lower(conversation), { draft }));
  }

  /** The current key is wrapped for whom is added: what comes from now on is readable there. @param {string} conversation @param {string} userId @param {boolean} [admin] */
  async add(conversation, userId, admin = false) {
    const key = lower(conversation);
    const { uuid, key: secret } = await this.keys.forWriting(key);
    const publicKey = (await this.trust.current([userId])).get(userId) ?? '';
    const value = await this.keys.value(secret, userId, publicKey, await crypto.signKey(this.account.pair, key, secret));
    await this.ask(admin ? 'RequestAddAdmin' : 'RequestAddMember', { conversationUuid: this.#uuid(key), sessionKeyUuid: uuid, sessionKeyValue: value });
    await this.#roster(key);
  }

  /** @param {string} conversation @param {string} userId */
  async promote(conversation, userId) {
    await this.ask('RequestChangeToAdmin', { conversationUuid: this.#uuid(conversation), userId });
    await this.#roster(lower(conversation));
  }

  /** And re-keys at once (CL-43). @param {string} conversation @param {string} userId */
  async kick(conversation, userId) {
    const key = lower(conversation);
    await this.ask('RequestKickUser', { conversationUuid: this.#uuid(key), userId });
    await this.model.change(transaction => Outbox.accept(transaction, { lane: key, kind: 'rekey', conversation: key }));
    this.send();
    await this.#roster(key);
  }

  /** What a device did itself is not told to it (NOT-4). @param {string} key */
  async #roster(key) {
    const { conversation } = await this.ask('RequestGetConversationFull', { conversationUuid: this.#uuid(key) });
    await this.model.change(transaction => transaction.patch(key, { admins: conversation.admins, members: conversation.members }));
    const { messages } = await this.ask('RequestGetMessages', { conversationUuid: this.#uuid(key), fromMessageUuid: this.model.conversations.get(key)?.anchor?.uuid ?? null, size: 20 });
    await this.model.change(async transaction => {
      for (const message of [...messages].reverse()) await addMessage(transaction, message, { me: this.model.me, anchor: false, count: false });
    });
  }

  /** @param {string} conversation */
  async leave(conversation) {
    await this.ask('RequestLeaveConversation', { conversationUuid: this.#uuid(conversation) });
    await this.model.change(transaction => transaction.removeConversation(lower(conversation)));
  }

  /** For everybody. @param {string} conversation */
  async remove(conversation) {
    await this.ask('RequestDeleteConversation', { conversationUuid: this.#uuid(conversation) });
    await this.model.change(transaction => transaction.removeConversation(lower(conversation)));
  }

  /** @param {string} conversation @param {string} name */
  async rename(conversation, name) {
    const key = lower(conversation);
    const { uuid, key: secret } = await this.keys.forWriting(key);
    const title = await crypto.sealLabel(secret, 'title', key, uuid, '', name);
    await this.ask('RequestRenameConversation', { conversationUuid: this.#uuid(key), title });
    await this.model.change(transaction => transaction.patch(key, { title, name }));
  }

  /** @param {Message} message @param {string} reason */
  report(message, reason) {
    return this.ask('AddMessageReport', { conversationUuid: this.#uuid(message.conversation), messageUuid: message.uuid, reason });
  }
}
