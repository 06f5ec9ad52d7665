// Text and bytes, as the protocol writes them.

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */

/** @param {string} text @returns {Bytes} */
export const utf8 = text => /** @type {Bytes} */ (encoder.encode(text));

/** @param {Bytes} bytes */
export const text = bytes => decoder.decode(bytes);

/** @param {Bytes} bytes */
export function base64(bytes) {
  let binary = '';
  // In slices: an engine takes some ten thousand arguments at most.
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(binary);
}

/** @param {string} value @returns {Bytes} @throws {DOMException} when it is no Base64 */
export function fromBase64(value) {
  const binary = atob(value);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

/** @param {Bytes} bytes */
export const base64url = bytes => base64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

/** @param {string} value */
export const fromBase64url = value => fromBase64(value.replaceAll('-', '+').replaceAll('_', '/'));

/** @param {ArrayBuffer | Bytes} bytes */
export const hex = bytes => Array.from(new Uint8Array(bytes), byte => byte.toString(16).padStart(2, '0')).join('');

/** @param {...Bytes} parts @returns {Bytes} */
export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** UUIDs are compared without case (FMT-2); this is the spelling in which they are keys. @param {string} uuid */
export const lower = uuid => uuid.toLowerCase();
