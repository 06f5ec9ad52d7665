// What this library understands beyond the first edition (EXT-2), and what the server it speaks to offers (EXT-4).
import { RefusedError } from './faults.js';

/** Named at each login. */
export const FEATURES = ['errors', 'sync', 'account', 'preferences', 'hints', 'expiry', 'lock', 'linking', 'web-push'];

/**
 * @typedef {object} ServerInfo
 * @property {string[]} features offered
 * @property {Record<string, number>} limits their names carry the units
 * @property {string | null} vapidPublicKey for browsers that subscribe to pushes
 * @property {string | null} notice the operator's word to everybody
 * @property {string | null} etag
 */

/** A server of the first edition. @type {ServerInfo} */
export const FIRST_EDITION = { features: [], limits: {}, vapidPublicKey: null, notice: null, etag: null };

/**
 * @param {import('./connection.js').Connection} connection @returns {Promise<ServerInfo | null>} null: it cannot tell just now
 */
export async function askServer(connection) {
  try {
    const told = await connection.ask('RequestGetServerSettings', { features: [] });
    return {
      features: told.features ?? [], limits: told.limits ?? {}, vapidPublicKey: told.vapidPublicKey ?? null, notice: told.notice ?? null, etag: told.etag ?? null,
    };
  } catch (fault) {
    if (!(fault instanceof RefusedError)) throw fault;
    return fault.passes ? null : FIRST_EDITION;
  }
}
