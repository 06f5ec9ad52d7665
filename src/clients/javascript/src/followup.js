// What follows a notification and needs the network or keys: rosters, nicks, and opening what was stored sealed (CL-22). Comes again until it is done.
import { applyAction, readAction } from './actions.js';
import { lower } from './bytes.js';
import * as crypto from './crypto.js';
import { ConnectionLostError, CryptoError, EndedError, RefusedError } from './faults.js';
import { sleep } from './ports.js';
import { conversationFrom } from './types.js';

/** @typedef {import('./model.js').Model} Model */

/** Several events of one conversation come together: they are asked for once. */
const TOGETHER = 150;
const PAGE = 200;
/** How often a row is asked for that does not know yet what was told: an answer may be older than the notifications before it. */
const ASKED = 3;

export class Followup {
  /** @type {Set<string>} */
  #refresh = new Set();
  /** @type {Set<string>} */
  #nicks = new Set();
  /** Conversations that may have something sealed. @type {Set<string>} */
  #sealed = new Set();
  #running = false;
  #again = false;

  /** @param {Model} model @param {(type: string, payload?: object) => Promise<any>} ask @param {import('./keys.js').Keys} keys @param {() => boolean} unlocked @param {import('./ports.js').Ports} ports */
  constructor(model, ask, keys, unlocked, ports) {
    this.model = model;
    this.ask = ask;
    this.keys = keys;
    this.unlocked = unlocked;
    this.ports = ports;
    model.on('messages', ({ conversation }) => {
      this.#sealed.add(conversation);
      this.run();
    });
    model.on('conversations', keys => {
      for (const key of keys) {
        const conversation = model.conversations.get(key);
        if (conversation && (conversation.name === undefined || conversation.nicksStale)) this.run();
      }
    });
  }

  /** @param {import('./inbox.js').Wanted} wanted */
  want({ refresh, nicks }) {
    for (const key of refresh) this.#refresh.add(key);
    for (const key of nicks) this.#nicks.add(key);
    this.run();
  }

  /** Rows of which something is the server's to say. @param {string[]} conversations */
  refresh(conversations) {
    for (const key of conversations) this.#refresh.add(key);
    this.run();
  }

  /** The private key was opened: what could not be read before is tried again. */
  openAgain() {
    for (const key of this.model.conversations.keys()) this.#sealed.add(key);
    this.run();
  }

  run() {
    this.#again = true;
    if (!this.#running) void this.#work();
  }

  async #work() {
    this.#running = true;
    try {
      while (this.#again) {
        this.#again = false;
        await this.#open();
        if (this.#refresh.size > 0) await sleep(this.ports.clock, TOGETHER);
        for (const key of [...this.#refresh]) {
          this.#refresh.delete(key);
          await this.#orKeep(this.#refresh, key, () => this.#conversation(key));
        }
        for (const key of [...this.#nicks]) {
          this.#nicks.delete(key);
          await this.#orKeep(this.#nicks, key, () => this.#names(key));
        }
      }
    } catch (fault) {
      // Cut off: the next login runs it again. Anything else is told; what is sealed stays sealed and is tried again then.
      if (!(fault instanceof ConnectionLostError || fault instanceof EndedError)) this.model.emit('fault', { what: 'following up', fault });
    }
    this.#running = false;
  }

  /** @param {Set<string>} set @param {string} key @param {() => Promise<void>} work */
  async #orKeep(set, key, work) {
    try {
      await work();
    } catch (fault) {
      if (fault instanceof RefusedError && fault.status === 'not_found') return void await this.model.change(transaction => transaction.removeConversation(key));
      if (!(fault instanceof RefusedError)) set.add(key);
      throw fault;
    }
  }

  /** @param {string} key */
  async #conversation(key) {
    const before = this.model.conversations.get(key);
    if (!before) return;
    for (let asked = 1; ; asked++) {
      const { conversation, sessionKey } = await this.ask('RequestGetConversationFull', { conversationUuid: before.uuid });
      const isCurrent = await this.model.change(transaction => {
        const known = transaction.conversation(key);
        if (!known) return true;
        const row = conversationFrom(conversation, known);
        const isCurrent = !known.last || row.lastMessage >= known.lastMessage;
        // CL-27: the counter of an older row does not have what was told since.
        const now = isCurrent ? row : { ...row, lastMessage: known.lastMessage, unread: known.unread, counted: known.counted };
        transaction.putConversation({ ...now, ...(now.unread === 0 ? { firstUnread: null } : {}) });
        if (sessionKey) transaction.put('keys', `${key}/${lower(sessionKey.uuid)}`, sessionKey);
        return isCurrent;
      });
      if (isCurrent || asked === ASKED) break;
    }
    this.#nicks.add(key);
    this.#again = true;
  }

  /** @param {string} key */
  async #names(key) {
    const conversation = this.model.conversations.get(key);
    if (!conversation) return;
    const { nicks } = await this.ask('GetNicks', { conversationUuid: conversation.uuid });
    await this.model.change(transaction => transaction.patch(key, { nicksStale: false }));
    if (!this.unlocked()) return;
    /** @type {Record<string, string>} */
    const opened = {};
    for (const [userId, label] of Object.entries(nicks)) {
      const name = await this.#label(key, 'nick', userId, /** @type {string} */ (label));
      if (name !== null) opened[userId] = name;
    }
    await this.model.change(transaction => transaction.patch(key, { nicks: opened }));
    await this.#ownNick(key, opened);
  }

  /** One's own name, where it is not said yet. @param {string} key @param {Record<string, string>} nicks */
  async #ownNick(key, nicks) {
    const { profile, me } = this.model;
    const conversation = this.model.conversations.get(key);
    if (!profile?.name || !conversation || conversation.blocked || nicks[me] === profile.name) return;
    const uuid = conversation.sessionKeyUuid;
    try {
      const label = await crypto.sealLabel(await this.keys.get(key, uuid), 'nick', key, uuid, me, profile.name);
      await this.ask('UpdateMemberNick', { conversationUuid: conversation.uuid, nickEncrypted: label });
    } catch (fault) {
      if (!(fault instanceof CryptoError || fault instanceof RefusedError)) throw fault;
      return; // no key, or not allowed there: others see no name, which is what there is
    }
    await this.model.change(transaction => transaction.patch(key, { nicks: { ...nicks, [me]: /** @type {string} */ (profile.name) } }));
  }

  /** Null: it cannot be read. @param {string} key @param {'nick' | 'title'} what @param {string} owner @param {string} label */
  async #label(key, what, owner, label) {
    try {
      const { sessionKeyUuid } = crypto.parseLabel(label);
      return await crypto.openLabel(await this.keys.get(key, sessionKeyUuid ?? ''), what, key, owner, label);
    } catch (fault) {
      if (fault instanceof CryptoError || fault instanceof RefusedError) return null;
      throw fault;
    }
  }

  async #open() {
    if (!this.unlocked()) return;
    for (const conversation of [...this.model.conversations.values()]) {
      if (conversation.name === undefined) {
        const name = conversation.title ? await this.#label(conversation.key, 'title', '', conversation.title) : null;
        await this.model.change(transaction => transaction.patch(conversation.key, { name }));
        this.#nicks.add(conversation.key);
      } else if (conversation.nicksStale) this.#nicks.add(conversation.key);
    }
    for (const key of [...this.#sealed]) {
      this.#sealed.delete(key);
      try {
        await this.#messages(key);
      } catch (fault) {
        this.#sealed.add(key);
        throw fault;
      }
    }
  }

  /** @param {string} key */
  async #messages(key) {
    for (let before = Infinity; ;) {
      const page = await this.model.store.page(key, before, PAGE);
      const sealed = page.filter(message => message.text === undefined && message.unreadable === undefined);
      /** @type {Map<string, { text?: string, unreadable?: string }>} */
      const opened = new Map();
      for (const message of sealed) opened.set(message.key, await this.#message(message));
      if (opened.size > 0) {
        await this.model.change(async transaction => {
          for (const [one, text] of opened) {
            const now = await transaction.message(one);
            if (!now || now.text !== undefined) continue;
            const action = now.kind === 'silent' ? readAction(text.text) : null;
            const stored = { ...now, ...(action ? { action, text: null } : text) };
            transaction.putMessage(stored);
            await applyAction(transaction, stored);
          }
        });
      }
      // A page that was open already ends it: what is older was opened when it came.
      if (page.length < PAGE || sealed.length === 0) return;
      before = page[0].created;
    }
  }

  /** @param {import('./types.js').Message} message */
  async #message(message) {
    try {
      const key = await this.keys.get(message.conversation, message.sessionKeyUuid);
      const place = { conversation: message.conversation, message: message.uuid, sessionKey: message.sessionKeyUuid, author: message.userId };
      return { text: await crypto.openBody(key, place, { bodyBase64: message.body ?? '', ivBase64: message.iv ?? '' }) };
    } catch (fault) {
      if (fault instanceof CryptoError) return { unreadable: fault.message };
      if (fault instanceof RefusedError && !fault.passes) return { unreadable: 'its key was not given to this person' };
      throw fault;
    }
  }
}
