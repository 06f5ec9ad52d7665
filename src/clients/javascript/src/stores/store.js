// The storage port. What must be one transaction stands in docs/clients.md, "The storage contract".

/** @typedef {'meta' | 'conversations' | 'messages' | 'outbox' | 'people' | 'keys' | 'blobs' | 'actions'} Table */
export const TABLES = /** @type {Table[]} */ (['meta', 'conversations', 'messages', 'outbox', 'people', 'keys', 'blobs', 'actions']);

/**
 * One change of a write: put `value` at `key`; with value undefined, remove it; or `clear` a conversation's messages that
 * the server has, and the `actions` that wait for one of them, which comes before all else of that write.
 * @typedef {{ table: Table, key: string, value?: any } | { clear: string }} Change
 */

/**
 * @typedef {object} Store
 * @property {boolean} keepsObjects whether key pairs and blobs are kept as they are
 * @property {() => Promise<void>} open
 * @property {(table: Table, key: string) => Promise<any>} get undefined where there is none
 * @property {(table: Table) => Promise<[string, any][]>} all by key, ascending
 * @property {(conversation: string, before: number, size: number) => Promise<any[]>} page the newest messages with `created` below `before`, oldest first
 * @property {(conversation: string) => Promise<any>} oldest its oldest message that has a place
 * @property {(text: string, size: number) => Promise<any[]>} search messages whose text contains it, newest first
 * @property {(changes: Change[]) => Promise<void>} write all or nothing
 * @property {() => Promise<void>} erase everything
 * @property {() => Promise<void>} close
 */

/** As people search: without case. @param {string | undefined | null} text @param {string} needle in lower case */
export const contains = (text, needle) => !!text && text.toLocaleLowerCase().includes(needle);
