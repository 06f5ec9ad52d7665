// A store in one file, for Node: everything is in memory, and each write is one line of JSON that is on disk before it counts.
// A line that was cut by a crash is the end of the file: a write is there whole or not at all.
import { open, readFile, rename, rm } from 'node:fs/promises';
import { NotAcceptedError } from '../faults.js';
import { MemoryStore } from './memory.js';
import { TABLES } from './store.js';

/** @typedef {import('./store.js').Change} Change */
/** @typedef {import('./store.js').Store} Store */

/** Writes after which the file is written anew, without what was replaced. */
const COMPACT = 20_000;

/** Blobs and byte arrays have no JSON of their own. @param {string} _ @param {any} value */
const replacer = (_, value) => value instanceof Uint8Array ? { $bytes: Buffer.from(value).toString('base64') } : value;
/** @param {string} _ @param {any} value */
const reviver = (_, value) => value?.$bytes !== undefined ? new Uint8Array(Buffer.from(value.$bytes, 'base64')) : value;

/** @implements {Store} */
export class FileStore extends MemoryStore {
  /** @type {import('node:fs/promises').FileHandle | undefined} */
  #file;
  #writes = 0;
  #last = Promise.resolve();

  /** JSON has neither keys that cannot be exported nor blobs. */
  keepsObjects = false;

  /** @param {string} path */
  constructor(path) {
    super();
    this.path = path;
  }

  async open() {
    await this.#lock();
    const lines = (await readFile(this.path, 'utf8').catch(fault => {
      if (fault.code === 'ENOENT') return '';
      throw fault;
    })).split('\n');
    lines.pop(); // after the last line feed: nothing, or a write that never finished
    for (const line of lines) await super.write(JSON.parse(line, reviver));
    await this.#compact();
  }

  /** One process at a time (CL-1): the lock names its process, and that of a dead one is taken over. */
  async #lock() {
    const name = `${this.path}.lock`;
    const owner = Number(await readFile(name, 'utf8').catch(() => '0'));
    if (owner && owner !== process.pid && alive(owner)) throw new NotAcceptedError(`process ${owner} uses ${this.path}`);
    const lock = await open(name, 'w', 0o600);
    await lock.writeFile(String(process.pid));
    await lock.close();
  }

  async #compact() {
    const next = await open(`${this.path}.new`, 'w', 0o600);
    for (const table of TABLES) {
      for (const [key, value] of await this.all(table)) await next.write(`${JSON.stringify([{ table, key, value }], replacer)}\n`);
    }
    await next.sync();
    await this.#file?.close();
    await rename(`${this.path}.new`, this.path);
    this.#file = next;
    this.#writes = 0;
  }

  /** @param {Change[]} changes */
  write(changes) {
    // One after the other: the lines stand in the order of the calls.
    const result = this.#last.then(async () => {
      if (++this.#writes > COMPACT) await this.#compact();
      const file = this.#file;
      if (!file) throw new NotAcceptedError('the store is closed');
      // JSON leaves an undefined value out, which reads as a removal again.
      await file.write(`${JSON.stringify(changes, replacer)}\n`);
      await file.datasync();
      await super.write(changes);
    });
    this.#last = result.catch(() => {});
    return result;
  }

  async erase() {
    await this.#last;
    await super.erase();
    await this.#compact();
  }

  async close() {
    await this.#last;
    await this.#file?.close();
    this.#file = undefined;
    await rm(`${this.path}.lock`, { force: true });
  }
}

/** @param {number} pid */
function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (fault) {
    return /** @type {NodeJS.ErrnoException} */ (fault).code === 'EPERM';
  }
}
