// Who this device is: registering it, the person's keys, other devices.
import { Connection } from './connection.js';
import * as crypto from './crypto.js';
import { CryptoError } from './faults.js';

/** @typedef {import('./model.js').Model} Model */
/** @typedef {import('./model.js').Profile} Profile */

export class Account {
  /** @type {crypto.KeyPair | null} */
  #pair = null;
  /** @type {import('./bytes.js').Bytes | null} */
  #metaKey = null;

  /** @param {Model} model @param {import('./ports.js').Ports} ports @param {string} url @param {(type: string, payload?: object) => Promise<any>} ask @param {{ applicationType?: string, model?: string }} about */
  constructor(model, ports, url, ask, about) {
    this.model = model;
    this.ports = ports;
    this.url = url;
    this.ask = ask;
    this.about = about;
  }

  /** From what the store keeps; a store that keeps no keys needs `unlock` at each start. */
  async restore() {
    this.#pair = this.model.meta.get('pair') ?? null;
    this.#metaKey = this.model.meta.get('metaKey') ?? null;
  }

  forget() {
    this.#pair = null;
    this.#metaKey = null;
  }

  /** Whether there are keys to seal and open with. */
  get unlocked() {
    return this.#pair !== null;
  }

  get pair() {
    if (!this.#pair) throw new CryptoError('the private key is locked: unlock it with the passphrase');
    return this.#pair;
  }

  /** Asks for a code by SMS. @param {string} number E.164, such as +35794048714 */
  async requestCode(number) {
    const profile = { number, userId: await crypto.userIdOf(number), uuid: crypto.uuid(), confirmed: false };
    await this.#once([['RequestRegisterApplication', {
      applicationType: this.about.applicationType ?? 'web', model: this.about.model ?? null, openUserId: number, userId: profile.userId, uuid: profile.uuid,
    }]]);
    await this.model.change(transaction => transaction.put('meta', 'profile', profile));
  }

  /** @param {string} smsCode */
  async confirm(smsCode) {
    const { profile } = this.model;
    if (!profile) throw new Error('a code was not asked for');
    await this.#once([['RequestConfirmRegistration', { smsCode, userId: profile.userId, uuid: profile.uuid }]]);
    await this.model.change(transaction => {
      transaction.put('meta', 'profile', { ...profile, confirmed: true });
      transaction.remove('meta', 'cursor');
    });
  }

  /** Before there is a login. @param {[string, object][]} requests */
  async #once(requests) {
    const connection = new Connection(this.ports, this.url, () => {});
    try {
      await connection.opened;
      for (const [type, payload] of requests) await connection.ask(type, payload);
    } finally {
      connection.end({ code: 1000, reason: 'done' });
    }
  }

  /** Whether this person has keys already: then `unlock`, else `createKeys`. @returns {Promise<boolean>} */
  async hasKeys() {
    const { user } = await this.ask('RequestGetUserInfo', { userId: this.model.me });
    return !!user.publicKeyBase64;
  }

  /** The person's first keys. Takes seconds. @param {string} passphrase @param {string} name what others see */
  async createKeys(passphrase, name) {
    const { pair, pkcs8 } = await crypto.createKeyPair();
    const wrapped = await crypto.wrapPrivateKey(pkcs8, passphrase);
    const metaKey = crypto.createKey();
    await this.ask('RequestAddUserKeys', {
      publicKeyBase64: pair.publicKey, privateKeyEncryptedBase64: wrapped, metaDataKeyEncryptedBase64: await crypto.wrapKey(pair.publicKey, metaKey),
      nick: await crypto.sealOwn(metaKey, name),
    });
    const { user } = await this.ask('RequestGetUserInfo', { userId: this.model.me });
    await this.#keep(pair, metaKey, { name, pairUuid: user.keyPairUuid, wrapped, outdatedKey: false });
  }

  /** Opens the keys that the server keeps for this person, or, offline, those that were opened here before. @param {string} passphrase */
  async unlock(passphrase) {
    const { profile } = this.model;
    if (profile?.wrapped && !this.unlocked && !this.ports.store.keepsObjects) {
      const { pair } = await crypto.openPrivateKey(profile.wrapped, passphrase);
      this.#pair = pair;
      return;
    }
    const { user } = await this.ask('RequestGetUserInfo', { userId: this.model.me });
    if (!user.privateKeyEncryptedBase64) {
      // A new device may have to wait for it, so that a code by SMS alone opens nothing.
      throw new CryptoError(user.publicKeyBase64 ? 'the keys are not given to this device yet: approve it on another one, or wait' : 'this person has no keys yet');
    }
    const { pair } = await crypto.openPrivateKey(user.privateKeyEncryptedBase64, passphrase);
    const metaKey = user.metaDataKeyEncryptedBase64 ? await crypto.unwrapKey(pair, user.metaDataKeyEncryptedBase64) : crypto.createKey();
    let name = profile?.name;
    try {
      if (user.nick) name = await crypto.openOwn(metaKey, user.nick);
    } catch (fault) {
      if (!(fault instanceof CryptoError)) throw fault;
      this.model.emit('fault', { what: 'your own name cannot be read', fault });
    }
    await this.#keep(pair, metaKey, { name, pairUuid: user.keyPairUuid, wrapped: user.privateKeyEncryptedBase64, outdatedKey: crypto.isOutdated(user.privateKeyEncryptedBase64) });
  }

  /** @param {crypto.KeyPair} pair @param {import('./bytes.js').Bytes} metaKey @param {Partial<Profile>} about */
  async #keep(pair, metaKey, about) {
    await this.model.change(transaction => {
      transaction.put('meta', 'profile', { ...this.model.profile, ...about });
      transaction.put('meta', 'metaKey', metaKey);
      if (this.ports.store.keepsObjects) transaction.put('meta', 'pair', pair);
    });
    this.#pair = pair;
    this.#metaKey = metaKey;
    this.model.emit('profile');
  }

  /** Begins a change of the passphrase, which a code by SMS ends (PRO-2). @param {string} before @param {string} after */
  async changePassphrase(before, after) {
    const { profile } = this.model;
    const { user } = await this.ask('RequestGetUserInfo', { userId: this.model.me });
    const { pkcs8, pair } = await crypto.openPrivateKey(user.privateKeyEncryptedBase64, before);
    const metaKey = this.#metaKey ?? crypto.createKey();
    await this.ask('RequestUpdateUserKeys', {
      openUserId: profile?.number, privateKeyEncryptedBase64: await crypto.wrapPrivateKey(pkcs8, after),
      metaDataKeyEncryptedBase64: await crypto.wrapKey(pair.publicKey, metaKey), nick: user.nick,
    });
  }

  /** @param {string} smsCode */
  async confirmPassphrase(smsCode) {
    await this.ask('RequestConfirmUpdateUserKeys', { smsCode });
    await this.model.change(transaction => transaction.put('meta', 'profile', { ...this.model.profile, outdatedKey: false }));
  }

  /** What others see from now on in new conversations, and what one's other devices see. @param {string} name */
  async rename(name) {
    await this.ask('RequestUpdateUserNick', { nick: await this.sealOwn(name) });
    await this.model.change(transaction => transaction.put('meta', 'profile', { ...this.model.profile, name }));
    this.model.emit('profile');
  }

  /** For one's own devices alone. @param {string} text */
  sealOwn(text) {
    if (!this.#metaKey) throw new CryptoError('the private key is locked: unlock it with the passphrase');
    return crypto.sealOwn(this.#metaKey, text);
  }

  /** @param {string} label */
  openOwn(label) {
    if (!this.#metaKey) throw new CryptoError('the private key is locked: unlock it with the passphrase');
    return crypto.openOwn(this.#metaKey, label);
  }

  /** @returns {Promise<any[]>} */
  async devices() {
    return (await this.ask('RequestGetApplicationsFull', { confirmed: true })).applications;
  }

  /** @param {string} name from the list: not a credential (REG-14) */
  removeDevice(name) {
    return this.ask('RequestDeleteApplication', { uuid: name });
  }
}
