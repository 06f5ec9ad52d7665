// Sends what was accepted, exactly once or reported as failed: CL-10 to CL-16. Entries are in the store; this works them off.
import { CryptoError, EndedError, LockedError, NotAcceptedError, RefusedError } from './faults.js';

/** @typedef {import('./model.js').Model} Model */
/** @typedef {import('./model.js').Entry} Entry */
/** @typedef {import('./model.js').Transaction} Transaction */

/** Entries that are kept (CL-16). */
export const BOUND = 1_000;
/** Conversations that are sent to at the same time (CL-12). */
const LANES = 16;

export class Outbox {
  /** @type {Set<string>} lanes at work */
  #working = new Set();

  /**
   * @param {Model} model
   * @param {Record<Entry['kind'], (entry: Entry) => Promise<(transaction: Transaction) => void | Promise<void>>>} send each gives what follows from the answer
   * @param {(entry: Entry, fault: unknown) => (transaction: Transaction) => void | Promise<void>} failed
   */
  constructor(model, send, failed) {
    this.model = model;
    this.send = send;
    this.failed = failed;
  }

  /** In the transaction that accepts it. @param {Transaction} transaction @param {Omit<Entry, 'id'>} entry */
  static accept(transaction, entry) {
    if (transaction.model.outbox.size >= BOUND) throw new NotAcceptedError(`${BOUND} entries wait to be sent: this one is not accepted`);
    return transaction.putEntry(entry);
  }

  /** Works off whatever is there; to be called after each change of the outbox. */
  run() {
    for (const { lane } of this.model.outbox.values()) {
      if (this.#working.size >= LANES) return;
      if (!this.#working.has(lane)) void this.#lane(lane);
    }
  }

  /** @param {string} lane */
  async #lane(lane) {
    this.#working.add(lane);
    try {
      for (let entry; (entry = this.#first(lane));) {
        if (!await this.#one(entry)) return;
      }
    } catch (fault) {
      // The store failed: nothing changed, and the next login works the outbox off again.
      this.model.emit('fault', { what: 'the outbox could not be stored', fault });
      return;
    } finally {
      this.#working.delete(lane);
    }
    this.run(); // another lane may have waited for a place
  }

  /** @param {string} lane @returns {Entry | undefined} */
  #first(lane) {
    for (const entry of this.model.outbox.values()) {
      if (entry.lane === lane) return entry;
    }
    return undefined;
  }

  /** @param {Entry} entry @returns {Promise<boolean>} whether to go on */
  async #one(entry) {
    let after;
    try {
      after = await this.send[entry.kind](entry);
    } catch (fault) {
      // Stopped, replaced, refused, or not sealed yet and nobody has unlocked the key: it stays.
      if (fault instanceof EndedError || fault instanceof LockedError) return false;
      if (!(fault instanceof RefusedError || fault instanceof CryptoError || fault instanceof NotAcceptedError)) {
        this.model.emit('fault', { what: `${entry.kind} could not be sent`, fault });
      }
      after = this.failed(entry, fault);
    }
    await this.model.change(async transaction => {
      const now = transaction.entry(entry.id);
      if (!now) return; // the conversation was removed meanwhile, and this with it
      // Receipts may have been added while others were sent; what else changed is this entry with what was sealed for it.
      if (entry.kind === 'receipts' && now !== entry) transaction.putEntry(remaining(now, entry));
      else transaction.removeEntry(entry.id);
      await after(transaction);
    });
    return true;
  }
}

/** Receipts that came while others were sent. @param {Entry} now @param {Entry} sent @returns {Entry} */
function remaining(now, sent) {
  const without = (/** @type {string[]} */ all, /** @type {string[]} */ done) => all.filter(uuid => !done.includes(uuid));
  return { ...now, delivered: without(now.delivered, sent.delivered), read: without(now.read, sent.read), all: now.all && !sent.all };
}
