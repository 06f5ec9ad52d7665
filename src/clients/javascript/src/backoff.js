// When to come back (CL-3, CL-4). Pure.
import { RefusedError } from './faults.js';

const FIRST = 1_000;
const LONGEST = 60_000;
/** More a server may not dictate: a slip in its configuration must not silence a client for a day. */
const DICTATED = 300_000;
/** A login that is refused so will be refused again. */
const FINAL = ['unauthenticated', 'forbidden', 'bad_request'];

/**
 * @param {import('./connection.js').Ending} ending @param {number} attempt failures in a row before this one @param {number} random 0 to 1
 * @returns {number | null} milliseconds; null: not by oneself
 */
export function pauseAfter({ code, reason, fault }, attempt, random) {
  if (code === 4001 || code === 4003 || code === 4010 || (fault instanceof RefusedError && FINAL.includes(fault.status))) return null;
  const dictated = code === 1001 ? /reconnect-after-ms=(\d+)/.exec(reason)?.[1] : undefined;
  if (dictated) return Math.min(DICTATED, Number(dictated));
  if (fault instanceof RefusedError && fault.wait !== null) return Math.min(DICTATED, fault.wait);
  if (code === 1012 && attempt === 0) return 0;
  return Math.min(LONGEST, FIRST * 2 ** Math.min(attempt, 10)) * random;
}
