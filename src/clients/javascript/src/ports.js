// What the library takes from its surroundings, with what the platform gives as default.

/** @typedef {new (url: string, protocols?: string | string[]) => WebSocket} SocketConstructor */

/**
 * @typedef {object} Clock all pauses and deadlines; never the time of day (CL-6)
 * @property {() => number} now milliseconds, never going back
 * @property {(callback: () => void, milliseconds: number) => any} after
 * @property {(timer: any) => void} cancel
 */

/** @type {Clock} */
export const platformClock = {
  now: () => performance.now(),
  after: (callback, milliseconds) => setTimeout(callback, milliseconds),
  cancel: timer => clearTimeout(timer),
};

/**
 * @typedef {object} Ports
 * @property {import('./stores/store.js').Store} store
 * @property {SocketConstructor} WebSocket
 * @property {typeof fetch} fetch
 * @property {Clock} clock
 * @property {() => number} random from 0 to 1
 */

/** @param {Clock} clock @param {number} milliseconds */
export const sleep = (clock, milliseconds) => /** @type {Promise<void>} */ (new Promise(resolve => clock.after(resolve, milliseconds)));

/**
 * What a promise gives, or what `late` makes when it takes longer.
 * @template T @param {Clock} clock @param {number} milliseconds @param {Promise<T>} promise @param {() => Error} late @returns {Promise<T>}
 */
export function within(clock, milliseconds, promise, late) {
  return new Promise((resolve, reject) => {
    const timer = clock.after(() => reject(late()), milliseconds);
    promise.then(resolve, reject).finally(() => clock.cancel(timer));
  });
}

/** Events by name. A listener that throws harms nobody but itself: its fault is reported and the next is called. */
export class Emitter {
  /** @type {Map<string, Set<(detail: any) => void>>} */
  #listeners = new Map();

  /** @param {string} name @param {(detail: any) => void} listener @returns {() => void} ends it */
  on(name, listener) {
    const all = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, all.add(listener));
    return () => void all.delete(listener);
  }

  /** @param {string} name @param {any} [detail] */
  emit(name, detail) {
    for (const listener of this.#listeners.get(name) ?? []) {
      try {
        listener(detail);
      } catch (fault) {
        queueMicrotask(() => {
          throw fault;
        });
      }
    }
  }
}
