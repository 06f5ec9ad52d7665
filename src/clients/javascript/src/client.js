// A device of one person: the face of the library. What each part promises stands in docs/clients.md.
import { Account } from './account.js';
import { lower } from './bytes.js';
import { isHidden } from './actions.js';
import { ConnectionLostError, CryptoError, EndedError, RefusedError } from './faults.js';
import { Expiry } from './expiry.js';
import { askServer, FEATURES } from './features.js';
import { Followup } from './followup.js';
import { Inbox } from './inbox.js';
import { Keys } from './keys.js';
import { Model } from './model.js';
import { Outbox } from './outbox.js';
import { People } from './people.js';
import { platformClock } from './ports.js';
import { ConversationPreferences } from './preferences.js';
import { Sections } from './sections.js';
import { Senders } from './senders.js';
import { MemoryStore } from './stores/memory.js';
import { Supervisor } from './supervisor.js';
import { older, refreshMessages, synchronise } from './sync.js';
import { Talk } from './talk.js';
import { Transfer } from './transfer.js';
import { Trust } from './trust.js';

/** @typedef {import('./types.js').Conversation} Conversation */
/** @typedef {import('./types.js').Message} Message */

/**
 * @typedef {object} Options
 * @property {string} url of the WebSocket, such as wss://example.org/ws
 * @property {import('./stores/store.js').Store} [store] default: memory
 * @property {import('./ports.js').SocketConstructor} [WebSocket]
 * @property {typeof fetch} [fetch]
 * @property {import('./ports.js').Clock} [clock]
 * @property {() => number} [random]
 * @property {string} [applicationType] shown on the list of devices
 * @property {string} [model]
 * @property {string} [clientVersion] of the application, such as 2.10.1 (REG-17)
 * @property {(direction: 'sent' | 'received', frame: string) => void} [trace] every frame, for developers
 */

/**
 * Events (`on`): `state` ({ state, ... }), `conversations` (keys), `messages` ({ conversation, keys: null for all }), `typing` ({ conversation, userId }),
 * `progress` ({ message, sent, size }), `keys-changed` ({ userId }), `device` (application), `account` ({ section }: another device changed it),
 * `locked` and `unlocked` (the private key), `push-lost`, `refused` ({ kind, action, conversation, status }), `fault` ({ what, fault }).
 */
export class Messenger {
  /** @param {Options} options */
  constructor({ url, store = new MemoryStore(), WebSocket = globalThis.WebSocket, fetch = (...all) => globalThis.fetch(...all), clock = platformClock, random = Math.random, trace, clientVersion, ...about }) {
    if (!WebSocket) throw new Error('this platform has no WebSocket: give one (Node 20: --experimental-websocket)');
    /** @type {import('./ports.js').Ports} */
    const ports = { store, WebSocket, fetch, clock, random };
    const http = url.replace(/^ws/, 'http').replace(/\/ws$/, '');
    this.model = new Model(store);
    const ask = this.ask;
    this.account = new Account(this.model, ports, url, ask, about);
    const own = () => this.account.pair;
    this.trust = new Trust(this.model, ask, own);
    this.keys = new Keys(this.model, ask, own, this.trust, ports);
    this.transfer = new Transfer(this.model, ports, http, this.keys, () => this.connected(), ask);
    this.followup = new Followup(this.model, ask, this.keys, () => this.account.unlocked, ports);
    const senders = new Senders(this.model, ask, this.keys, this.transfer);
    this.outbox = new Outbox(this.model, senders.send, senders.failed);
    this.inbox = new Inbox(this.model, wanted => this.#follow(wanted), (type, payload) => this.#told(type, payload));
    this.people = new People(this.model, ask, this.account, this.trust, this.transfer);
    this.preferences = new ConversationPreferences(this.model, ask);
    this.expiry = new Expiry(this.model, ask, ports.clock, conversations => this.followup.refresh(conversations));
    this.talk = new Talk(this.model, ask, this.account, this.trust, this.keys, () => this.outbox.run());
    const contacts = () => this.people.contacts();
    const refetch = () => this.account.refetch();
    this.sections = new Sections(this.model, {
      contacts, blacklist: contacts, keys: refetch, nick: refetch, preferences: () => this.preferences.refetch(), applications: () => this.account.checkPush(),
    });
    this.model.on('unlocked', () => {
      this.followup.openAgain();
      this.outbox.run();
      this.sections.run();
    });
    this.supervisor = new Supervisor(ports, {
      url,
      trace,
      login: () => ({ userId: this.model.me, uuid: this.model.profile?.uuid ?? '', resumeCursor: this.model.cursor, features: FEATURES, ...(clientVersion ? { clientVersion } : {}) }),
      greet: connection => this.#greet(connection),
      take: (notification, connection) => this.inbox.take(notification, connection),
      synchronise: connection => synchronise(this.model, connection),
      begin: () => {
        this.inbox.begin();
        this.outbox.run();
        this.followup.run();
        this.sections.run();
      },
      changed: (state, detail) => {
        // What an ended connection brought and was not applied comes again, after the cursor.
        if (state === 'connecting') this.inbox.hold();
        this.model.emit('state', { state, ...detail });
      },
    });
  }

  /** @param {string} name @param {(detail: any) => void} listener @returns {() => void} ends it */
  on(name, listener) {
    return this.model.on(name, listener);
  }

  /** Reads what is stored. To be called once, before all else. */
  async open() {
    await this.model.open();
    await this.account.restore();
    await this.expiry.open();
    return this;
  }

  /** Connects and stays connected. The application must be registered: `account.requestCode`, `account.confirm`. */
  start() {
    if (!this.model.profile?.confirmed) throw new EndedError('this device is not registered');
    this.supervisor.start();
  }

  get state() {
    return this.supervisor.state;
  }

  get me() {
    return this.model.me;
  }

  async stop() {
    this.supervisor.stop();
    this.expiry.stop();
    this.inbox.hold();
    await this.model.change(() => {}); // what was under way is written
    await this.model.store.close();
  }

  /** Any request of the protocol, over as many connections as it takes, at most a minute. @param {string} type @param {object} [payload] @returns {Promise<any>} */
  ask = (type, payload = {}) => this.supervisor.ask(type, payload);

  /** Completes when the server can be spoken to. */
  connected() {
    return this.supervisor.ready();
  }

  /** What the server offers, as it said at the last login. */
  get server() {
    return this.model.server;
  }

  /** @param {import('./connection.js').Connection} connection */
  async #greet(connection) {
    const told = await askServer(connection);
    if (told && JSON.stringify(told) !== JSON.stringify(this.model.server)) await this.model.change(transaction => transaction.put('meta', 'server', told));
  }

  /** All conversations: pinned ones first, then the newest first. Archived ones are among them (`preferences.archived`). */
  conversations() {
    const pinned = (/** @type {Conversation} */ one) => Number(one.preferences?.pinned ?? false);
    return [...this.model.conversations.values()].sort((a, b) => pinned(b) - pinned(a) || b.lastMessage - a.lastMessage);
  }

  /**
   * Stored messages, oldest first; without `before` the newest, with one's own that the server does not have yet at the end (CL-24).
   * @param {string} conversation @param {{ before?: number, size?: number }} [from] @returns {Promise<Message[]>}
   */
  async messages(conversation, { before = Infinity, size = 50 } = {}) {
    const key = lower(conversation);
    const page = await this.#page(key, before, size);
    if (before !== Infinity) return page;
    const pending = await Promise.all([...this.model.outbox.values()]
      .filter(entry => entry.lane === key && entry.kind === 'message').map(entry => this.model.store.get('messages', entry.message)));
    const failed = await Promise.all((this.model.conversations.get(key)?.failed ?? []).map(one => this.model.store.get('messages', one)));
    return [...page, ...failed.filter(Boolean), ...pending.filter(message => message?.created === null && !isHidden(message))];
  }

  /** Reactions and edits have no place of their own: a page has its size without them. @param {string} key @param {number} before @param {number} size @returns {Promise<Message[]>} */
  async #page(key, before, size) {
    /** @type {Message[]} */
    let shown = [];
    for (let from = before; ;) {
      const page = await this.model.store.page(key, from, size);
      shown = [...page.filter(message => !isHidden(message)), ...shown];
      if (page.length < size || shown.length >= size) return shown.slice(-size);
      from = page[0].created;
    }
  }

  /** Fetches the page before what is stored. @param {string} conversation @returns {Promise<boolean>} whether there may be more */
  async older(conversation) {
    const more = await older(this.model, this.ask, lower(conversation));
    this.followup.run();
    return more;
  }

  /** What is on the screen, as the server has it now (CL-33). @param {string} conversation @param {Message[]} shown */
  async refresh(conversation, shown) {
    await refreshMessages(this.model, this.ask, lower(conversation), shown);
    this.followup.run();
  }

  /** @param {string} text @param {number} [size] @returns {Promise<Message[]>} of what is stored here */
  search(text, size = 50) {
    return text.trim() ? this.model.store.search(text.trim(), size) : Promise.resolve([]);
  }

  /** The network is back, or the application came to the foreground (CL-5). */
  wake() {
    this.supervisor.wake();
  }

  /** The network is known to be gone: what is unanswered waits for the next connection. @param {string} reason */
  cut(reason) {
    this.supervisor.cut(reason);
  }

  /** Signs this device out: the server forgets it, and everything here is erased. */
  async signOut() {
    const uuid = this.model.profile?.uuid;
    await this.ask('RequestDeleteApplication', { uuid }).catch(fault => {
      // Its connection is closed by its own deletion: that is the answer, too.
      if (!(fault instanceof ConnectionLostError || fault instanceof EndedError || fault instanceof RefusedError)) throw fault;
    });
    await this.erase();
  }

  /** Forgets everything on this device (CL-4). */
  async erase() {
    this.supervisor.stop();
    this.inbox.hold();
    this.keys.forget();
    await this.model.change(() => {});
    await this.model.store.erase();
    await this.model.load();
    this.account.forget();
  }

  /** @param {import('./inbox.js').Wanted} wanted */
  #follow(wanted) {
    this.followup.want(wanted);
    this.outbox.run();
    if (wanted.account) this.sections.run();
    if (wanted.contacts) this.people.contacts().catch(fault => this.#background('contacts', fault));
    if (wanted.people.size > 0 && this.account.unlocked) this.trust.current([...wanted.people]).catch(fault => this.#background('public keys', fault));
  }

  /** What failed in the background and comes again by itself is no fault; anything else is told. @param {string} what @param {unknown} fault */
  #background(what, fault) {
    if (fault instanceof ConnectionLostError || fault instanceof EndedError || (fault instanceof CryptoError && what !== 'public keys')) return;
    this.model.emit('fault', { what, fault });
  }

  /** @param {string} type @param {any} payload */
  #told(type, payload) {
    if (type === 'NotificationTyping') this.model.emit('typing', { conversation: lower(payload.conversationUuid), userId: payload.userId });
    else if (type === 'AuthenticationByApplicationNotification') this.model.emit('device', payload.application);
    else if (type === 'NotificationConversationLeaved') this.keys.somebodyWent(lower(payload.uuid));
  }
}
