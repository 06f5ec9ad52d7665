// Pictures of people and groups: initials at once, the picture when it is there. Each is fetched once per change.
import { h } from './dom.js';
import { hue, initials, peerOf, titleOf } from './format.js';

/** Object URLs of pictures; the oldest go when there are too many. */
const MOST = 300;
/** @type {Map<string, Promise<string | null>>} */
const pictures = new Map();

/** @param {string} name @param {() => Promise<Blob | null>} fetch */
function picture(name, fetch) {
  const known = pictures.get(name);
  if (known) return known;
  const loading = fetch().then(blob => blob && /^image\//.test(blob.type) ? URL.createObjectURL(blob) : null);
  pictures.set(name, loading);
  loading.catch(() => pictures.delete(name));
  if (pictures.size > MOST) {
    const [oldest, url] = pictures.entries().next().value;
    pictures.delete(oldest);
    url.then(one => one && URL.revokeObjectURL(one), () => {});
  }
  return loading;
}

/** @param {HTMLElement} element @param {Promise<string | null>} url */
function show(element, url) {
  url.then(one => one && element.append(h('img', { src: one, alt: '' })), () => {}); // without it the initials stay
}

/** @param {any} client @param {string} userId @param {string} [kind] @param {string} [conversation] */
export function personAvatar(client, userId, kind = '', conversation) {
  const element = h('span', { class: `avatar ${kind}`, 'aria-hidden': 'true' }, initials(client.people.name(userId, conversation) || '?'));
  element.style.setProperty('--hue', String(hue(userId)));
  const updated = client.model.people.get(userId)?.avatarUpdated;
  if (updated) show(element, picture(`${userId}/${updated}`, () => client.people.avatar(userId)));
  return element;
}

/** @param {any} client @param {any} conversation @param {string} [kind] */
export function conversationAvatar(client, conversation, kind = '') {
  const peer = peerOf(client, conversation);
  if (peer) return personAvatar(client, peer, kind, conversation.key);
  const element = h('span', { class: `avatar group ${kind}`, 'aria-hidden': 'true' }, initials(titleOf(client, conversation)));
  element.style.setProperty('--hue', String(hue(conversation.key)));
  if (conversation.hasAvatar) {
    show(element, picture(`${conversation.key}/${conversation.avatarUpdated}`, () => client.transfer.avatar(`conversation_${conversation.uuid}`)));
  }
  return element;
}

/** A square picture small enough for everybody. @param {Blob} file @param {number} [edge] */
export async function square(file, edge = 512) {
  const bitmap = await createImageBitmap(file);
  const side = Math.min(bitmap.width, bitmap.height);
  const canvas = new OffscreenCanvas(edge, edge);
  canvas.getContext('2d')?.drawImage(bitmap, (bitmap.width - side) / 2, (bitmap.height - side) / 2, side, side, 0, 0, edge, edge);
  return canvas.convertToBlob({ type: 'image/jpeg', quality: 0.85 });
}

/** What is shown before the picture is fetched. Null: it is small itself, or no picture that this browser reads. @param {Blob} file @param {number} [edge] */
export async function preview(file, edge = 640) {
  if (!/^image\/(png|jpeg|webp|gif|avif)$/.test(file.type)) return null;
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    return null; // named a picture and is none: it goes as a file
  }
  const scale = Math.min(1, edge / Math.max(bitmap.width, bitmap.height));
  const canvas = new OffscreenCanvas(Math.max(1, bitmap.width * scale), Math.max(1, bitmap.height * scale));
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas.convertToBlob({ type: 'image/webp', quality: 0.75 });
}
