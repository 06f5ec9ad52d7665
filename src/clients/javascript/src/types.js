// What is kept on the device. Keys of tables are UUIDs in lower case; the records keep the spelling of the server.

/**
 * @typedef {object} Message
 * @property {string} key the uuid in lower case
 * @property {string} uuid
 * @property {string} conversation in lower case
 * @property {string} sessionKeyUuid
 * @property {string} userId
 * @property {number | null} created null until the server has it
 * @property {number} order of one's own that the server does not have yet: their order
 * @property {'sending' | 'sent' | 'failed'} state
 * @property {string} [status] why it failed
 * @property {string | null} [body] ciphertext
 * @property {string | null} [iv]
 * @property {string | null} [text] null: it has none; undefined: it was not opened yet
 * @property {string} [unreadable] why it could not be opened
 * @property {boolean} hasFiles
 * @property {boolean} isEvent
 * @property {string | null} eventType
 * @property {string | null} eventUserId
 * @property {number} members
 * @property {number} readedMembers
 * @property {number} deliveredMembers
 * @property {boolean} deleted
 * @property {boolean} objectionable
 * @property {string | null} replyTo
 * @property {string} [kind] `silent`: neither counted nor on the list (HINT-1)
 * @property {import('./actions.js').Action} [action] a reaction or an edit: it has no place of its own
 * @property {Record<string, { emoji: string | null, at: number }>} [reactions] by user id; emoji null: taken back
 * @property {number} [edited] when the edit that `text` shows was sent, by the server's clock
 * @property {number} [expires] when it goes, in milliseconds since the Unix epoch by the server's clock (EXP-6)
 * @property {number} [expireSeconds] of one's own that the server does not have yet: what was shown when it was written (EXP-2)
 * @property {boolean} [known] false: counters and files are to be read anew (CL-33)
 * @property {FileInfo[]} [files]
 */

/**
 * @typedef {object} FileInfo
 * @property {string} sealedName
 * @property {string} name
 * @property {string} type
 * @property {number} size of the ciphertext
 * @property {string} [url] signed; it expires
 * @property {string | null} [preview] the sealed name of its preview
 * @property {string} [unreadable]
 */

/**
 * @typedef {object} Conversation
 * @property {string} key the uuid in lower case
 * @property {string} uuid
 * @property {boolean} isDialog
 * @property {string | null} title ciphertext
 * @property {string | null} [name] the title, opened
 * @property {string} sessionKeyUuid
 * @property {number} lastMessage
 * @property {number} unread
 * @property {number} [counted] messages up to then are in `unread` already: the `lastMessage` of the row that it is from (CL-27)
 * @property {string[]} admins
 * @property {string[]} members
 * @property {boolean} hasAvatar
 * @property {number} avatarUpdated
 * @property {boolean} blocked
 * @property {Record<string, string>} nicks opened
 * @property {{ uuid: string, created: number } | null} anchor its newest message that came by a notification or a page (CL-25)
 * @property {boolean} begins everything before the oldest stored message is stored too: there is nothing
 * @property {string | null} last the key of the newest message
 * @property {string | null} [firstUnread] where the separator stands
 * @property {string} [draft]
 * @property {string[]} [failed] keys of messages that the server refused
 * @property {boolean} [nicksStale] ask who is called what
 * @property {boolean} [keyDoubt] ask which key is current before writing
 * @property {boolean} [rekeyDue] somebody went, or has new keys
 * @property {number} [keyUses] messages under the current key
 * @property {Preferences | null} [preferences] this person's own (PREF-1)
 * @property {number} [behind] messages up to here are to be read before this device is up to date (CL-34)
 * @property {number} [membersCount] where not all are named (CHG-5)
 * @property {number} [expirySeconds] the timer of new messages; 0: none (EXP-6)
 * @property {number} [keyMade] when the current key was made, by the server's clock
 */

/** @typedef {{ mutedUntil: number | null, pinned: boolean, archived: boolean, data: string | null, version: number }} Preferences mutedUntil: -1 for ever */

/** Somebody's public keys, the first one first. @typedef {{ userId: string, keys: { pair: string | null, publicKey: string }[], name?: string, number?: string, verified?: string, avatarUpdated?: number }} Person */

/** @param {any} message as the server gives it @returns {Message} */
export const fromServer = message => ({
  key: message.uuid.toLowerCase(),
  uuid: message.uuid,
  conversation: message.conversationUuid.toLowerCase(),
  sessionKeyUuid: message.sessionKeyUuid,
  userId: message.userId,
  created: message.created,
  order: 0,
  state: 'sent',
  body: message.deleted ? null : message.bodyEncryptedBase64,
  iv: message.ivBase64,
  ...(message.deleted || message.isEvent || message.bodyEncryptedBase64 === null ? { text: null } : {}),
  hasFiles: message.hasFiles,
  isEvent: message.isEvent,
  eventType: message.eventType,
  eventUserId: message.eventUserId,
  members: message.members,
  readedMembers: message.readedMembers,
  deliveredMembers: message.deliveredMembers,
  deleted: message.deleted,
  objectionable: message.objectionable,
  replyTo: message.replyMessageUuid,
  ...(message.kind ? { kind: message.kind } : {}),
  ...(typeof message.expires === 'number' ? { expires: message.expires } : {}),
});

/** What is left of a message that was deleted. */
export const GONE = { deleted: true, body: null, iv: null, text: null, files: [], unreadable: undefined, reactions: undefined, edited: undefined };

/** What the server says now, without losing what was opened here. @param {Message | undefined} known @param {Message} now @returns {Message} */
export function merge(known, now) {
  if (!known) return now;
  const { text, unreadable, files, action, reactions, edited, kind } = known;
  const opened = now.deleted ? {} : Object.fromEntries(Object.entries({ text, unreadable, files, action, reactions, edited, kind }).filter(([, value]) => value !== undefined));
  return { ...now, ...opened, ...(now.text === null && !edited ? { text: null } : {}), known: true };
}

/** @param {any} conversation as the server gives it @param {Conversation | undefined} known @returns {Conversation} */
export const conversationFrom = (conversation, known) => ({
  nicks: {},
  anchor: null,
  begins: false,
  last: null,
  ...known,
  key: conversation.uuid.toLowerCase(),
  uuid: conversation.uuid,
  isDialog: conversation.isDialog,
  title: conversation.title,
  ...(known && known.title !== conversation.title ? { name: undefined } : {}),
  sessionKeyUuid: conversation.sessionKeyUuid,
  lastMessage: conversation.lastMessage,
  unread: conversation.unreadedCounter,
  counted: conversation.lastMessage,
  admins: conversation.admins,
  members: conversation.members,
  hasAvatar: conversation.hasAvatar,
  avatarUpdated: conversation.avatarUpdated,
  blocked: conversation.blocked,
  ...('preferences' in conversation ? { preferences: conversation.preferences } : {}),
  ...(typeof conversation.expirySeconds === 'number' ? { expirySeconds: conversation.expirySeconds } : {}),
  ...(conversation.membersCount === undefined ? {} : { membersCount: conversation.membersCount }),
});

/** When somebody's picture was changed; 0: there never was one, and none need be asked for. @param {any} info as the server gives it */
export const pictureOf = info => info.avatarUpdated > info.created ? info.avatarUpdated : 0;
