// A second device without an SMS (LINK-1 to LINK-4): what both sides compute, and the new device's side before it has an account.
import { base64, base64url, fromBase64, fromBase64url, text, utf8 } from './bytes.js';
import { Connection } from './connection.js';
import * as crypto from './crypto.js';
import { ConnectionLostError, CryptoError, EndedError, RefusedError } from './faults.js';
import { sleep } from './ports.js';

/** @typedef {import('./bytes.js').Bytes} Bytes */
/** @typedef {import('./ports.js').Ports} Ports */
/** What the old device hands over. @typedef {{ number: string, name: string | null, pkcs8: Bytes, metaKey: Bytes, wrapped: string, pairUuid: string | null }} Gift */

const CURVE = { name: 'ECDH', namedCurve: 'P-256' };
const CODE = /#v1\.([0-9a-fA-F-]{36})\.([A-Za-z0-9_-]{80,100})$/;
/** Wrong digits after which the link is given up: the next one has other digits. */
const TRIES = 3;
/** After a cut, while the person is reading the code. */
const PAUSE = 1_000;
/** A link ends after five minutes (LINK-1); what was approved in the last moment still comes. */
const LASTS = 6 * 60_000;
const { subtle } = globalThis.crypto;

/** @returns {Promise<{ secret: CryptoKey, key: string }>} the public key as 65 bytes (uncompressed point) in base64url */
export async function createLinkKeys() {
  const pair = /** @type {CryptoKeyPair} */ (await subtle.generateKey(CURVE, false, ['deriveBits']));
  return { secret: pair.privateKey, key: base64url(new Uint8Array(await subtle.exportKey('raw', pair.publicKey))) };
}

/** What the QR code says. @param {string} host @param {string} linkUuid @param {string} key of the new device */
export const linkText = (host, linkUuid, key) => `https://${host}/link#v1.${linkUuid.toLowerCase()}.${key}`;

/** @param {string} read @returns {{ linkUuid: string, key: string }} */
export function readLinkText(read) {
  const match = CODE.exec(read.trim());
  if (!match) throw new CryptoError('this is no code of a new device');
  return { linkUuid: match[1].toLowerCase(), key: match[2] };
}

/** @param {string} linkUuid @param {string} newKey base64url @param {string} oldKey base64url */
const both = (linkUuid, newKey, oldKey) => `${linkUuid.toLowerCase()}.${newKey}.${oldKey}`;

/** Six digits of both keys. @param {string} linkUuid @param {string} newKey base64url @param {string} oldKey base64url */
export async function linkDigits(linkUuid, newKey, oldKey) {
  const digest = await subtle.digest('SHA-256', utf8(both(linkUuid, newKey, oldKey)));
  return String(new DataView(digest).getBigUint64(0) % 1_000_000n).padStart(6, '0');
}

/** @param {CryptoKey} secret one's own @param {string} theirs base64url @param {string} place of `both` */
async function linkKey(secret, theirs, place) {
  try {
    const point = await subtle.importKey('raw', fromBase64url(theirs), CURVE, false, []);
    const shared = await subtle.importKey('raw', await subtle.deriveBits({ name: 'ECDH', public: point }, secret, 256), 'HKDF', false, ['deriveBits']);
    return new Uint8Array(await subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt: utf8('messenger-link\n1'), info: utf8(place) }, shared, 256));
  } catch (fault) {
    throw new CryptoError('this is no key of a device', { cause: fault });
  }
}

/** @param {CryptoKey} secret of the old device @param {{ linkUuid: string, newKey: string, oldKey: string }} of @param {Gift} gift @returns {Promise<string>} */
export async function sealGift(secret, { linkUuid, newKey, oldKey }, gift) {
  const place = both(linkUuid, newKey, oldKey);
  const plain = JSON.stringify({ number: gift.number, name: gift.name, privateKeyBase64: base64(gift.pkcs8), metaDataKeyBase64: base64(gift.metaKey), privateKeyEncryptedBase64: gift.wrapped, keyPairUuid: gift.pairUuid });
  const { bodyBase64, ivBase64 } = await crypto.seal(await linkKey(secret, newKey, place), utf8(plain), utf8(`link\n${place}`));
  return base64(utf8(JSON.stringify({ version: 1, ivBase64, encryptedBase64: bodyBase64 })));
}

/** @param {CryptoKey} secret of the new device @param {{ linkUuid: string, newKey: string, oldKey: string }} of @param {string} body @returns {Promise<Gift>} */
export async function openGift(secret, { linkUuid, newKey, oldKey }, body) {
  const place = both(linkUuid, newKey, oldKey);
  try {
    const { version, ivBase64, encryptedBase64 } = JSON.parse(text(fromBase64(body)));
    if (version !== 1) throw new CryptoError('the other device is newer: update this one');
    const given = JSON.parse(text(await crypto.open(await linkKey(secret, oldKey, place), { bodyBase64: encryptedBase64, ivBase64 }, utf8(`link\n${place}`))));
    return {
      number: given.number, name: given.name, wrapped: given.privateKeyEncryptedBase64, pairUuid: given.keyPairUuid ?? null,
      pkcs8: fromBase64(given.privateKeyBase64), metaKey: fromBase64(given.metaDataKeyBase64),
    };
  } catch (fault) {
    throw fault instanceof CryptoError ? fault : new CryptoError('what the other device gave cannot be read', { cause: fault });
  }
}

/** The new device, from the code that it shows to what it was given. Ends by itself when the link does. */
export class NewDevice {
  /** @type {(value: any) => void} */
  #claim = () => {};
  /** @type {(value: any) => void} */
  #link = () => {};
  /** @type {(fault: Error) => void} */
  #fail = () => {};
  /** @type {Connection | null} */
  #connection = null;
  #over = false;
  #wrong = 0;
  /** Set by the first claim; the server takes no other. @type {{ userId: string, key: string } | null} */
  #claimed = null;
  #compared = false;
  /** @type {any} */
  #timer;

  /** @param {Ports} ports @param {string} url @param {string} uuid the application's, a secret @param {{ secret: CryptoKey, key: string }} keys @param {object} about */
  constructor(ports, url, uuid, keys, about) {
    this.ports = ports;
    this.url = url;
    this.uuid = uuid;
    this.keys = keys;
    this.about = about;
    this.linkUuid = '';
    /** When the link ends, by the server's clock in milliseconds. */
    this.expires = 0;
    /** Completes when somebody's device read the code: ask for the six digits then. @type {Promise<void>} */
    this.claimed = new Promise(resolve => {
      this.#claim = resolve;
    });
    /** What the server said last: the body that is opened once the digits were compared. @type {Promise<{ userId: string, body: string }>} */
    this.approved = new Promise((resolve, reject) => {
      [this.#link, this.#fail] = [resolve, reject];
    });
    this.approved.catch(() => {}); // whoever waits is told
  }

  /** What the QR code says, and what may be pasted in its place. */
  get text() {
    return linkText(new URL(this.url).host, this.linkUuid, this.keys.key);
  }

  /** @returns {Promise<this>} */
  async begin() {
    await this.#ask();
    void this.#stay();
    this.#timer = this.ports.clock.after(() => this.end(new EndedError('the link has ended: begin again')), LASTS);
    return this;
  }

  async #ask() {
    const connection = new Connection(this.ports, this.url, ({ type, payload }) => this.#take(type, payload));
    this.#connection = connection;
    await connection.opened;
    const { linkUuid, expires } = await connection.ask('RequestLinkDevice', { ...this.about, uuid: this.uuid, features: ['linking', 'errors'] });
    if (this.linkUuid && this.linkUuid !== linkUuid.toLowerCase()) throw new EndedError('the link has ended: begin again');
    [this.linkUuid, this.expires] = [linkUuid.toLowerCase(), expires];
  }

  /** After a cut the same uuid is the same link, and what happened meanwhile is told again. */
  async #stay() {
    while (!this.#over) {
      await this.#connection?.ended;
      if (this.#over) return;
      await sleep(this.ports.clock, PAUSE);
      try {
        if (!this.#over) await this.#ask();
      } catch (fault) {
        if (fault instanceof ConnectionLostError || (fault instanceof RefusedError && fault.passes)) continue;
        this.end(/** @type {Error} */ (fault));
      }
    }
  }

  /** @param {string} type @param {any} payload */
  #take(type, payload) {
    if (type === 'NotificationLinkClaimed') {
      const key = base64url(fromBase64(payload.ephemeralKeyBase64));
      // Digits that were compared stand for one key: another one under them is nobody's that the person saw.
      if (this.#claimed && this.#claimed.key !== key) return this.end(new CryptoError('the link was claimed with two keys: it is not used'));
      this.#claimed = { userId: payload.userId, key };
      this.#claim(undefined);
    } else if (type === 'NotificationLinked') this.#link({ userId: payload.userId, body: payload.bodyEncryptedBase64 });
  }

  /** The digits that the old device shows, as the person typed them. @param {string} typed @returns {Promise<boolean>} false: not these; after three the link is given up */
  async compare(typed) {
    if (!this.#claimed) throw new CryptoError('no device has read the code yet');
    if (this.#wrong >= TRIES) throw new EndedError('too many wrong digits: begin again');
    this.#compared = typed.replaceAll(/\D/g, '') === await linkDigits(this.linkUuid, this.keys.key, this.#claimed.key);
    if (!this.#compared && ++this.#wrong >= TRIES) this.end(new EndedError('too many wrong digits: begin again'));
    return this.#compared;
  }

  /** What it was given, once the digits were compared and the old device approved. @returns {Promise<Gift & { userId: string }>} */
  async finish() {
    if (!this.#compared || !this.#claimed) throw new CryptoError('the six digits were not compared');
    const { key, userId } = this.#claimed;
    const approved = await this.approved;
    if (approved.userId !== userId) throw new CryptoError('another account approved than the one that read the code');
    const gift = await openGift(this.keys.secret, { linkUuid: this.linkUuid, newKey: this.keys.key, oldKey: key }, approved.body);
    if (await crypto.userIdOf(gift.number) !== userId) throw new CryptoError("the number is not the account's");
    this.end();
    return { ...gift, userId };
  }

  /** Given up, or done. @param {Error} [fault] */
  end(fault = new EndedError('the link was given up')) {
    this.#over = true;
    this.ports.clock.cancel(this.#timer);
    this.#fail(fault);
    this.#connection?.end({ code: 1000, reason: 'done' });
  }
}

/** The old device: it read the code, claims the link, and lets the new device in. */
export class LinkRequest {
  /**
   * @param {{ linkUuid: string, newKey: string, oldKey: string, secret: CryptoKey }} of
   * @param {any} device what the new device says of itself: `applicationType`, `model`, `osVersion`, `vendor`, `created`, `sameNetwork`
   * @param {string} digits to be shown, and typed into the new device
   * @param {(link: LinkRequest, passphrase: string, pin?: string) => Promise<void>} approve
   */
  constructor(of, device, digits, approve) {
    this.of = of;
    this.device = device;
    this.digits = digits;
    this.give = approve;
  }

  /** Gives everything away: all messages and the private key. The passphrase is this device's own unlock. @param {string} passphrase @param {string} [pin] where a registration lock is set */
  approve(passphrase, pin) {
    return this.give(this, passphrase, pin);
  }
}
