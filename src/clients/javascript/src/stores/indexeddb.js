// A store in the browser's IndexedDB. Key pairs are kept as keys that cannot be exported.
import { contains, TABLES } from './store.js';

/** @typedef {import('./store.js').Table} Table */
/** @typedef {import('./store.js').Change} Change */
/** @typedef {import('./store.js').Store} Store */

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
const done = request => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

/** Of its tables; 2 has `actions`. */
const VERSION = 2;

/** @implements {Store} */
export class IndexedDbStore {
  /** @type {IDBDatabase | undefined} */
  #open;

  keepsObjects = true;

  /** @param {string} name one for each account on this origin */
  constructor(name = 'messenger') {
    this.name = name;
  }

  async open() {
    const request = indexedDB.open(this.name, VERSION);
    request.onupgradeneeded = () => {
      for (const table of TABLES) {
        if (request.result.objectStoreNames.contains(table)) continue; // an earlier version had it
        const made = request.result.createObjectStore(table);
        // What the server does not have yet has no place: it is not in the index.
        if (table === 'messages') made.createIndex('place', ['conversation', 'created']);
      }
    };
    this.#open = await done(request);
    // Another tab deletes or upgrades: let it.
    this.#open.onversionchange = () => this.#open?.close();
  }

  get #database() {
    if (!this.#open) throw new Error('the store is not open');
    return this.#open;
  }

  /** @param {Table} table @param {string} key @returns {Promise<any>} */
  get(table, key) {
    return done(this.#database.transaction(table).objectStore(table).get(key));
  }

  /** @param {Table} table @returns {Promise<[string, any][]>} */
  async all(table) {
    const source = this.#database.transaction(table).objectStore(table);
    const [keys, values] = await Promise.all([done(source.getAllKeys()), done(source.getAll())]);
    return keys.map((key, at) => [String(key), values[at]]);
  }

  /** @param {IDBObjectStore | IDBIndex} source @param {IDBKeyRange | null} range @param {(value: any) => boolean} take false: enough */
  #backwards(source, range, take) {
    return /** @type {Promise<void>} */ (new Promise((resolve, reject) => {
      const request = source.openCursor(range, 'prev');
      request.onerror = () => reject(request.error);
      request.onsuccess = () => {
        const cursor = request.result;
        if (cursor && take(cursor.value)) cursor.continue();
        else resolve();
      };
    }));
  }

  /** @param {string} conversation @param {number} before @param {number} size */
  async page(conversation, before, size) {
    const index = this.#database.transaction('messages').objectStore('messages').index('place');
    /** @type {any[]} */
    const found = [];
    await this.#backwards(index, IDBKeyRange.bound([conversation, -Infinity], [conversation, before], false, true), value => found.push(value) < size);
    return found.reverse();
  }

  /** @param {string} conversation @returns {Promise<any>} */
  async oldest(conversation) {
    const index = this.#database.transaction('messages').objectStore('messages').index('place');
    return (await done(index.openCursor(IDBKeyRange.bound([conversation, -Infinity], [conversation, Infinity]))))?.value;
  }

  /** @param {string} text @param {number} size */
  async search(text, size) {
    const needle = text.toLocaleLowerCase();
    /** @type {any[]} */
    const found = [];
    await this.#backwards(this.#database.transaction('messages').objectStore('messages'), null, value => {
      if (contains(value.text, needle)) found.push(value);
      return found.length < size * 4;
    });
    return found.sort((a, b) => (b.created ?? Infinity) - (a.created ?? Infinity)).slice(0, size);
  }

  /** @param {Change[]} changes */
  write(changes) {
    if (changes.length === 0) return Promise.resolve();
    const tables = new Set(changes.flatMap(change => 'clear' in change ? /** @type {Table[]} */ (['messages', 'actions']) : [change.table]));
    const transaction = this.#database.transaction([...tables], 'readwrite', { durability: 'strict' });
    const result = /** @type {Promise<void>} */ (new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new Error('the store took nothing'));
    }));
    const clears = changes.flatMap(change => 'clear' in change ? [change.clear] : []);
    const put = () => {
      for (const change of changes) {
        if ('clear' in change) continue;
        if (change.value === undefined) transaction.objectStore(change.table).delete(change.key);
        else transaction.objectStore(change.table).put(change.value, change.key);
      }
    };
    /** @param {() => void} work a value that cannot be stored throws: then nothing is */
    const orAbort = work => {
      try {
        work();
      } catch {
        transaction.abort();
      }
    };
    let open = clears.length;
    if (open === 0) orAbort(put);
    for (const conversation of clears) {
      transaction.objectStore('actions').delete(IDBKeyRange.bound(`${conversation}/`, `${conversation}0`, false, true)); // 0 follows the slash
      const messages = transaction.objectStore('messages');
      const request = messages.index('place').getAllKeys(IDBKeyRange.bound([conversation, -Infinity], [conversation, Infinity]));
      request.onsuccess = () => orAbort(() => {
        for (const key of request.result) messages.delete(key);
        if (--open === 0) put();
      });
    }
    return result;
  }

  async erase() {
    const transaction = this.#database.transaction(TABLES, 'readwrite', { durability: 'strict' });
    for (const table of TABLES) transaction.objectStore(table).clear();
    await new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
  }

  async close() {
    this.#open?.close();
    this.#open = undefined;
  }
}
