// Who this device is: registering it, the person's keys, other devices.
import { Connection } from './connection.js';
import * as crypto from './crypto.js';
import { CryptoError, LockedError, NotAcceptedError } from './faults.js';
import { FEATURES } from './features.js';
import { createLinkKeys, LinkRequest, linkDigits, NewDevice, readLinkText, sealGift } from './linking.js';
import { base64, fromBase64url } from './bytes.js';

/** @typedef {import('./model.js').Model} Model */
/** @typedef {import('./model.js').Profile} Profile */

export class Account {
  /** @type {crypto.KeyPair | null} */
  #pair = null;
  /** @type {import('./bytes.js').Bytes | null} */
  #metaKey = null;
  /** Under the new passphrase, until its code is confirmed. @type {string | null} */
  #rewrapped = null;

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
    if (!this.#pair) throw new LockedError();
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

  /**
   * Refused with `registrationLock: true` (RefusedError): the code was right, and the account has a lock. Again with the PIN then; the code stays good (LOCK-2).
   * @param {string} smsCode @param {string} [pin]
   */
  async confirm(smsCode, pin) {
    const { profile } = this.model;
    if (!profile) throw new Error('a code was not asked for');
    await this.#once([['RequestConfirmRegistration', {
      smsCode, userId: profile.userId, uuid: profile.uuid, features: FEATURES,
      ...(pin ? { registrationLock: await crypto.lockVerifier(profile.userId, pin) } : {}),
    }]]);
    await this.model.change(transaction => {
      transaction.put('meta', 'profile', { ...profile, confirmed: true });
      begin(transaction);
    });
  }

  /** This device as a second one, without an SMS: shows `text` as a QR code, `compare`s the digits that the old device shows, and `linked` ends it. @returns {Promise<NewDevice>} */
  async link() {
    const device = new NewDevice(this.ports, this.url, crypto.uuid(), await createLinkKeys(), { applicationType: this.about.applicationType ?? 'web', model: this.about.model ?? null });
    return device.begin();
  }

  /** Waits until the old device approves, and is that person's device then: `start` within ten minutes (LINK-4). @param {NewDevice} device whose digits were compared */
  async linked(device) {
    const { userId, number, name, wrapped, pkcs8, metaKey, pairUuid } = await device.finish();
    const pair = await crypto.importPair(pkcs8);
    const profile = { number, userId, uuid: device.uuid, confirmed: true, name: name ?? undefined, wrapped, pairUuid, outdatedKey: crypto.isOutdated(wrapped) };
    await this.model.change(transaction => {
      transaction.put('meta', 'profile', profile);
      begin(transaction);
    });
    await this.#keep(pair, metaKey, profile);
  }

  /** The code that a new device shows, read by this one. @param {string} text of the QR code @returns {Promise<LinkRequest>} */
  async claimLink(text) {
    const { linkUuid, key: newKey } = readLinkText(text);
    const { secret, key: oldKey } = await createLinkKeys();
    const device = await this.ask('RequestClaimLink', { linkUuid, ephemeralKeyBase64: base64(fromBase64url(oldKey)) });
    return new LinkRequest({ linkUuid, newKey, oldKey, secret }, device, await linkDigits(linkUuid, newKey, oldKey), (link, passphrase, pin) => this.#give(link, passphrase, pin));
  }

  /** @param {LinkRequest} link @param {string} passphrase @param {string} [pin] */
  async #give(link, passphrase, pin) {
    const { profile, me } = this.model;
    if (!profile?.wrapped || !this.#metaKey) throw new LockedError();
    const { pkcs8 } = await crypto.openPrivateKey(profile.wrapped, passphrase);
    const body = await sealGift(link.of.secret, link.of, { number: profile.number, name: profile.name ?? null, pkcs8, metaKey: this.#metaKey, wrapped: profile.wrapped, pairUuid: profile.pairUuid ?? null });
    await this.ask('RequestApproveLink', { linkUuid: link.of.linkUuid, bodyEncryptedBase64: body, ...(pin ? { registrationLock: await crypto.lockVerifier(me, pin) } : {}) });
  }

  /** A PIN that a registration by SMS must know from now on; null: none. By a vouched device. @param {string | null} pin */
  async setLock(pin) {
    if (!this.model.offers('lock')) throw new NotAcceptedError('this server has no registration lock');
    await this.ask('RequestSetRegistrationLock', { verifier: pin === null ? null : await crypto.lockVerifier(this.model.me, pin) });
  }

  /** Ends this device's cooling (LOCK-6). @param {string} pin */
  async giveLock(pin) {
    await this.ask('RequestGiveRegistrationLock', { verifier: await crypto.lockVerifier(this.model.me, pin) });
  }

  /** Ends another device's cooling, by a vouched one. @param {string} name from the list */
  async approveDevice(name) {
    await this.ask('RequestApproveApplication', { name });
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
      this.model.emit('unlocked');
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
    this.model.emit('unlocked');
  }

  /** Begins a change of the passphrase, which a code by SMS ends (PRO-2). @param {string} before @param {string} after */
  async changePassphrase(before, after) {
    const { profile } = this.model;
    const { user } = await this.ask('RequestGetUserInfo', { userId: this.model.me });
    const { pkcs8, pair } = await crypto.openPrivateKey(user.privateKeyEncryptedBase64, before);
    const metaKey = this.#metaKey ?? crypto.createKey();
    this.#rewrapped = await crypto.wrapPrivateKey(pkcs8, after);
    await this.ask('RequestUpdateUserKeys', {
      openUserId: profile?.number, privateKeyEncryptedBase64: this.#rewrapped,
      metaDataKeyEncryptedBase64: await crypto.wrapKey(pair.publicKey, metaKey), nick: user.nick,
    });
  }

  /** @param {string} smsCode */
  async confirmPassphrase(smsCode) {
    await this.ask('RequestConfirmUpdateUserKeys', { smsCode });
    await this.model.change(transaction => transaction.put('meta', 'profile', { ...this.model.profile, outdatedKey: false, wrapped: this.#rewrapped ?? this.model.profile?.wrapped }));
    this.#rewrapped = null;
  }

  /** What others see from now on in new conversations, and what one's other devices see. @param {string} name */
  async rename(name) {
    await this.ask('RequestUpdateUserNick', { nick: await this.sealOwn(name) });
    await this.model.change(transaction => transaction.put('meta', 'profile', { ...this.model.profile, name }));
    this.model.emit('profile');
  }

  /** Another device changed the passphrase or the name, or made new keys: those are not here, and this one is locked until it is given the passphrase. */
  async refetch() {
    const { user } = await this.ask('RequestGetUserInfo', { userId: this.model.me });
    const { profile } = this.model;
    const wrapped = user.privateKeyEncryptedBase64 ?? profile?.wrapped;
    if (profile?.pairUuid && user.keyPairUuid && user.keyPairUuid.toLowerCase() !== profile.pairUuid.toLowerCase()) {
      await this.model.change(transaction => {
        transaction.put('meta', 'profile', { ...profile, wrapped: undefined });
        for (const key of ['pair', 'metaKey']) transaction.remove('meta', key);
      });
      this.forget();
      this.model.emit('locked');
      return;
    }
    const name = user.nick && this.#metaKey ? await crypto.openOwn(this.#metaKey, user.nick) : profile?.name;
    await this.model.change(transaction => transaction.put('meta', 'profile', { ...this.model.profile, name, wrapped, ...(wrapped ? { outdatedKey: crypto.isOutdated(wrapped) } : {}) }));
    this.model.emit('profile');
  }

  /**
   * The push token of this device; for a browser, its subscription as JSON (WEB-1). Null: no pushes any more.
   * @param {string | null} token
   */
  async setPushToken(token) {
    await this.ask('RequestUpdateDeviceTokenByApplication', { token, userId: this.model.me, uuid: this.model.profile?.uuid });
    await this.model.change(transaction => transaction.put('meta', 'pushToken', token ?? undefined));
  }

  /**
   * Subscribes this browser to pushes; again and again does no harm, and is how one that was lost is replaced. After the person has allowed notifications.
   * @param {PushManager} manager of the service worker's registration @returns {Promise<boolean>} false: this server sends none to browsers
   */
  async subscribe(manager) {
    const { vapidPublicKey } = this.model.server;
    if (!vapidPublicKey || !this.model.offers('web-push')) return false;
    const key = fromBase64url(vapidPublicKey);
    let subscription = await manager.getSubscription();
    const lost = this.model.meta.get('pushLost') === true;
    const other = subscription && base64(new Uint8Array(subscription.options.applicationServerKey ?? new ArrayBuffer(0))) !== base64(key);
    if (subscription && (lost || other)) {
      await subscription.unsubscribe();
      subscription = null;
    }
    subscription ??= await manager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    const token = JSON.stringify(subscription);
    if (token !== this.model.meta.get('pushToken') || lost) await this.setPushToken(token);
    await this.model.change(transaction => transaction.remove('meta', 'pushLost'));
    return true;
  }

  /** Whether the server still has this device's push token: a push service may have said that it is gone (WEB-2). */
  async checkPush() {
    if (!this.model.meta.get('pushToken')) return;
    const uuid = this.model.profile?.uuid;
    const own = (await this.devices()).find(device => device.uuid === uuid);
    if (own?.pushToken === false) {
      await this.model.change(transaction => transaction.put('meta', 'pushLost', true));
      this.model.emit('push-lost');
    }
  }

  /** For one's own devices alone. @param {string} text */
  sealOwn(text) {
    if (!this.#metaKey) throw new LockedError();
    return crypto.sealOwn(this.#metaKey, text);
  }

  /** @param {string} label */
  openOwn(label) {
    if (!this.#metaKey) throw new LockedError();
    return crypto.openOwn(this.#metaKey, label);
  }

  /** With `vouched`, and `cooling` (until when, in milliseconds), where the server knows of them (LOCK-6). @returns {Promise<any[]>} */
  async devices() {
    return (await this.ask('RequestGetApplicationsFull', { confirmed: true })).applications;
  }

  /** @param {string} name from the list: not a credential (REG-14) */
  removeDevice(name) {
    return this.ask('RequestDeleteApplication', { uuid: name });
  }
}

/** A new registration: nothing of an earlier one continues. @param {import('./model.js').Transaction} transaction */
function begin(transaction) {
  for (const key of ['cursor', 'sync', 'stale', 'pushToken', 'pushLost']) transaction.remove('meta', key);
}
