// How each kind of entry of the outbox is sent, and what follows from the answer or the refusal, as one transaction (CL-13, CL-15).
import { applyAction } from './actions.js';
import { lower } from './bytes.js';
import * as crypto from './crypto.js';
import { RefusedError } from './faults.js';
import { addMessage } from './inbox.js';

/** @typedef {import('./model.js').Entry} Entry */
/** @typedef {import('./model.js').Transaction} Transaction */

const nothing = () => {};

export class Senders {
  /** @param {import('./model.js').Model} model @param {import('./supervisor.js').Supervisor['ask']} ask @param {import('./keys.js').Keys} keys @param {import('./transfer.js').Transfer} transfer */
  constructor(model, ask, keys, transfer) {
    this.model = model;
    this.keys = keys;
    this.transfer = transfer;
    // For ever: an entry leaves by an answer and by nothing else.
    /** @param {string} type @param {object} payload */
    this.ask = (type, payload) => ask(type, payload, Infinity);
  }

  /** @type {Record<Entry['kind'], (entry: Entry) => Promise<(transaction: Transaction) => void | Promise<void>>>} */
  send = {
    message: async entry => {
      const payload = entry.payload ?? await this.#seal(entry);
      const { message } = await this.ask('RequestAddMessage', payload);
      return async transaction => {
        // CL-25: what only an answer brought is no anchor.
        await addMessage(transaction, message, { me: this.model.me, anchor: false, count: false });
        const stored = await transaction.message(entry.message);
        if (stored?.action) await applyAction(transaction, stored);
        // Files go beside later messages of the conversation, but after their own.
        for (const file of entry.files ?? []) transaction.putEntry({ ...file, lane: `files/${entry.message}`, kind: 'upload', message: entry.message });
      };
    },
    upload: async entry => {
      const message = await this.model.store.get('messages', entry.message);
      if (!message || message.deleted) return transaction => transaction.remove('blobs', entry.blob);
      const done = await this.transfer.upload(entry, message);
      return async transaction => {
        transaction.remove('blobs', entry.blob);
        const now = await transaction.message(entry.message);
        if (now) transaction.putMessage({ ...now, known: false });
        // The picture that this is the preview of names it.
        for (const other of this.model.outbox.values()) {
          if (other.kind === 'upload' && entry.previewOf === other.blob) transaction.putEntry({ ...other, preview: done.sealedName });
        }
      };
    },
    request: async entry => {
      await this.ask(entry.type, entry.payload);
      return nothing;
    },
    rekey: async entry => {
      if (this.model.conversations.has(entry.conversation)) await this.keys.rekey(entry.conversation);
      return nothing;
    },
    receipts: async entry => {
      const conversationUuid = this.model.conversations.get(entry.conversation)?.uuid;
      if (!conversationUuid) return nothing;
      const gone = (/** @type {unknown} */ fault) => {
        if (!(fault instanceof RefusedError) || fault.status !== 'not_found') throw fault;
      };
      if (entry.all) await this.ask('RequestMarkAllReaded', { conversationUuid }).catch(gone);
      else if (entry.read.length > 0) await this.ask('RequestMessagesReaded', { conversationUuid, messageUuids: entry.read }).catch(gone);
      if (!entry.all) {
        await Promise.all(entry.delivered.map((/** @type {string} */ messageUuid) => this.ask('MessageDelivered', { conversationUuid, messageUuid }).catch(gone)));
      }
      return nothing;
    },
  };

  /** Sealed once, and stored before it is first sent (CL-11). @param {Entry} entry */
  async #seal(entry) {
    const message = await this.model.store.get('messages', entry.message);
    const conversation = this.model.conversations.get(entry.lane);
    if (!message || !conversation) throw new RefusedError('RequestAddMessage', 'not_found', 'the conversation is gone');
    const { uuid, key } = await this.keys.forWriting(entry.lane);
    const plain = message.action ? JSON.stringify(message.action) : message.text ?? null;
    const sealed = plain === null ? null
      : await crypto.sealBody(key, { conversation: entry.lane, message: message.uuid, sessionKey: uuid, author: this.model.me }, plain);
    const payload = {
      conversationUuid: conversation.uuid, messageUuid: message.uuid, sessionKeyUuid: uuid, hasFiles: message.hasFiles, replyMessageUuid: message.replyTo,
      bodyEncryptedBase64: sealed?.bodyBase64 ?? null, ivBase64: sealed?.ivBase64 ?? null,
      ...(message.kind ? { kind: message.kind } : {}),
      ...(message.expireSeconds && this.model.offers('expiry') ? { expireSeconds: message.expireSeconds } : {}),
    };
    await this.model.change(transaction => {
      if (transaction.entry(entry.id)) transaction.putEntry({ ...entry, payload });
    });
    return payload;
  }

  /** @param {Entry} entry @param {unknown} fault @returns {(transaction: Transaction) => Promise<void>} */
  failed = (entry, fault) => async transaction => {
    const status = fault instanceof RefusedError ? fault.status : fault instanceof Error ? fault.message : String(fault);
    if (entry.kind === 'message') {
      const message = await transaction.message(entry.message);
      if (!message) return;
      if (message.action) {
        // A reaction or an edit has no place in which it could be shown as failed: `refused` tells.
        transaction.put('messages', message.key, undefined);
      } else transaction.putMessage({ ...message, state: 'failed', status });
      const known = transaction.conversation(entry.lane);
      if (known && !message.action) transaction.patch(entry.lane, { failed: [...(known.failed ?? []), message.key], ...(status === 'not_found' ? { keyDoubt: true } : {}) });
      for (const file of entry.files ?? []) transaction.put('blobs', file.blob, undefined);
    } else if (entry.kind === 'upload') {
      const message = await transaction.message(entry.message);
      transaction.remove('blobs', entry.blob);
      if (message) transaction.putMessage({ ...message, known: false, status: `a file was refused: ${status}` });
    }
    this.model.emit('refused', { kind: entry.kind, action: entry.action, type: entry.type, conversation: lower(entry.lane), status });
  };
}
