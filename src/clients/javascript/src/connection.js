// One WebSocket: requests and their answers, notifications in the order they came. It does not come back.
import { ConnectionLostError, RefusedError } from './faults.js';

/** @typedef {import('./ports.js').Ports} Ports */
/** @typedef {{ type: string, cursor: string | null, payload: any }} Notification */
/** @typedef {{ code: number, reason: string, fault?: unknown }} Ending */

export const TIMEOUT = 12_000; // CL-2, REL-7
export const LOGIN_TIMEOUT = 17_000;

/** A connection without a frame for so long is asked for a sign of life (CL-7). */
const QUIET = 30_000;

export class Connection {
  /** @type {Map<string, { type: string, resolve: (payload: any) => void, reject: (fault: Error) => void, timer: any }>} */
  #asked = new Map();
  #next = 1;
  #over = false;
  #heard = 0;
  /** @type {any} */
  #quiet;

  /**
   * @param {Ports} ports @param {string} url
   * @param {(notification: Notification) => void} onNotification
   * @param {(direction: 'sent' | 'received', text: string) => void} [trace]
   */
  constructor(ports, url, onNotification, trace) {
    this.ports = ports;
    this.onNotification = onNotification;
    this.trace = trace;
    const socket = new ports.WebSocket(url, 'messenger.v1'); // ENV-1
    this.socket = socket;
    /** @type {Promise<Ending>} completes when the connection has ended, and never fails */
    this.ended = new Promise(resolve => {
      this.#ended = resolve;
    });
    this.#opening = ports.clock.after(() => this.end({ code: 1006, reason: 'the server did not open a connection' }), LOGIN_TIMEOUT);
    /** @type {Promise<void>} */
    this.opened = new Promise((resolve, reject) => {
      socket.onopen = () => {
        this.#opened();
        resolve();
      };
      void this.ended.then(({ reason }) => reject(new ConnectionLostError(reason || 'nobody answers')));
    });
    this.opened.catch(() => {}); // whoever waits is told; nobody need to
    socket.onmessage = event => this.#take(String(event.data));
    socket.onclose = event => this.end({ code: event.code, reason: event.reason });
    socket.onerror = () => {}; // a close follows
  }

  /** @type {(ending: Ending) => void} */
  #ended = () => {};
  /** @type {any} */
  #opening;

  #opened() {
    this.ports.clock.cancel(this.#opening);
    this.#heard = this.ports.clock.now();
    const watch = () => {
      this.#quiet = this.ports.clock.after(() => {
        const silent = this.ports.clock.now() - this.#heard;
        if (silent >= QUIET) this.ask('RequestPing', { when: Date.now() }).catch(() => {});
        if (!this.#over) watch();
      }, QUIET);
    };
    watch();
  }

  /** Ends it, whatever the socket does. @param {Ending} ending */
  end(ending) {
    if (this.#over) return;
    this.#over = true;
    this.ports.clock.cancel(this.#opening);
    this.ports.clock.cancel(this.#quiet);
    this.socket.onmessage = null;
    try {
      this.socket.close(1000);
    } catch {
      // It was not open yet, or is closed already.
    }
    for (const { reject, timer } of this.#asked.values()) {
      this.ports.clock.cancel(timer);
      reject(new ConnectionLostError('the connection ended before the request was answered'));
    }
    this.#asked.clear();
    this.#ended(ending);
  }

  get unanswered() {
    return this.#asked.size;
  }

  /**
   * The payload of the answer; a refusal is a RefusedError. No answer in time ends the connection (CL-2).
   * @param {string} type @param {object} [payload] @param {number} [timeout] @returns {Promise<any>}
   */
  ask(type, payload = {}, timeout = TIMEOUT) {
    if (this.#over || this.socket.readyState !== 1) return Promise.reject(new ConnectionLostError('there is no connection'));
    const id = String(this.#next++);
    return new Promise((resolve, reject) => {
      const timer = this.ports.clock.after(() => this.end({ code: 1006, reason: `${type} was not answered in ${timeout / 1000} s` }), timeout);
      this.#asked.set(id, { type, resolve, reject, timer });
      const frame = JSON.stringify({ type, id, payload });
      this.socket.send(frame);
      this.trace?.('sent', frame);
    });
  }

  /** @param {string} frame */
  #take(frame) {
    this.#heard = this.ports.clock.now();
    this.trace?.('received', frame);
    /** @type {any} */
    let read;
    try {
      read = JSON.parse(frame);
    } catch (fault) {
      this.end({ code: 1002, reason: 'the server sent what is no JSON', fault });
      return;
    }
    const { type, id, cursor, payload } = read;
    if (id === undefined || id === null) {
      this.onNotification({ type, cursor: cursor ?? null, payload });
      return;
    }
    const waiting = this.#asked.get(String(id));
    if (!waiting) return;
    this.#asked.delete(String(id));
    this.ports.clock.cancel(waiting.timer);
    if (type === 'ResponseStatusMessage' && payload.status !== 'ok') waiting.reject(new RefusedError(waiting.type, payload.status, payload.description, payload));
    else waiting.resolve(payload);
  }
}
