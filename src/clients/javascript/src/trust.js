// Other people's public keys: the first one seen is trusted, another one is told, one that changes under its own name is refused (CL-42).
import { fingerprint } from './crypto.js';
import { CryptoError } from './faults.js';
import { pictureOf } from './types.js';

/** @typedef {import('./model.js').Model} Model */

/** Of one person; enough to verify what was signed before the last changes of key. */
const REMEMBERED = 16;
/** People that one request takes. */
const MULTI = 500;

export class Trust {
  /** @param {Model} model @param {(type: string, payload: object) => Promise<any>} ask @param {() => import('./crypto.js').KeyPair} own */
  constructor(model, ask, own) {
    this.model = model;
    this.ask = ask;
    this.own = own;
  }

  /** The public keys that these people have now. @param {string[]} userIds @returns {Promise<Map<string, string>>} */
  async current(userIds) {
    /** @type {Map<string, string>} */
    const keys = new Map();
    const others = [...new Set(userIds)].filter(userId => userId !== this.model.me);
    if (userIds.includes(this.model.me)) keys.set(this.model.me, this.own().publicKey);
    for (let at = 0; at < others.length; at += MULTI) {
      const { users } = await this.ask('RequestGetUserInfoMulti', { userIds: others.slice(at, at + MULTI) });
      for (const user of users) keys.set(user.userId, await this.#meet(user));
    }
    return keys;
  }

  /** The key of the pair that somebody signed with. @param {string} userId @param {string | null | undefined} pair */
  async ofSigner(userId, pair) {
    if (userId === this.model.me) return this.own().publicKey;
    const find = () => pair ? this.model.people.get(userId)?.keys.find(key => key.pair?.toLowerCase() === pair.toLowerCase())?.publicKey : undefined;
    const known = find();
    if (known) return known;
    const current = (await this.current([userId])).get(userId);
    const found = pair ? find() : current;
    if (!found) throw new CryptoError('the session key was signed with a key pair that its signer does not have any more');
    return found;
  }

  /** @param {any} info */
  async #meet(info) {
    const { userId, publicKeyBase64, keyPairUuid } = info;
    if (!publicKeyBase64) throw new CryptoError('this person is not registered, or has no keys yet');
    const print = await fingerprint(publicKeyBase64);
    const prints = new Map();
    for (const key of this.model.people.get(userId)?.keys ?? []) prints.set(key.publicKey, await fingerprint(key.publicKey));
    let changed = false;
    await this.model.change(transaction => {
      const person = transaction.person(userId);
      if (person.keys.some(key => key.pair && key.pair === keyPairUuid && (prints.get(key.publicKey) ?? print) !== print)) {
        throw new CryptoError('the server gives another public key under the name of one that is known: it is not used');
      }
      const last = person.keys.at(-1);
      if (last && (prints.get(last.publicKey) ?? print) === print && last.pair === keyPairUuid) return;
      changed = !!last && prints.get(last.publicKey) !== print;
      const keys = [...person.keys, { pair: keyPairUuid, publicKey: publicKeyBase64 }].slice(-REMEMBERED);
      transaction.putPerson({ ...person, keys, avatarUpdated: pictureOf(info) });
    });
    if (changed) this.model.emit('keys-changed', { userId });
    return publicKeyBase64;
  }
}
