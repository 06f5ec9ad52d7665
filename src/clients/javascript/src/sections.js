// What another device of this person changed (ACC-1): asked for section by section, until it was. The list is stored with the cursor that it came with.
import { ConnectionLostError, EndedError, LockedError, RefusedError } from './faults.js';

export class Sections {
  #running = false;
  #again = false;

  /**
   * @param {import('./model.js').Model} model
   * @param {Record<string, () => Promise<unknown>>} refetch by section; one that is not known is done at once
   */
  constructor(model, refetch) {
    this.model = model;
    this.refetch = refetch;
  }

  /** Works off what is stale; to be called after each login and each notification. */
  run() {
    this.#again = true;
    if (!this.#running) void this.#work();
  }

  async #work() {
    this.#running = true;
    while (this.#again) {
      this.#again = false;
      for (const section of Object.keys(this.model.meta.get('stale') ?? {})) await this.#one(section);
    }
    this.#running = false;
  }

  /** @param {string} section */
  async #one(section) {
    const times = this.model.meta.get('stale')?.[section];
    try {
      await this.refetch[section]?.();
      await this.model.change(transaction => {
        const { [section]: now, ...others } = transaction.meta('stale') ?? {};
        // It changed once more while it was asked for: it stays, and is asked for again.
        if (now === times) transaction.put('meta', 'stale', others);
        else this.#again = true;
      });
      this.model.emit('account', { section });
    } catch (fault) {
      // Cut off, busy, or still locked: the next login or the next change does it.
      const passing = fault instanceof ConnectionLostError || fault instanceof EndedError || fault instanceof LockedError || (fault instanceof RefusedError && fault.passes);
      if (!passing) this.model.emit('fault', { what: `the account's ${section}`, fault });
    }
  }
}
