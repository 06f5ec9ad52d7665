// Files on their way: tus 1.0.0 up, ranges down; sealed chunk by chunk (CL-45).
import { base64, utf8 } from './bytes.js';
import * as crypto from './crypto.js';
import { CryptoError, RefusedError } from './faults.js';
import { sleep } from './ports.js';
import { openFile, SealedFile } from './sealed-file.js';

/** @typedef {import('./model.js').Entry} Entry */
/** @typedef {import('./types.js').Message} Message */
/** @typedef {import('./types.js').FileInfo} FileInfo */

/** Bytes of one PATCH: what is sent again after a cut at most, and the step of the progress. */
const PIECE = 1 << 20;
const LONGEST_PAUSE = 30_000;
const TUS = { 'Tus-Resumable': '1.0.0' };
const STATUSES = /** @type {Record<number, string>} */ ({ 401: 'unauthenticated', 403: 'forbidden', 404: 'not_found', 409: 'conflict', 410: 'not_found', 413: 'bad_request' });

export class Transfer {
  /**
   * @param {import('./model.js').Model} model @param {import('./ports.js').Ports} ports @param {string} http where the server answers HTTP
   * @param {import('./keys.js').Keys} keys @param {() => Promise<unknown>} connected @param {(type: string, payload: object) => Promise<any>} ask
   */
  constructor(model, ports, http, keys, connected, ask) {
    this.model = model;
    this.ports = ports;
    this.http = http;
    this.keys = keys;
    this.connected = connected;
    this.ask = ask;
  }

  get authorization() {
    const { profile } = this.model;
    return `Basic ${btoa(`${profile?.userId}:${profile?.uuid}`)}`;
  }

  /**
   * Until there is an answer that counts: cuts, 423, 429 and 503 are tried again.
   * @param {string} method @param {string} url @param {HeadersInit} headers @param {BodyInit} [body]
   */
  async #request(method, url, headers, body) {
    for (let pause = 1_000; ; pause = Math.min(LONGEST_PAUSE, pause * 2)) {
      await this.connected();
      try {
        const response = await this.ports.fetch(url, { method, headers: { Authorization: this.authorization, ...headers }, body });
        if (![423, 429, 503].includes(response.status)) return response;
        pause = Math.max(pause, Number(response.headers.get('Retry-After') ?? 0) * 1_000);
      } catch (fault) {
        if (!(fault instanceof TypeError)) throw fault; // fetch's own word for a network that failed
      }
      await sleep(this.ports.clock, pause);
    }
  }

  /** @param {Message} message @returns {crypto.Place} */
  static place = message => ({ conversation: message.conversation, message: message.uuid, sessionKey: message.sessionKeyUuid, author: message.userId });

  /** An entry of the outbox: one file of a message that the server has. @param {Entry} entry @param {Message} message */
  async upload(entry, message) {
    const stored = await this.model.store.get('blobs', entry.blob);
    if (!stored) throw new RefusedError('upload', 'not_found', 'the file is not on this device any more');
    const blob = stored.content instanceof Blob ? stored.content : new Blob([stored.content]);
    const key = await this.keys.get(message.conversation, message.sessionKeyUuid);
    const place = Transfer.place(message);
    if (!entry.header) {
      // Stored before the first byte is sent: what goes on later goes on with the same key and name.
      const name = await crypto.sealFileName(key, place, stored);
      entry = { ...entry, header: SealedFile.header(), sealedName: name };
      await this.#keep(entry);
    }
    const file = await SealedFile.of(blob, key, crypto.fileInfo(place, entry.sealedName), entry.header);
    for (;;) {
      let offset = entry.url ? await this.#offset(entry.url) : null;
      if (offset === null) {
        entry = { ...entry, url: await this.#create(entry, message, file.size) };
        await this.#keep(entry);
        offset = 0;
      }
      if (await this.#send(entry, file, offset)) return entry;
    }
  }

  /** @param {Entry} entry */
  #keep(entry) {
    return this.model.change(transaction => {
      if (transaction.entry(entry.id)) transaction.putEntry(entry);
    });
  }

  /** @param {Entry} entry @param {Message} message @param {number} size */
  async #create(entry, message, size) {
    const metadata = {
      conversationUuid: this.model.conversations.get(message.conversation)?.uuid ?? message.conversation, messageUuid: message.uuid,
      fileNameEncrypted: entry.sealedName, mimeType: 'application/octet-stream', ...(entry.preview ? { previewFileNameEncrypted: entry.preview } : {}),
    };
    const header = Object.entries(metadata).map(([name, value]) => `${name} ${base64(utf8(value))}`).join(',');
    const response = await this.#request('POST', `${this.http}/upload`, { ...TUS, 'Upload-Length': String(size), 'Upload-Metadata': header });
    if (response.status !== 201) throw await refusal('upload', response);
    return new URL(/** @type {string} */ (response.headers.get('Location')), this.http).href;
  }

  /** Null: it begins anew. @param {string} url @returns {Promise<number | null>} */
  async #offset(url) {
    const response = await this.#request('HEAD', url, TUS);
    if (response.status === 404 || response.status === 410) return null;
    if (!response.ok) throw await refusal('upload', response);
    return Number(response.headers.get('Upload-Offset'));
  }

  /** @param {Entry} entry @param {SealedFile} file @param {number} offset @returns {Promise<boolean>} false: ask where to go on */
  async #send(entry, file, offset) {
    this.model.emit('progress', { message: entry.message, sealedName: entry.sealedName, blob: entry.blob, sent: offset, size: file.size });
    while (offset < file.size) {
      const body = await file.slice(offset, offset + PIECE);
      const response = await this.#request('PATCH', entry.url, { ...TUS, 'Upload-Offset': String(offset), 'Content-Type': 'application/offset+octet-stream' }, body);
      if (response.status === 409 || response.status === 404 || response.status === 410) return false;
      if (response.status !== 204) throw await refusal('upload', response);
      offset = Number(response.headers.get('Upload-Offset'));
      this.model.emit('progress', { message: entry.message, sealedName: entry.sealedName, blob: entry.blob, sent: offset, size: file.size });
    }
    return true;
  }

  /** The files of a message, previews among them only as such. @param {Message} message @returns {Promise<FileInfo[]>} */
  async files(message) {
    const conversationUuid = this.model.conversations.get(message.conversation)?.uuid;
    const { files } = await this.ask('RequestGetFilesFast', { conversationUuid, messageUuid: message.uuid });
    const key = await this.keys.get(message.conversation, message.sessionKeyUuid);
    /** @type {FileInfo[]} */
    const opened = await Promise.all(files.map(async (/** @type {any} */ file) => {
      const info = { sealedName: file.fileNameEncrypted, size: file.size, url: file.downloadUrl, preview: file.previewFileNameEncrypted ?? null };
      try {
        return { ...info, ...await crypto.openFileName(key, Transfer.place(message), file.fileNameEncrypted) };
      } catch (fault) {
        if (!(fault instanceof CryptoError)) throw fault;
        return { ...info, name: '', type: 'application/octet-stream', unreadable: fault.message };
      }
    }));
    await this.model.change(async transaction => {
      const now = await transaction.message(message.key);
      if (now && !now.deleted) transaction.putMessage({ ...now, files: opened, known: true });
    });
    return opened;
  }

  /** The plaintext, whole and authenticated. A signed URL that has expired is asked for anew. @param {Message} message @param {string} sealedName @returns {Promise<Blob>} */
  async download(message, sealedName) {
    let file = message.files?.find(one => one.sealedName === sealedName);
    for (let again = !!file?.url; ; again = false) {
      if (!again) file = (await this.files(message)).find(one => one.sealedName === sealedName);
      if (!file?.url) throw new RefusedError('download', 'not_found', 'the file is not there');
      const response = await this.ports.fetch(file.url);
      if (response.status === 403 && again) continue;
      if (!response.ok || !response.body) throw await refusal('download', response);
      const key = await this.keys.get(message.conversation, message.sessionKeyUuid);
      const parts = [];
      for await (const part of openFile(pieces(response.body), key, crypto.fileInfo(Transfer.place(message), sealedName))) parts.push(part);
      return new Blob(parts, { type: safeType(file.type) });
    }
  }

  /** @param {string} owner as in the URL, such as conversation_UUID @param {Blob | null} picture null: none any more */
  async setAvatar(owner, picture) {
    const response = picture
      ? await this.#request('PUT', `${this.http}/avatar/${owner}`, { 'Content-Type': picture.type }, picture)
      : await this.#request('DELETE', `${this.http}/avatar/${owner}`, {});
    if (!response.ok) throw await refusal('avatar', response);
  }

  /** Null: there is none. @param {string} owner @returns {Promise<Blob | null>} */
  async avatar(owner) {
    const response = await this.#request('GET', `${this.http}/avatar/${owner}`, {});
    if (response.status === 404) return null;
    if (!response.ok) throw await refusal('avatar', response);
    return new Blob([await response.arrayBuffer()], { type: safeType(response.headers.get('Content-Type') ?? '') });
  }
}

/** A type that a browser does not run, whatever its author says. @param {string} type */
const safeType = type => /^(image\/(png|jpeg|gif|webp|avif)|audio\/[\w.+-]+|video\/[\w.+-]+|application\/pdf|text\/plain)$/.test(type) ? type : 'application/octet-stream';

/** @param {ReadableStream<Uint8Array>} stream @returns {AsyncGenerator<import('./bytes.js').Bytes>} */
async function* pieces(stream) {
  const reader = stream.getReader();
  try {
    for (let read; !(read = await reader.read()).done;) yield /** @type {import('./bytes.js').Bytes} */ (read.value);
  } finally {
    await reader.cancel();
  }
}

/** @param {string} what @param {Response} response */
async function refusal(what, response) {
  const said = await response.json().catch(() => ({}));
  return new RefusedError(what, said.payload?.status ?? said.status ?? STATUSES[response.status] ?? 'internal', said.payload?.description ?? said.description ?? `HTTP ${response.status}`);
}

