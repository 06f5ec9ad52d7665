// Messages that expire, and the timer of a conversation (EXP-1 to EXP-8): gone from this device when their time has come, connected or not (CL-36).
import { lower } from './bytes.js';
import { NotAcceptedError } from './faults.js';
import { GONE } from './types.js';

/** @typedef {import('./model.js').Model} Model */

const PREFIX = 'expires/';
/** Looked at again at the latest: a clock that was set, a device that slept. */
const LOOK = 60_000;
/** In one write. */
const TOGETHER = 200;
export const LEAST_SECONDS = 5;
export const MOST_SECONDS = 31_536_000;

/** To be known over a restart: when a message goes. @param {import('./model.js').Transaction} transaction @param {{ key: string, expires?: number, deleted: boolean }} message */
export function keepExpiry(transaction, { key, expires, deleted }) {
  if (expires !== undefined && !deleted) transaction.put('meta', PREFIX + key, expires);
}

export class Expiry {
  /** @type {any} */
  #timer;
  #isOpen = false;

  /**
   * @param {Model} model @param {(type: string, payload: object) => Promise<any>} ask @param {import('./ports.js').Clock} clock
   * @param {(conversations: string[]) => void} follow their counters are the server's to say
   * @param {() => number} [now] milliseconds since the Unix epoch: the device's own time of day, there is no other
   */
  constructor(model, ask, clock, follow, now = Date.now) {
    this.model = model;
    this.ask = ask;
    this.clock = clock;
    this.follow = follow;
    this.now = now;
    model.on('messages', () => this.#schedule());
  }

  /** What expired while nothing ran goes now. */
  async open() {
    this.#isOpen = true;
    await this.run();
  }

  stop() {
    this.#isOpen = false;
    this.clock.cancel(this.#timer);
  }

  /** The timer of a conversation; 0 for none. A group's admin or either side of a dialog may. @param {string} conversation @param {number} seconds 5 seconds to a year */
  async set(conversation, seconds) {
    const key = lower(conversation);
    const known = this.model.conversations.get(key);
    if (!known) throw new NotAcceptedError('there is no such conversation on this device');
    if (!this.model.offers('expiry')) throw new NotAcceptedError('messages of this server do not expire');
    if (!Number.isInteger(seconds) || (seconds !== 0 && (seconds < LEAST_SECONDS || seconds > MOST_SECONDS))) {
      throw new NotAcceptedError(`a timer is 0, or a whole number of seconds from ${LEAST_SECONDS} to ${MOST_SECONDS}`);
    }
    await this.ask('RequestSetConversationExpiry', { conversationUuid: known.uuid, seconds });
    await this.model.change(transaction => transaction.patch(key, { expirySeconds: seconds }));
  }

  /** Takes away what is due. */
  async run() {
    const now = this.now();
    const due = this.#waiting().filter(([, at]) => at <= now).sort((one, other) => one[1] - other[1]).map(([name]) => name);
    for (let from = 0; from < due.length; from += TOGETHER) {
      const some = due.slice(from, from + TOGETHER);
      /** @type {Set<string>} */
      const unread = new Set();
      await this.model.change(async transaction => {
        for (const name of some) {
          transaction.remove('meta', name);
          const message = await transaction.message(name.slice(PREFIX.length));
          if (!message || message.deleted) continue;
          transaction.putMessage({ ...message, ...GONE });
          if ((transaction.conversation(message.conversation)?.unread ?? 0) > 0) unread.add(message.conversation);
        }
      });
      if (unread.size > 0) this.follow([...unread]);
    }
    this.#schedule();
  }

  /** @returns {[string, number][]} */
  #waiting() {
    return [...this.model.meta].filter(([name]) => name.startsWith(PREFIX));
  }

  #schedule() {
    this.clock.cancel(this.#timer);
    const next = Math.min(...this.#waiting().map(([, at]) => at));
    if (!this.#isOpen || next === Infinity) return;
    this.#timer = this.clock.after(() => void this.run().catch(fault => this.model.emit('fault', { what: 'messages that expire', fault })), Math.min(Math.max(next - this.now(), 0), LOOK));
  }
}
