// A store in memory: for tests, demonstrations and throw-away people.
import { contains, TABLES } from './store.js';

/** @typedef {import('./store.js').Table} Table */
/** @typedef {import('./store.js').Change} Change */
/** @typedef {import('./store.js').Store} Store */

/** @implements {Store} */
export class MemoryStore {
  /** @type {Map<Table, Map<string, any>>} */
  tables = new Map(TABLES.map(table => [table, new Map()]));

  /** Of each conversation, its messages that the server has, by `created`. @type {Map<string, any[]>} */
  places = new Map();

  /** Key pairs and blobs are kept as they are. @type {boolean} */
  keepsObjects = true;

  async open() {}

  /** @param {Table} table */
  #table(table) {
    return /** @type {Map<string, any>} */ (this.tables.get(table));
  }

  /** @param {Table} table @param {string} key @returns {Promise<any>} */
  async get(table, key) {
    return this.#table(table).get(key);
  }

  /** @param {Table} table @returns {Promise<[string, any][]>} */
  async all(table) {
    return [...this.#table(table)].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** @param {string} conversation @param {number} before @param {number} size */
  async page(conversation, before, size) {
    const all = this.places.get(conversation) ?? [];
    let end = all.length;
    while (end > 0 && all[end - 1].created >= before) end--;
    return all.slice(Math.max(0, end - size), end);
  }

  /** @param {string} conversation @returns {Promise<any>} */
  async oldest(conversation) {
    return this.places.get(conversation)?.[0];
  }

  /** @param {string} text @param {number} size */
  async search(text, size) {
    const needle = text.toLocaleLowerCase();
    const found = [...this.#table('messages').values()].filter(message => contains(message.text, needle));
    return found.sort((a, b) => (b.created ?? Infinity) - (a.created ?? Infinity)).slice(0, size);
  }

  /** @param {Change[]} changes */
  async write(changes) {
    for (const change of changes) {
      if ('clear' in change) {
        for (const [key, message] of this.#table('messages')) {
          if (message.conversation === change.clear && message.created !== null) this.#table('messages').delete(key);
        }
        for (const key of this.#table('actions').keys()) if (key.startsWith(`${change.clear}/`)) this.#table('actions').delete(key);
        this.places.delete(change.clear);
      } else {
        if (change.table === 'messages') this.#place(change.key, change.value);
        if (change.value === undefined) this.#table(change.table).delete(change.key);
        else this.#table(change.table).set(change.key, change.value);
      }
    }
  }

  /** @param {string} key @param {any} message */
  #place(key, message) {
    const before = this.#table('messages').get(key);
    if (before?.created != null) {
      const list = this.places.get(before.conversation) ?? [];
      list.splice(list.findIndex(one => one.key === key), 1);
    }
    if (message?.created == null) return;
    const list = this.places.get(message.conversation) ?? [];
    this.places.set(message.conversation, list);
    let at = list.length;
    while (at > 0 && list[at - 1].created > message.created) at--;
    list.splice(at, 0, message);
  }

  async erase() {
    for (const table of this.tables.values()) table.clear();
    this.places.clear();
  }

  async close() {}
}
