// How bodies, labels, keys and files are sealed: docs/protocol.md, "What is inside", and docs/clients.md. WebCrypto alone.
import { base64, base64url, concat, fromBase64, fromBase64url, hex, lower, text, utf8 } from './bytes.js';
import { CryptoError, MOST_ROUNDS } from './faults.js';
import { openPkcs8 } from './pkcs8.js';

/** @typedef {import('./bytes.js').Bytes} Bytes */
/** @typedef {{ bodyBase64: string, ivBase64: string }} Sealed */
/**
 * @typedef {object} KeyPair
 * @property {CryptoKey} decrypt unwraps session keys; cannot be exported
 * @property {CryptoKey} sign cannot be exported
 * @property {string} publicKey PEM
 */
/** What a message, and what hangs on it, is bound to. @typedef {{ conversation: string, message: string, sessionKey: string, author: string }} Place */

export const ROUNDS = 600_000;
const BITS = 4096;
const KEY_BYTES = 32;
const OAEP = { name: 'RSA-OAEP', hash: 'SHA-256' };
const PSS = { name: 'RSA-PSS', hash: 'SHA-256' };
const WRAPPED = { format: 'messenger-private-key', version: 1, kdf: 'PBKDF2-HMAC-SHA-256', cipher: 'AES-256-GCM' };
const KEY_BOUND = utf8('messenger-private-key\n1');
const { subtle } = globalThis.crypto;

/** @param {number} count @returns {Bytes} */
export const random = count => globalThis.crypto.getRandomValues(new Uint8Array(count));
export const uuid = () => globalThis.crypto.randomUUID();

/** @template T @param {string} what @param {() => Promise<T>} work @returns {Promise<T>} */
async function orCryptoError(what, work) {
  try {
    return await work();
  } catch (fault) {
    throw fault instanceof CryptoError ? fault : new CryptoError(what, { cause: fault });
  }
}

// --- people

/** FMT-1. @param {string} number E.164 */
export const userIdOf = async number => base64(new Uint8Array(await subtle.digest('SHA-256', utf8(number))));

/** LOCK-1: what the server is told of a PIN. @param {string} userId @param {string} pin */
export async function lockVerifier(userId, pin) {
  const key = await subtle.importKey('raw', utf8(pin.normalize('NFKC')), 'PBKDF2', false, ['deriveBits']);
  const salt = utf8(`registration-lock:${userId}`);
  return base64(new Uint8Array(await subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations: ROUNDS }, key, 8 * KEY_BYTES)));
}

/** @param {string} label @param {ArrayBuffer} der */
const pem = (label, der) => `-----BEGIN ${label}-----\n${base64(new Uint8Array(der)).replaceAll(/(.{64})(?=.)/g, '$1\n')}\n-----END ${label}-----\n`;

/** @param {string} publicKey PEM @returns {Bytes} */
function spki(publicKey) {
  const match = /-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----/.exec(publicKey);
  if (!match) throw new CryptoError('a public key must be a PEM block PUBLIC KEY');
  return fromBase64(match[1].replaceAll(/\s/g, ''));
}

/** @param {string} publicKey @param {typeof OAEP | typeof PSS} algorithm @param {KeyUsage} use */
async function importPublic(publicKey, algorithm, use) {
  const key = await orCryptoError('this is no public key', async () => subtle.importKey('spki', spki(publicKey), algorithm, false, [use]));
  const { modulusLength } = /** @type {RsaHashedKeyAlgorithm} */ (key.algorithm);
  if (modulusLength < BITS) throw new CryptoError(`a public key of ${modulusLength} bits is not used: it takes ${BITS}`);
  return key;
}

/** The SHA-256 of the key in hexadecimal, however its PEM was broken into lines. @param {string} publicKey */
export const fingerprint = async publicKey => hex(await subtle.digest('SHA-256', await orCryptoError('this is no public key', async () => spki(publicKey))));

/** What two people compare: twelve groups of five digits, the same on both sides. @param {string} mine @param {string} theirs PEM */
export async function safetyNumber(mine, theirs) {
  const prints = (await Promise.all([fingerprint(mine), fingerprint(theirs)])).sort();
  const digest = new Uint8Array(await subtle.digest('SHA-512', utf8(`safety-number\n${prints.join('\n')}`)));
  return Array.from({ length: 12 }, (_, group) => {
    const five = digest.subarray(group * 5, group * 5 + 5).reduce((sum, byte) => (sum * 256 + byte) % 100_000, 0);
    return String(five).padStart(5, '0');
  }).join(' ');
}

// --- a person's key pair

/** Takes seconds. @returns {Promise<{ pair: KeyPair, pkcs8: Bytes }>} */
export async function createKeyPair() {
  const made = await subtle.generateKey({ ...OAEP, modulusLength: BITS, publicExponent: new Uint8Array([1, 0, 1]) }, true, ['encrypt', 'decrypt']);
  const pkcs8 = new Uint8Array(await subtle.exportKey('pkcs8', made.privateKey));
  return { pair: await importPair(pkcs8), pkcs8 };
}

/** @param {Bytes} pkcs8 @returns {Promise<KeyPair>} */
export async function importPair(pkcs8) {
  const key = await subtle.importKey('pkcs8', pkcs8, OAEP, true, ['decrypt']);
  const { n, e, kty } = await subtle.exportKey('jwk', key);
  const publicKey = await subtle.importKey('jwk', { n, e, kty, alg: 'RSA-OAEP-256', ext: true }, OAEP, true, ['encrypt']);
  return {
    decrypt: await subtle.importKey('pkcs8', pkcs8, OAEP, false, ['decrypt']),
    sign: await subtle.importKey('pkcs8', pkcs8, PSS, false, ['sign']),
    publicKey: pem('PUBLIC KEY', await subtle.exportKey('spki', publicKey)),
  };
}

/** @param {string} passphrase @param {Bytes} salt @param {number} iterations */
async function derive(passphrase, salt, iterations) {
  const material = await subtle.importKey('raw', utf8(passphrase.normalize('NFKC')), 'PBKDF2', false, ['deriveBits']);
  return new Uint8Array(await subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations }, material, KEY_BYTES * 8));
}

/** For the server to keep. @param {Bytes} pkcs8 @param {string} passphrase */
export async function wrapPrivateKey(pkcs8, passphrase) {
  if (!passphrase) throw new CryptoError('the passphrase is empty: anybody could open the key');
  const salt = random(16);
  const sealed = await seal(await derive(passphrase, salt, ROUNDS), pkcs8, KEY_BOUND);
  return JSON.stringify({ ...WRAPPED, rounds: ROUNDS, saltBase64: base64(salt), ivBase64: sealed.ivBase64, encryptedBase64: sealed.bodyBase64 });
}

/** Whether it deserves to be wrapped again (CL-46). @param {string} wrapped */
export function isOutdated(wrapped) {
  try {
    return !(JSON.parse(wrapped).rounds >= ROUNDS);
  } catch {
    return true;
  }
}

/** @param {string} wrapped @param {string} passphrase @returns {Promise<{ pair: KeyPair, pkcs8: Bytes }>} */
export const openPrivateKey = (wrapped, passphrase) => orCryptoError('the passphrase does not open the private key', async () => {
  const pkcs8 = wrapped.trimStart().startsWith('{') ? await openJson(JSON.parse(wrapped), passphrase) : await openPkcs8(subtle, wrapped, passphrase);
  return { pair: await importPair(pkcs8), pkcs8 };
});

/** @param {Record<string, any>} key @param {string} passphrase */
async function openJson(key, passphrase) {
  if (Object.entries(WRAPPED).some(([name, value]) => key[name] !== value) || !(key.rounds > 0 && key.rounds <= MOST_ROUNDS)) {
    throw new CryptoError('this client does not know how the private key was wrapped');
  }
  return open(await derive(passphrase, fromBase64(key.saltBase64), key.rounds), { bodyBase64: key.encryptedBase64, ivBase64: key.ivBase64 }, KEY_BOUND);
}

// --- sealing

/** @param {Bytes} key @param {Bytes} plain @param {Bytes} bound @param {Bytes} iv @returns {Promise<Sealed>} */
export async function seal(key, plain, bound, iv = random(12)) {
  const aes = await subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt']);
  const body = new Uint8Array(await subtle.encrypt({ name: 'AES-GCM', iv, additionalData: bound }, aes, plain));
  return { bodyBase64: base64(body), ivBase64: base64(iv) };
}

/** @param {Bytes} key @param {Sealed} sealed @param {Bytes} bound */
export const open = (key, sealed, bound) => orCryptoError('it was changed, or belongs elsewhere', async () => {
  const aes = await subtle.importKey('raw', key, 'AES-GCM', false, ['decrypt']);
  const iv = fromBase64(sealed.ivBase64);
  if (iv.length !== 12) throw new CryptoError('this is no ciphertext of ours');
  return new Uint8Array(await subtle.decrypt({ name: 'AES-GCM', iv, additionalData: bound }, aes, fromBase64(sealed.bodyBase64)));
});

/** @param {Place} place */
const ofPlace = ({ conversation, message, sessionKey, author }) => `${lower(conversation)}\n${lower(message)}\n${lower(sessionKey)}\n${author}`;

/** @param {Bytes} key @param {Place} place @param {string} plain @param {Bytes} [iv] */
export const sealBody = (key, place, plain, iv) => seal(key, utf8(plain), utf8(`message\n${ofPlace(place)}`), iv);

/** @param {Bytes} key @param {Place} place @param {Sealed} sealed */
export const openBody = async (key, place, sealed) => text(await open(key, sealed, utf8(`message\n${ofPlace(place)}`)));

/** @param {'nick' | 'title'} what @param {string} conversation @param {string} sessionKey @param {string} owner of a nick */
const ofLabel = (what, conversation, sessionKey, owner) =>
  utf8(`${what === 'nick' ? `nick\n${owner}` : what}\n${lower(conversation)}\n${lower(sessionKey)}`);

/** @param {Bytes} key @param {'nick' | 'title'} what @param {string} conversation @param {string} sessionKey @param {string} owner @param {string} plain */
export async function sealLabel(key, what, conversation, sessionKey, owner, plain) {
  const { bodyBase64, ivBase64 } = await seal(key, utf8(plain), ofLabel(what, conversation, sessionKey, owner));
  return base64(utf8(JSON.stringify({ encryptedBodyBase64: bodyBase64, ivBase64, conversationUuid: lower(conversation), sessionKeyUuid: sessionKey })));
}

/** @param {string} label @returns {Record<string, string>} */
export function parseLabel(label) {
  try {
    return JSON.parse(text(fromBase64(label)));
  } catch (fault) {
    throw new CryptoError('a label must be Base64 of a JSON object', { cause: fault });
  }
}

/** @param {Bytes} key @param {'nick' | 'title'} what @param {string} conversation @param {string} owner @param {string} label */
export async function openLabel(key, what, conversation, owner, label) {
  const { encryptedBodyBase64, ivBase64, sessionKeyUuid } = parseLabel(label);
  return text(await open(key, { bodyBase64: encryptedBodyBase64, ivBase64 }, ofLabel(what, conversation, sessionKeyUuid ?? '', owner)));
}

const OWN = utf8('metadata');

/** One's own nick and contacts, under the metadata key. @param {Bytes} key @param {string} plain */
export async function sealOwn(key, plain) {
  const { bodyBase64, ivBase64 } = await seal(key, utf8(plain), OWN);
  return base64(utf8(JSON.stringify({ encryptedBodyBase64: bodyBase64, ivBase64 })));
}

/** @param {Bytes} key @param {string} label */
export async function openOwn(key, label) {
  const { encryptedBodyBase64, ivBase64 } = parseLabel(label);
  return text(await open(key, { bodyBase64: encryptedBodyBase64, ivBase64 }, OWN));
}

// --- session keys

export const createKey = () => random(KEY_BYTES);

/** @param {string} publicKey PEM @param {Bytes} key */
export const wrapKey = async (publicKey, key) =>
  base64(new Uint8Array(await subtle.encrypt(OAEP, await importPublic(publicKey, OAEP, 'encrypt'), key)));

/** @param {KeyPair} pair @param {string} wrapped */
export const unwrapKey = (pair, wrapped) => orCryptoError('the key is not wrapped for this key pair', async () =>
  new Uint8Array(await subtle.decrypt(OAEP, pair.decrypt, fromBase64(wrapped))));

/** @param {string} conversation @param {Bytes} key */
const signed = (conversation, key) => concat(utf8(`session-key\n${lower(conversation)}\n`), key);
const SALT = { name: 'RSA-PSS', saltLength: 32 };

/** @param {KeyPair} pair @param {string} conversation @param {Bytes} key */
export const signKey = async (pair, conversation, key) => base64(new Uint8Array(await subtle.sign(SALT, pair.sign, signed(conversation, key))));

/** One's own copy, verified (KEY-6). @param {KeyPair} pair @param {string} conversation @param {string} wrapped @param {string} signature @param {string} signer PEM */
export const openKey = (pair, conversation, wrapped, signature, signer) => orCryptoError('the session key cannot be verified', async () => {
  const key = await unwrapKey(pair, wrapped);
  if (key.length !== KEY_BYTES) throw new CryptoError(`a key has ${KEY_BYTES} bytes, this one has ${key.length}`);
  const valid = await subtle.verify(SALT, await importPublic(signer, PSS, 'verify'), fromBase64(signature), signed(conversation, key));
  if (!valid) throw new CryptoError("the session key's signature is not its signer's: it is not used");
  return key;
});

// --- file names; their content is in sealed-file.js

/** @param {Bytes} key @param {Place} place @param {{ name: string, type: string }} about */
export async function sealFileName(key, place, { name, type }) {
  const { bodyBase64, ivBase64 } = await seal(key, utf8(JSON.stringify({ name, type })), utf8(`file-name\n${ofPlace(place)}`));
  return base64url(concat(fromBase64(ivBase64), fromBase64(bodyBase64)));
}

/** @param {Bytes} key @param {Place} place @param {string} sealed @returns {Promise<{ name: string, type: string }>} */
export const openFileName = (key, place, sealed) => orCryptoError('this is no sealed file name', async () => {
  const bytes = fromBase64url(sealed);
  const plain = await open(key, { ivBase64: base64(bytes.subarray(0, 12)), bodyBase64: base64(bytes.subarray(12)) }, utf8(`file-name\n${ofPlace(place)}`));
  return JSON.parse(text(plain));
});

/** @param {Place} place @param {string} sealedName */
export const fileInfo = (place, sealedName) => utf8(`file\n${ofPlace(place)}\n${sealedName}`);
