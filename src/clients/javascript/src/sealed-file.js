// A file in authenticated chunks (docs/clients.md): any part of it can be made again, so that an upload goes on where it stopped, and memory holds one chunk.
import { concat, utf8 } from './bytes.js';
import { random } from './crypto.js';
import { CryptoError } from './faults.js';

/** @typedef {import('./bytes.js').Bytes} Bytes */

const BITS = 16;
export const CHUNK = 1 << BITS;
const TAG = 16;
const START = concat(utf8('MSGF'), new Uint8Array([1, BITS, 0, 0]));
export const HEADER = START.length + 16;
const { subtle } = globalThis.crypto;

/** @param {Bytes} key @param {Bytes} header @param {Bytes} info @param {KeyUsage} use */
async function derive(key, header, info, use) {
  const material = await subtle.importKey('raw', key, 'HKDF', false, ['deriveKey']);
  return subtle.deriveKey({ name: 'HKDF', hash: 'SHA-256', salt: header.slice(START.length), info }, material, { name: 'AES-GCM', length: 256 }, false, [use]);
}

/** @param {number} number @param {boolean} last */
function iv(number, last) {
  const bytes = new Uint8Array(12);
  new DataView(bytes.buffer).setUint32(7, number);
  bytes[11] = last ? 1 : 0;
  return bytes;
}

export class SealedFile {
  /** @param {Blob} plain @param {Bytes} header @param {CryptoKey} key */
  constructor(plain, header, key) {
    this.plain = plain;
    this.header = header;
    this.key = key;
    this.chunks = Math.max(1, Math.ceil(plain.size / CHUNK));
    this.size = HEADER + plain.size + this.chunks * TAG;
  }

  /** To be kept with an upload that may go on later. */
  static header() {
    return concat(START, random(16));
  }

  /** @param {Blob} plain @param {Bytes} key @param {Bytes} info what it belongs to @param {Bytes} [header] */
  static async of(plain, key, info, header = SealedFile.header()) {
    return new SealedFile(plain, header, await derive(key, header, info, 'encrypt'));
  }

  /** @param {number} number @returns {Promise<Bytes>} */
  async chunk(number) {
    const plain = await this.plain.slice(number * CHUNK, (number + 1) * CHUNK).arrayBuffer();
    const parameters = { name: 'AES-GCM', iv: iv(number, number === this.chunks - 1), additionalData: this.header };
    return new Uint8Array(await subtle.encrypt(parameters, this.key, plain));
  }

  /** The ciphertext from one byte to another. @param {number} from @param {number} to */
  async slice(from, to) {
    const end = Math.min(to, this.size);
    const parts = from < HEADER ? [this.header.slice(from, end)] : [];
    const whole = CHUNK + TAG;
    for (let number = Math.max(0, Math.floor((from - HEADER) / whole)); number < this.chunks; number++) {
      const begin = HEADER + number * whole;
      if (begin >= end) break;
      const chunk = await this.chunk(number);
      parts.push(chunk.slice(Math.max(0, from - begin), Math.max(0, end - begin)));
    }
    return concat(...parts);
  }
}

/**
 * The plaintext, chunk by chunk. What came is only to be shown when the generator ends without an error (CL-45).
 * @param {AsyncIterable<Bytes>} source @param {Bytes} key @param {Bytes} info
 * @returns {AsyncGenerator<Bytes>}
 */
export async function* openFile(source, key, info) {
  const whole = CHUNK + TAG;
  /** @type {Bytes} */
  let buffer = new Uint8Array(0);
  /** @type {CryptoKey | undefined} */
  let aes;
  /** @type {Bytes} */
  let header = new Uint8Array(0);
  let number = 0;
  /** @param {Bytes} chunk @param {boolean} last */
  const opened = async (chunk, last) => {
    if (!aes || chunk.length < TAG || (chunk.length === TAG && number > 0)) throw new CryptoError('the file was cut');
    try {
      return new Uint8Array(await subtle.decrypt({ name: 'AES-GCM', iv: iv(number++, last), additionalData: header }, aes, chunk));
    } catch (fault) {
      throw new CryptoError('the file was changed, cut or extended, or belongs elsewhere', { cause: fault });
    }
  };

  for await (const piece of source) {
    buffer = buffer.length ? concat(buffer, piece) : piece;
    if (!aes && buffer.length >= HEADER) {
      header = buffer.slice(0, HEADER);
      if (START.some((byte, at) => header[at] !== byte)) throw new CryptoError('this is no sealed file that this client reads');
      aes = await derive(key, header, info, 'decrypt');
      buffer = buffer.subarray(HEADER);
    }

    // One byte more than a chunk: then it is not the last.
    while (aes && buffer.length > whole) {
      yield await opened(buffer.slice(0, whole), false);
      buffer = buffer.subarray(whole);
    }
  }
  yield await opened(buffer, true);
}
