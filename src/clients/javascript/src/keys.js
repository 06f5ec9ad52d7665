// Session keys: which one is current, opening them, making new ones (CL-41, CL-43, CL-44).
import { lower } from './bytes.js';
import * as crypto from './crypto.js';
import { CryptoError, RefusedError } from './faults.js';

/** @typedef {import('./bytes.js').Bytes} Bytes */
/** @typedef {import('./model.js').Model} Model */
/** @typedef {{ uuid: string, key: Bytes }} Current */

/** Opened keys in memory. */
const OPENED = 2_000;
/** A key is replaced after so many messages, or so long: what one stolen key opens is bounded. */
const MESSAGES = 500;
const AGE = 7 * 24 * 3_600_000;
/** Others wait for so long, at random, before they replace a key after somebody went. */
const [LEAST_WAIT, MOST_WAIT] = [5_000, 60_000];
/** More people than one message names: an admin's work (KEY-7). */
const LARGE = 100;
const TRIES = 3;

export class Keys {
  /** @type {Map<string, Promise<Bytes>>} */
  #opened = new Map();
  /** When this device may replace a key, by its own clock. @type {Map<string, number>} */
  #due = new Map();

  /**
   * @param {Model} model @param {(type: string, payload: object) => Promise<any>} ask @param {() => crypto.KeyPair} own
   * @param {import('./trust.js').Trust} trust @param {import('./ports.js').Ports} ports
   */
  constructor(model, ask, own, trust, ports) {
    this.model = model;
    this.ask = ask;
    this.own = own;
    this.trust = trust;
    this.ports = ports;
  }

  /** The key that something was sealed with. @param {string} conversation @param {string} uuid @returns {Promise<Bytes>} */
  get(conversation, uuid) {
    const name = `${conversation}/${lower(uuid)}`;
    const known = this.#opened.get(name);
    if (known) return known;
    const opening = this.#open(conversation, uuid, name);
    this.#opened.set(name, opening);
    opening.catch(() => this.#opened.delete(name));
    if (this.#opened.size > OPENED) this.#opened.delete(/** @type {string} */ (this.#opened.keys().next().value));
    return opening;
  }

  /** @param {string} conversation @param {string} uuid @param {string} name */
  async #open(conversation, uuid, name) {
    let wrapped = await this.model.store.get('keys', name);
    if (!wrapped) {
      wrapped = (await this.ask('RequestGetSessionKey', { conversationUuid: this.#uuid(conversation), sessionKeyUuid: uuid })).sessionKey;
      if (lower(wrapped.uuid) !== lower(uuid) || lower(wrapped.conversationUuid) !== conversation) throw new CryptoError('the server gave another session key than the one asked for');
      await this.model.change(transaction => transaction.put('keys', name, wrapped));
    }
    if (!wrapped.signerUserId) throw new CryptoError('a session key without a signer is not used');
    const signer = await this.trust.ofSigner(wrapped.signerUserId, wrapped.signerKeyPairUuid);
    return crypto.openKey(this.own(), conversation, wrapped.keyEncryptedBase64, wrapped.signatureBase64, signer);
  }

  /** @param {string} conversation */
  #uuid(conversation) {
    return this.model.conversations.get(conversation)?.uuid ?? conversation;
  }

  /** The key to seal with, a new one where it is time for one. @param {string} conversation @returns {Promise<Current>} */
  async forWriting(conversation) {
    this.own(); // locked: it waits, and nothing is asked for
    if (this.model.conversations.get(conversation)?.keyDoubt) await this.#ask(conversation);
    const known = this.model.conversations.get(conversation);
    if (!known) throw new CryptoError('the conversation is gone');
    if (await this.#isTime(known)) return this.rekey(conversation);
    try {
      return { uuid: known.sessionKeyUuid, key: await this.get(conversation, known.sessionKeyUuid) };
    } catch (fault) {
      const missing = fault instanceof CryptoError || (fault instanceof RefusedError && fault.status === 'not_found');
      if (!missing || !this.#may(known)) throw fault;
      return this.rekey(conversation); // a key that cannot be used is replaced, and never written with
    }
  }

  /** @param {string} conversation */
  async #ask(conversation) {
    const [full, updated] = await Promise.all([
      this.ask('RequestGetConversationFull', { conversationUuid: this.#uuid(conversation) }),
      this.ask('RequestGetUpdatedPublicKeys', { conversationUuid: this.#uuid(conversation) }),
    ]);
    const { conversation: now, sessionKey } = full;
    const signedByMember = !sessionKey || [...now.admins, ...now.members].includes(sessionKey.signerUserId);
    await this.model.change(transaction => {
      if (sessionKey) transaction.put('keys', `${conversation}/${lower(sessionKey.uuid)}`, sessionKey);
      transaction.patch(conversation, {
        sessionKeyUuid: now.sessionKeyUuid, admins: now.admins, members: now.members, keyMade: sessionKey?.created, keyDoubt: false,
        ...(Object.keys(updated.publicKeys).length > 0 || !signedByMember ? { rekeyDue: true } : {}),
      });
    });
  }

  /** @param {import('./types.js').Conversation} conversation */
  #may({ admins, members }) {
    return admins.length + members.length <= LARGE || admins.includes(this.model.me);
  }

  /** @param {import('./types.js').Conversation} conversation */
  async #isTime(conversation) {
    if (!this.#may(conversation)) return false;
    if ((conversation.keyUses ?? 0) >= MESSAGES) return true;
    if (conversation.keyMade && conversation.lastMessage - conversation.keyMade > AGE) return true;
    if (!conversation.rekeyDue) return false;
    const due = this.#due.get(conversation.key);
    this.#due.delete(conversation.key);
    if (due === undefined) return true;
    if (due <= this.ports.clock.now()) return true;
    this.#due.set(conversation.key, due);
    return false;
  }

  /** Somebody went, by somebody else's doing: this device waits whether another one replaces the key. @param {string} conversation */
  somebodyWent(conversation) {
    this.#due.set(conversation, this.ports.clock.now() + LEAST_WAIT + this.ports.random() * (MOST_WAIT - LEAST_WAIT));
  }

  /** A new key for everyone who is a member now. @param {string} conversation @returns {Promise<Current>} */
  async rekey(conversation) {
    this.own();
    for (let tries = 1; ; tries++) {
      const pending = await this.model.store.get('keys', `pending/${conversation}`) ?? await this.#make(conversation);
      try {
        const { sessionKeyUuid } = await this.ask('RequestAddNewSessionKeys', pending.payload);
        const mine = pending.payload.sessionKeys.find((/** @type {any} */ one) => one.userId === this.model.me);
        const wrapped = { ...mine, uuid: sessionKeyUuid, conversationUuid: this.#uuid(conversation), created: Date.now() };
        await this.model.change(transaction => {
          transaction.remove('keys', `pending/${conversation}`);
          transaction.put('keys', `${conversation}/${lower(sessionKeyUuid)}`, wrapped);
          transaction.patch(conversation, { sessionKeyUuid, keyMade: this.model.conversations.get(conversation)?.lastMessage, keyUses: 0, rekeyDue: false });
        });
        return { uuid: sessionKeyUuid, key: await this.get(conversation, sessionKeyUuid) };
      } catch (fault) {
        if (!(fault instanceof RefusedError) || fault.passes) throw fault;
        // The roster changed meanwhile: begin anew. What was refused changed nothing.
        await this.model.change(transaction => transaction.remove('keys', `pending/${conversation}`));
        if (tries >= TRIES || (fault.status !== 'conflict' && fault.status !== 'bad_request')) throw fault;
      }
    }
  }

  /** Wrapped, and stored before they are sent: the very same are sent again (TRY-6). @param {string} conversation */
  async #make(conversation) {
    const { admins, members } = await this.ask('RequestGetMembersList', { conversationUuid: this.#uuid(conversation) });
    const all = [...admins, ...members];
    const named = all.length > LARGE ? [...new Set([...admins, this.model.me, ...members])].slice(0, LARGE) : all;
    const key = crypto.createKey();
    const publicKeys = await this.trust.current(named);
    const signature = await crypto.signKey(this.own(), conversation, key);
    const sessionKeys = await Promise.all([...publicKeys].map(([userId, publicKey]) => this.value(key, userId, publicKey, signature)));
    const pending = { payload: { conversationUuid: this.#uuid(conversation), sessionKeys } };
    await this.model.change(transaction => transaction.put('keys', `pending/${conversation}`, pending));
    return pending;
  }

  /** One person's copy, as it is sent. @param {Bytes} key @param {string} userId @param {string} publicKey @param {string} signature */
  async value(key, userId, publicKey, signature) {
    return {
      keyEncryptedBase64: await crypto.wrapKey(publicKey, key), signatureBase64: signature, signerKeyPairUuid: this.model.profile?.pairUuid ?? null,
      signerUserId: this.model.me, userId,
    };
  }

  forget() {
    this.#opened.clear();
  }
}
