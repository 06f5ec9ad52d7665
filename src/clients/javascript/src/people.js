// Contacts, names, blocking, safety numbers, pictures of people.
import { CryptoError, LockedError } from './faults.js';
import { safetyNumber, userIdOf } from './crypto.js';

/** @typedef {import('./model.js').Model} Model */

export class People {
  /** @type {Set<string>} */
  blocked = new Set();

  /** @param {Model} model @param {(type: string, payload?: object) => Promise<any>} ask @param {import('./account.js').Account} account @param {import('./trust.js').Trust} trust @param {import('./transfer.js').Transfer} transfer */
  constructor(model, ask, account, trust, transfer) {
    this.model = model;
    this.ask = ask;
    this.account = account;
    this.trust = trust;
    this.transfer = transfer;
  }

  /** Reads the contacts and the blacklist from the server; names are opened here. */
  async contacts() {
    const [{ users }, blacklist] = await Promise.all([this.ask('RequestGetContactList'), this.ask('GetBlackList')]);
    this.blocked = new Set(blacklist.users);
    /** @type {import('./types.js').Person[]} */
    const opened = [];
    for (const contact of users) {
      try {
        const [name, number, verified] = await Promise.all([contact.nickEncrypted, contact.contactIdEncrypted, contact.trustedFingerprintEncrypted].map(
          label => label ? this.account.openOwn(label) : undefined));
        opened.push({ userId: contact.contactId, keys: [], name, number, verified });
      } catch (fault) {
        // Another device's, of other keys: without its name. While this one is locked, nothing is known of any of them, and it is asked again.
        if (!(fault instanceof CryptoError) || fault instanceof LockedError) throw fault;
        opened.push({ userId: contact.contactId, keys: [] });
      }
    }
    await this.model.change(transaction => {
      for (const { userId, name, number, verified } of opened) transaction.putPerson({ ...transaction.person(userId), name, number, verified });
    });
    this.model.emit('people');
    return opened;
  }

  /** @param {string} number E.164 @param {string} name @returns {Promise<string>} the user id */
  async add(number, name) {
    const userId = await userIdOf(number);
    const { users } = await this.ask('RequestGetRegisteredUsers', { checkUserList: [userId] });
    if (!users.includes(userId)) throw new CryptoError('this number is not registered here');
    await this.#save({ ...this.person(userId), number, name });
    return userId;
  }

  /** @param {string} userId @param {string} name */
  rename(userId, name) {
    return this.#save({ ...this.person(userId), name });
  }

  /** The two compared their safety number. @param {string} userId @param {boolean} verified */
  async verify(userId, verified) {
    await this.#save({ ...this.person(userId), verified: verified ? await this.safetyNumber(userId) : '' });
  }

  /** @param {import('./types.js').Person} person */
  async #save(person) {
    const label = (/** @type {string | undefined} */ text) => text ? this.account.sealOwn(text) : null;
    const [nickEncrypted, contactIdEncrypted, trustedFingerprintEncrypted] = await Promise.all([label(person.name), label(person.number), label(person.verified)]);
    await this.ask('UpdateContact', { contact: { contactId: person.userId, nickEncrypted, contactIdEncrypted, trustedFingerprintEncrypted } });
    await this.model.change(transaction => transaction.putPerson({ ...transaction.person(person.userId), name: person.name, number: person.number, verified: person.verified }));
    this.model.emit('people');
  }

  /** @param {string} userId @returns {import('./types.js').Person} */
  person(userId) {
    return this.model.people.get(userId) ?? { userId, keys: [] };
  }

  /** All with a name, by name. */
  list() {
    return [...this.model.people.values()].filter(person => person.name && person.userId !== this.model.me).sort((a, b) => (a.name ?? '').localeCompare(b.name ?? ''));
  }

  /** What to call somebody: one's own name for them, theirs in that conversation, or the end of the id. @param {string} userId @param {string} [conversation] */
  name(userId, conversation) {
    if (userId === this.model.me) return this.model.profile?.name ?? '';
    const said = this.model.people.get(userId)?.name;
    if (said) return said;
    const nick = conversation ? this.model.conversations.get(conversation)?.nicks[userId] : undefined;
    if (nick) return nick;
    for (const one of this.model.conversations.values()) if (one.nicks[userId]) return one.nicks[userId];
    return this.model.people.get(userId)?.number ?? `#${userId.slice(0, 6)}`;
  }

  /** @param {string} userId */
  async block(userId) {
    await this.ask('AddBlackList', { userId });
    this.blocked.add(userId);
    this.#blockedDialogs(userId, true);
  }

  /** @param {string} userId */
  async unblock(userId) {
    await this.ask('RemoveBlackList', { userId });
    this.blocked.delete(userId);
    this.#blockedDialogs(userId, false);
  }

  /** @param {string} userId @param {boolean} blocked */
  #blockedDialogs(userId, blocked) {
    void this.model.change(transaction => {
      for (const one of this.model.conversations.values()) if (one.isDialog && one.admins.includes(userId)) transaction.patch(one.key, { blocked });
    });
    this.model.emit('people');
  }

  /** What the two compare by voice or side by side. @param {string} userId */
  async safetyNumber(userId) {
    const theirs = (await this.trust.current([userId])).get(userId) ?? '';
    return safetyNumber(this.account.pair.publicKey, theirs);
  }

  /** @param {Blob | null} picture */
  async setAvatar(picture) {
    const { me } = this.model;
    await this.transfer.setAvatar(userPath(me), picture);
    await this.model.change(transaction => transaction.putPerson({ ...transaction.person(me), avatarUpdated: picture ? Date.now() : 0 }));
    this.model.emit('people');
  }

  /** @param {string} userId @returns {Promise<Blob | null>} */
  avatar(userId) {
    return this.transfer.avatar(userPath(userId));
  }

  /** @param {string} userId @param {string} reason */
  report(userId, reason) {
    return this.ask('AddUserReport', { userId, reason });
  }
}

/** FILE-8: base64url. @param {string} userId */
const userPath = userId => `user_${userId.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`;
