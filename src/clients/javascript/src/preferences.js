// What one person alone has of a conversation: muted, pinned, archived, and what an application keeps besides (PREF-1 to PREF-7).
import { lower } from './bytes.js';
import { NotAcceptedError, RefusedError } from './faults.js';

/** @typedef {import('./types.js').Preferences} Values */
/** @typedef {Partial<Pick<Values, 'mutedUntil' | 'pinned' | 'archived' | 'data'>>} Change what is left out stays; null clears */

/** None were set yet. @type {Values} */
const NONE = { mutedUntil: null, pinned: false, archived: false, data: null, version: 0 };
/** Other devices that change the same at the same time; more in a row is no accident. */
const TRIES = 5;
/** `mutedUntil`: until somebody says otherwise. */
export const FOR_EVER = -1;

export class ConversationPreferences {
  /** @param {import('./model.js').Model} model @param {(type: string, payload: object) => Promise<any>} ask */
  constructor(model, ask) {
    this.model = model;
    this.ask = ask;
  }

  /** @param {string} conversation @returns {Values} */
  of(conversation) {
    return this.model.conversations.get(lower(conversation))?.preferences ?? NONE;
  }

  /** @param {string} conversation @param {number} [now] milliseconds since the Unix epoch, as `mutedUntil` */
  isMuted(conversation, now = Date.now()) {
    const { mutedUntil } = this.of(conversation);
    return mutedUntil === FOR_EVER || (mutedUntil ?? 0) > now;
  }

  /** @param {string} conversation @param {number | null} until milliseconds since the Unix epoch; -1 for ever; null: not any more */
  mute(conversation, until) {
    return this.set(conversation, { mutedUntil: until });
  }

  /** At most 100 are: more is refused with `bad_request`. @param {string} conversation @param {boolean} pinned */
  pin(conversation, pinned) {
    return this.set(conversation, { pinned });
  }

  /** @param {string} conversation @param {boolean} archived */
  archive(conversation, archived) {
    return this.set(conversation, { archived });
  }

  /**
   * Changes what rests on what is known; where another device was faster, what it made of it is fetched first and the change made again.
   * @param {string} conversation @param {Change | ((now: Values) => Change)} change @returns {Promise<Values>}
   */
  async set(conversation, change) {
    const key = lower(conversation);
    if (!this.model.offers('preferences')) throw new NotAcceptedError('this server keeps no preferences of conversations');
    for (let tries = 1; ; tries++) {
      const known = this.model.conversations.get(key);
      if (!known) throw new NotAcceptedError('there is no such conversation on this device');
      const now = this.of(key);
      const wanted = typeof change === 'function' ? change(now) : change;
      try {
        const { preferences } = await this.ask('RequestSetConversationPreferences', { conversationUuid: known.uuid, ...wanted, ifVersion: now.version });
        await this.#store(preferences);
        return this.of(key);
      } catch (fault) {
        if (!(fault instanceof RefusedError) || fault.status !== 'conflict' || tries >= TRIES) throw fault;
        await this.refetch([known.uuid]);
      }
    }
  }

  /** As the server has them. @param {string[] | null} [conversationUuids] null: of all */
  async refetch(conversationUuids = null) {
    const { preferences } = await this.ask('RequestGetConversationPreferences', { conversationUuids });
    await this.#store(preferences);
  }

  /** A higher version is there already where two answers overtook each other. @param {any[]} all */
  #store(all) {
    return this.model.change(transaction => {
      for (const { conversationUuid, mutedUntil, pinned, archived, data, version } of all) {
        const known = transaction.conversation(lower(conversationUuid));
        if (known && (known.preferences?.version ?? 0) < version) transaction.putConversation({ ...known, preferences: { mutedUntil, pinned, archived, data, version } });
      }
    });
  }
}
