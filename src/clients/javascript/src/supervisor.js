// Keeps a device connected: connect, log in, catch up, listen, and after the end all over again. The states of docs/clients.md.
import { pauseAfter } from './backoff.js';
import { Connection, LOGIN_TIMEOUT } from './connection.js';
import { ConnectionLostError, EndedError, RefusedError } from './faults.js';
import { sleep } from './ports.js';

/** @typedef {import('./connection.js').Ending} Ending */
/** @typedef {'stopped' | 'connecting' | 'logging in' | 'synchronising' | 'online' | 'waiting' | 'replaced' | 'refused'} State */

/** A connection that was logged in for so long worked: the next pause is the first one again (CL-3). */
const LASTING = 10_000;
const PATIENCE = 60_000;
const LONGEST_RETRY = 30_000;

/**
 * @typedef {object} Session what the supervisor is for
 * @property {string} url
 * @property {() => { userId: string, uuid: string, resumeCursor: string | null, features: string[], clientVersion?: string }} login
 * @property {(connection: Connection) => Promise<void>} greet asks what the server offers, beside the login
 * @property {(notification: import('./connection.js').Notification, connection: Connection) => void} take
 * @property {(connection: Connection) => Promise<void>} synchronise
 * @property {(connection: Connection, resumed: boolean) => void} begin what follows the login may be worked on
 * @property {(state: State, detail: object) => void} changed
 * @property {(direction: 'sent' | 'received', frame: string) => void} [trace]
 */

export class Supervisor {
  /** @type {State} */
  state = 'stopped';
  /** @type {Connection | null} where requests go; null until logged in @private */
  live = null;
  /** @type {Connection | null} @private */
  current = null;
  #running = false;
  #generation = 0;
  #wake = () => {};
  /** @type {Set<{ resolve: (connection: Connection) => void, reject: (fault: Error) => void }>} */
  #waiting = new Set();

  /** @param {import('./ports.js').Ports} ports @param {Session} session */
  constructor(ports, session) {
    this.ports = ports;
    this.session = session;
  }

  start() {
    if (this.#running) return;
    this.#running = true;
    void this.#run(++this.#generation);
  }

  stop() {
    if (!this.#running) return;
    this.#running = false;
    this.#generation++;
    this.#end('stopped', { reason: 'the client was stopped' });
    this.current?.end({ code: 1000, reason: 'the client was stopped' });
    this.#wake();
  }

  /** Ends the connection; the next one is made as after any cut. @param {string} reason */
  cut(reason) {
    this.current?.end({ code: 1006, reason });
  }

  /** The network is back, or the application came to the foreground (CL-5). */
  wake() {
    if (this.state === 'waiting') this.#wake();
    else if (this.live) this.ask('RequestPing', { when: 0 }).catch(() => {});
  }

  /** @param {State} state @param {object} [detail] */
  #set(state, detail = {}) {
    this.state = state;
    this.session.changed(state, detail);
  }

  /** @param {State} state @param {{ reason: string, fault?: unknown, code?: number }} detail */
  #end(state, detail) {
    this.#set(state, detail);
    for (const { reject } of this.#waiting) reject(new EndedError(detail.reason, { cause: detail.fault }));
    this.#waiting.clear();
  }

  /** @param {number} generation */
  async #run(generation) {
    let attempt = 0;
    while (generation === this.#generation) {
      const { ending, loggedInFor } = await this.#once(generation);
      if (generation !== this.#generation) return;
      if (loggedInFor >= LASTING) attempt = 0;
      const pause = pauseAfter(ending, attempt++, this.ports.random());
      if (pause === null) {
        this.#running = false;
        this.#generation++;
        this.#end(ending.code === 4001 ? 'replaced' : 'refused', { reason: ending.reason || 'the server ended this session', fault: ending.fault, code: ending.code });
        return;
      }
      this.#set('waiting', { pause, ending });
      await Promise.race([sleep(this.ports.clock, pause), new Promise(resolve => {
        this.#wake = () => resolve(undefined);
      })]);
    }
  }

  /** One connection from its opening to its end. @param {number} generation @returns {Promise<{ ending: Ending, loggedInFor: number }>} */
  async #once(generation) {
    this.#set('connecting');
    let since = NaN;
    const { clock } = this.ports;
    /** @type {Connection} */
    let connection;
    try {
      connection = new Connection(this.ports, this.session.url, notification => this.session.take(notification, connection), this.session.trace);
    } catch (fault) {
      return { ending: { code: 1006, reason: 'no socket can be made', fault }, loggedInFor: 0 };
    }
    this.current = connection;
    /** @type {unknown} */
    let refusal;
    try {
      await connection.opened;
      this.#set('logging in');
      const login = this.session.login();
      const [{ description, resume }] = await Promise.all([
        connection.ask('RequestAuthenticationByApplication', login, LOGIN_TIMEOUT), this.session.greet(connection),
      ]);
      if (generation !== this.#generation) throw new ConnectionLostError('stopped');
      since = clock.now();
      this.live = connection;
      for (const { resolve } of this.#waiting) resolve(connection);
      this.#waiting.clear();
      if (login.resumeCursor === null || description === 'resync' || resume === 'resync') {
        this.#set('synchronising');
        await this.session.synchronise(connection);
        this.session.begin(connection, false);
      } else {
        this.session.begin(connection, true);
      }
      this.#set('online');
      await connection.ended;
    } catch (fault) {
      // A refused login, a store that fails, a cut: whatever it was ends this connection and is told with its ending. Only a login's refusal is final.
      if (Number.isNaN(since) && fault instanceof RefusedError) refusal = fault;
      connection.end({ code: 1006, reason: fault instanceof Error ? fault.message : String(fault) });
    }
    if (this.live === connection) this.live = null;
    const ending = await connection.ended;
    return { ending: refusal ? { ...ending, fault: refusal } : ending, loggedInFor: Number.isNaN(since) ? 0 : clock.now() - since };
  }

  /** Completes when the server can be spoken to. */
  async ready() {
    await this.#connected(Infinity);
  }

  /** The connection that is logged in, as soon as there is one. @param {number} deadline by the clock @returns {Promise<Connection>} */
  #connected(deadline) {
    if (this.live) return Promise.resolve(this.live);
    if (this.state === 'replaced' || this.state === 'refused') return Promise.reject(new EndedError(`the client is ${this.state}`));
    return new Promise((resolve, reject) => {
      const entry = { resolve, reject };
      this.#waiting.add(entry);
      if (deadline === Infinity) return;
      const timer = this.ports.clock.after(() => {
        this.#waiting.delete(entry);
        reject(new ConnectionLostError('there was no connection in time'));
      }, Math.max(0, deadline - this.ports.clock.now()));
      entry.resolve = connection => {
        this.ports.clock.cancel(timer);
        resolve(connection);
      };
    });
  }

  /**
   * Asks until there is an answer, over as many connections as it takes (CL-14). Only for what may be repeated, which all requests of the protocol may.
   * @param {string} type @param {object} [payload] @param {number} [patience] Infinity: for ever @returns {Promise<any>}
   */
  async ask(type, payload = {}, patience = PATIENCE) {
    const { clock } = this.ports;
    const deadline = clock.now() + patience;
    let [pause, internals] = [1_000, 0];
    for (;;) {
      const connection = await this.#connected(deadline);
      try {
        return await connection.ask(type, payload);
      } catch (fault) {
        if (fault instanceof ConnectionLostError) {
          if (this.live === connection) this.live = null; // its end is under way: no second try on it
          if (clock.now() >= deadline) throw fault;
          await connection.ended;
          continue;
        }
        if (!(fault instanceof RefusedError) || !fault.passes || (fault.status === 'internal' && ++internals >= 3)) throw fault;
        const wait = fault.wait ?? pause;
        if (clock.now() + wait > deadline) throw fault;
        await sleep(clock, wait);
        pause = Math.min(LONGEST_RETRY, pause * 2);
      }
    }
  }
}
