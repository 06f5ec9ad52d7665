// What the device knows: conversations, people and the profile in memory, everything in the store. Changed by transactions, one at a time.
import { FIRST_EDITION } from './features.js';
import { Emitter } from './ports.js';

/** @typedef {import('./types.js').Conversation} Conversation */
/** @typedef {import('./types.js').Message} Message */
/** @typedef {import('./types.js').Person} Person */
/** @typedef {import('./stores/store.js').Change} Change */
/** @typedef {import('./stores/store.js').Table} Table */

/**
 * @typedef {object} Profile
 * @property {string} number
 * @property {string} userId
 * @property {string} uuid the application's: a secret
 * @property {boolean} confirmed
 * @property {string} [name]
 * @property {string | null} [pairUuid]
 * @property {boolean} [outdatedKey] the private key deserves to be wrapped again
 * @property {string} [wrapped] the private key under the passphrase
 */

/** An entry of the outbox. @typedef {{ id: string, lane: string, kind: 'message' | 'request' | 'upload' | 'rekey' | 'receipts', [name: string]: any }} Entry */

/** Of one write: reads see what it has changed already. */
export class Transaction {
  /** @type {Map<string, Change>} */
  changes = new Map();
  /** @type {Set<string>} */
  conversations = new Set();
  /** @type {Map<string, Set<string>>} conversation → keys of messages */
  messages = new Map();
  /** @type {Set<string>} */
  cleared = new Set();

  /** @param {Model} model */
  constructor(model) {
    this.model = model;
  }

  /** @param {Table} table @param {string} key @param {any} value */
  put(table, key, value) {
    this.changes.set(`${table}/${key}`, { table, key, value });
  }

  /** @param {Table} table @param {string} key */
  remove(table, key) {
    this.put(table, key, undefined);
  }

  /** @param {Table} table @param {string} key */
  #changed(table, key) {
    const change = this.changes.get(`${table}/${key}`);
    return change && 'table' in change ? change : undefined;
  }

  /** @param {string} key @returns {any} */
  meta(key) {
    const change = this.#changed('meta', key);
    return change ? change.value : this.model.meta.get(key);
  }

  /** @param {string} key @returns {Conversation | undefined} */
  conversation(key) {
    const change = this.#changed('conversations', key);
    return change ? change.value : this.model.conversations.get(key);
  }

  /** @param {Conversation} conversation */
  putConversation(conversation) {
    this.put('conversations', conversation.key, conversation);
    this.conversations.add(conversation.key);
  }

  /** @param {string} key @param {Partial<Conversation>} changes */
  patch(key, changes) {
    const conversation = this.conversation(key);
    if (conversation) this.putConversation({ ...conversation, ...changes });
  }

  /** With its messages, and what waits to be sent there. @param {string} key */
  removeConversation(key) {
    this.remove('conversations', key);
    this.clear(key);
    for (const entry of this.model.outbox.values()) {
      if (entry.lane !== key) continue;
      this.removeEntry(entry.id);
      if (entry.message) this.remove('messages', entry.message);
    }
    this.conversations.add(key);
  }

  /** @param {string} key of a conversation */
  clear(key) {
    this.changes.set(`clear/${key}`, { clear: key });
    this.cleared.add(key);
  }

  /** @param {string} key @returns {Promise<Message | undefined>} */
  async message(key) {
    const change = this.#changed('messages', key);
    return change ? change.value : this.model.store.get('messages', key);
  }

  /** What waits for a message that is not here. @param {string} key conversation/message @returns {Promise<import('./actions.js').Waiting | undefined>} */
  async waiting(key) {
    const change = this.#changed('actions', key);
    return change ? change.value : this.model.store.get('actions', key);
  }

  /** @param {Message} message */
  putMessage(message) {
    this.put('messages', message.key, message);
    this.messages.set(message.conversation, (this.messages.get(message.conversation) ?? new Set()).add(message.key));
  }

  /** @param {Omit<Entry, 'id'> & { id?: string }} entry @returns {string} its id */
  putEntry(entry) {
    const id = entry.id ?? this.model.nextId();
    this.put('outbox', id, { ...entry, id });
    return id;
  }

  /** @param {string} id */
  removeEntry(id) {
    this.remove('outbox', id);
  }

  /** @param {string} id @returns {Entry | undefined} */
  entry(id) {
    const change = this.#changed('outbox', id);
    return change ? change.value : this.model.outbox.get(id);
  }

  /** @param {Person} person */
  putPerson(person) {
    this.put('people', person.userId, person);
  }

  /** @param {string} userId @returns {Person} */
  person(userId) {
    return this.#changed('people', userId)?.value ?? this.model.people.get(userId) ?? { userId, keys: [] };
  }
}

export class Model extends Emitter {
  /** @type {Map<string, Conversation>} */
  conversations = new Map();
  /** @type {Map<string, Person>} */
  people = new Map();
  /** @type {Map<string, Entry>} in order */
  outbox = new Map();
  /** @type {Map<string, any>} */
  meta = new Map();
  #last = Promise.resolve();
  #order = 0;

  /** @param {import('./stores/store.js').Store} store */
  constructor(store) {
    super();
    this.store = store;
  }

  async open() {
    await this.store.open();
    await this.load();
  }

  async load() {
    for (const [table, map] of /** @type {[Table, Map<string, any>][]} */ (this.#memory())) {
      map.clear();
      for (const [key, value] of await this.store.all(table)) map.set(key, value);
    }
    this.#order = [...this.outbox.keys()].reduce((most, id) => Math.max(most, Number(id) || 0), 0);
  }

  /** @returns {[Table, Map<string, any>][]} */
  #memory() {
    return [['conversations', this.conversations], ['people', this.people], ['outbox', this.outbox], ['meta', this.meta]];
  }

  /** @returns {Profile | undefined} */
  get profile() {
    return this.meta.get('profile');
  }

  get me() {
    return this.profile?.userId ?? '';
  }

  /** As it was told at the last login. @returns {import('./features.js').ServerInfo} */
  get server() {
    return this.meta.get('server') ?? FIRST_EDITION;
  }

  /** @param {string} feature */
  offers(feature) {
    return this.server.features.includes(feature);
  }

  /** @returns {string | null} */
  get cursor() {
    return this.meta.get('cursor') ?? null;
  }

  /** In the order in which it is asked for; its text sorts so too. */
  nextId() {
    return String(++this.#order).padStart(12, '0');
  }

  /**
   * Reads, decides and writes, with no other change between. No network inside: the next change waits.
   * @template T @param {(transaction: Transaction) => T | Promise<T>} work @returns {Promise<T>}
   */
  change(work) {
    const result = this.#last.then(async () => {
      const transaction = new Transaction(this);
      const value = await work(transaction);
      if (transaction.changes.size > 0) {
        // What is cleared comes first: messages of the same write stay.
        const changes = [...transaction.changes.values()].sort((a, b) => Number('clear' in b) - Number('clear' in a));
        await this.store.write(changes);
        this.#remember(changes);
        this.#tell(transaction);
      }
      return value;
    });
    this.#last = result.then(() => {}, () => {});
    return result;
  }

  /** @param {Change[]} changes */
  #remember(changes) {
    const memory = new Map(this.#memory());
    for (const change of changes) {
      if ('clear' in change) continue;
      const map = memory.get(change.table);
      if (change.value === undefined) map?.delete(change.key);
      else map?.set(change.key, change.value);
    }
  }

  /** @param {Transaction} transaction */
  #tell(transaction) {
    for (const conversation of transaction.cleared) this.emit('messages', { conversation, keys: null });
    for (const [conversation, keys] of transaction.messages) this.emit('messages', { conversation, keys: [...keys] });
    if (transaction.conversations.size > 0) this.emit('conversations', [...transaction.conversations]);
  }
}
