// What can go wrong, by kind.

/** More would let a server keep a phone busy (CL-46). */
export const MOST_ROUNDS = 10_000_000;
/** EXT-6: no server asks for more. */
const LONGEST_WAIT = 3_600_000;

/** Something was not sealed or signed by whom it should have been, or is damaged. */
export class CryptoError extends Error {
  name = 'CryptoError';
}

/** The private key is not open: what needs it waits until it is, and is no failure. */
export class LockedError extends CryptoError {
  name = 'LockedError';

  constructor() {
    super('the private key is locked: unlock it with the passphrase');
  }
}

/** The server answered with a status that is not ok. */
export class RefusedError extends Error {
  name = 'RefusedError';

  /**
   * @param {string} type @param {string} status @param {string | null} description
   * @param {{ retryAfterMs?: number, registrationLock?: boolean, conversationUuid?: string }} [more] what a server tells who named features
   */
  constructor(type, status, description, { retryAfterMs, registrationLock = false, conversationUuid } = {}) {
    super(`${type}: ${status}${description ? `, ${description}` : ''}`);
    this.type = type;
    this.status = status;
    this.description = description;
    this.retryAfterMs = retryAfterMs;
    /** Whether the registration lock was missing or wrong (LOCK-2). */
    this.registrationLock = registrationLock;
    /** The conversation that is there already (EXT-7). */
    this.conversationUuid = conversationUuid;
  }

  /** Worth sending again as it is (section 4 of the protocol). */
  get passes() {
    return this.status === 'unavailable' || this.status === 'internal' || this.status === 'too_many_requests';
  }

  /** Milliseconds that the server asked to wait, an hour at most, or null (EXT-6, LIM-1). */
  get wait() {
    if (Number.isFinite(this.retryAfterMs)) return Math.min(LONGEST_WAIT, Math.max(0, Number(this.retryAfterMs)));
    const match = /try again in (\d+) s/.exec(this.description ?? '');
    return match ? Number(match[1]) * 1000 : null;
  }
}

/** The connection ended before the answer: the outcome is unknown (CLOSE-2). */
export class ConnectionLostError extends Error {
  name = 'ConnectionLostError';
}

/** Nobody is going to answer: the client was stopped, replaced or refused. */
export class EndedError extends Error {
  name = 'EndedError';
}

/** The outbox is full (CL-16), or the store is in use elsewhere (CL-1). */
export class NotAcceptedError extends Error {
  name = 'NotAcceptedError';
}
