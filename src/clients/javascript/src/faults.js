// What can go wrong, by kind.

/** More would let a server keep a phone busy (CL-46). */
export const MOST_ROUNDS = 10_000_000;

/** Something was not sealed or signed by whom it should have been, or is damaged. */
export class CryptoError extends Error {
  name = 'CryptoError';
}

/** The server answered with a status that is not ok. */
export class RefusedError extends Error {
  name = 'RefusedError';

  /** @param {string} type @param {string} status @param {string | null} description */
  constructor(type, status, description) {
    super(`${type}: ${status}${description ? `, ${description}` : ''}`);
    this.type = type;
    this.status = status;
    this.description = description;
  }

  /** Worth sending again as it is (section 4 of the protocol). */
  get passes() {
    return this.status === 'unavailable' || this.status === 'internal' || this.status === 'too_many_requests';
  }

  /** Milliseconds that the server asked to wait, or null (LIM-1). */
  get wait() {
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
