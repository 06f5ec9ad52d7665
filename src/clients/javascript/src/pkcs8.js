// Reads private keys that earlier clients wrapped: PKCS#8 under PBES2 (PBKDF2, AES-CBC), RFC 8018. Nothing is written in this form any more.
import { fromBase64, utf8 } from './bytes.js';
import { CryptoError, MOST_ROUNDS } from './faults.js';

/** @typedef {import('./bytes.js').Bytes} Bytes */

const OID = { pbes2: '2a864886f70d01050d', pbkdf2: '2a864886f70d01050c', sha1: '2a864886f70d0207', sha256: '2a864886f70d0209', aes128: '608648016503040102', aes256: '60864801650304012a' };

/** A reader of DER, of as much as one such key takes. */
class Der {
  /** @param {Bytes} bytes */
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  get more() {
    return this.at < this.bytes.length;
  }

  /** @returns {{ tag: number, value: Bytes }} */
  next() {
    const tag = this.bytes[this.at++];
    let length = this.bytes[this.at++];
    if (length === undefined || length === 0x80 || length > 0x83) throw new CryptoError('this is no wrapped private key');
    if (length > 0x80) {
      let count = length - 0x80;
      length = 0;
      while (count-- > 0) length = length * 256 + (this.bytes[this.at++] ?? 0);
    }

    const value = this.bytes.subarray(this.at, this.at + length);
    if (value.length !== length) throw new CryptoError('this is no wrapped private key');
    this.at += length;
    return { tag, value };
  }

  /** @param {number} tag */
  take(tag) {
    const { tag: found, value } = this.next();
    if (found !== tag) throw new CryptoError('this is no wrapped private key');
    return value;
  }

  sequence() {
    return new Der(this.take(0x30));
  }

  oid() {
    return Array.from(this.take(0x06), byte => byte.toString(16).padStart(2, '0')).join('');
  }

  integer() {
    return this.take(0x02).reduce((sum, byte) => sum * 256 + byte, 0);
  }
}

/**
 * @param {SubtleCrypto} subtle @param {string} pem @param {string} passphrase
 * @returns {Promise<Bytes>} the PKCS#8 DER
 */
export async function openPkcs8(subtle, pem, passphrase) {
  const match = /-----BEGIN ENCRYPTED PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END ENCRYPTED PRIVATE KEY-----/.exec(pem);
  if (!match) throw new CryptoError('this is no wrapped private key');
  const outer = new Der(fromBase64(match[1].replaceAll(/\s/g, ''))).sequence();
  const algorithm = outer.sequence();
  const encrypted = outer.take(0x04);
  if (algorithm.oid() !== OID.pbes2) throw new CryptoError('this client does not know how the private key was wrapped');
  const parameters = algorithm.sequence();
  const [derivation, encryption] = [parameters.sequence(), parameters.sequence()];
  if (derivation.oid() !== OID.pbkdf2) throw new CryptoError('this client does not know how the private key was wrapped');

  const pbkdf2 = derivation.sequence();
  const [salt, iterations] = [pbkdf2.take(0x04), pbkdf2.integer()];
  if (iterations < 1 || iterations > MOST_ROUNDS) throw new CryptoError('the private key takes too many rounds to open');
  let hash = 'SHA-1'; // RFC 8018: the default, which is left out
  while (pbkdf2.more) {
    const { tag, value } = pbkdf2.next();
    if (tag === 0x30) hash = { [OID.sha1]: 'SHA-1', [OID.sha256]: 'SHA-256' }[new Der(value).oid()] ?? '';
  }

  const length = { [OID.aes128]: 128, [OID.aes256]: 256 }[encryption.oid()];
  if (!length || !hash) throw new CryptoError('this client does not know how the private key was wrapped');
  const iv = encryption.take(0x04);
  const material = await subtle.importKey('raw', utf8(passphrase), 'PBKDF2', false, ['deriveKey']);
  const key = await subtle.deriveKey({ name: 'PBKDF2', hash, salt, iterations }, material, { name: 'AES-CBC', length }, false, ['decrypt']);
  try {
    return new Uint8Array(await subtle.decrypt({ name: 'AES-CBC', iv }, key, encrypted));
  } catch {
    throw new CryptoError('the passphrase does not open the private key');
  }
}
