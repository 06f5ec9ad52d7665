// The smallest whole client: two people register, meet, talk and read; one is cut off and misses nothing.
// node docs/first-client.mjs [ws://localhost:8080/ws]      node 22 or later; with 20: node --experimental-websocket ...
// docs/first-client.md goes through it; the rules that it names stand in docs/protocol.md.
import * as crypto from 'node:crypto';
import { strict as assert } from 'node:assert';

const server = process.argv[2] ?? 'ws://localhost:8080/ws';
const PASSPHRASE = 'first client';

class Phone {
  constructor(name) {
    this.name = name;
    this.number = `+35799${String(crypto.randomInt(1e6)).padStart(6, '0')}`;
    this.userId = crypto.createHash('sha256').update(this.number).digest('base64'); // FMT-1
    this.uuid = crypto.randomUUID(); // FMT-3: the credential, a secret
    this.cursor = null; // RES-1
    this.messages = new Map(); // by uuid: what comes twice is one
    this.waiting = new Map(); // id -> who waits for the answer
    this.watching = []; // who waits for a notification
    this.next = 1;
  }

  /** Opens a connection; nobody is logged in on it yet. */
  async connect() {
    this.socket = new WebSocket(server, 'messenger.v1'); // ENV-1
    this.socket.onmessage = event => this.#take(JSON.parse(event.data));
    this.socket.onclose = event => {
      for (const { reject } of this.waiting.values()) reject(new Error(`closed with ${event.code}: the outcome is unknown`)); // CLOSE-2
      this.waiting.clear();
    };
    await new Promise((resolve, reject) => Object.assign(this.socket, { onopen: resolve, onerror: () => reject(new Error(`nobody answers at ${server}`)) }));
  }

  /** Sends a request, and gives the payload of its answer. A refusal is an error. */
  ask(type, payload = {}) {
    const id = String(this.next++); // ENV-3
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.socket.send(JSON.stringify({ type, id, payload }));
    });
  }

  #take({ type, id, cursor, payload }) {
    if (id !== undefined) { // ENV-4: an answer
      const { resolve, reject } = this.waiting.get(id);
      this.waiting.delete(id);
      if (type === 'ResponseStatusMessage' && payload.status !== 'ok') reject(new Error(`${payload.requestType}: ${payload.status}, ${payload.description}`)); // ENV-5
      else resolve(payload);
      return;
    }

    if (type === 'NotificationAddedMessageToConversation') this.messages.set(payload.message.uuid, payload.message);
    this.cursor = cursor ?? this.cursor; // RES-1: with its effect, and NOT-5: also of what is not known here
    this.watching = this.watching.filter(({ found, resolve }) => !found(type, payload) || resolve(payload));
  }

  /** The next notification that is looked for. */
  notified(found) {
    return new Promise(resolve => this.watching.push({ found, resolve }));
  }

  message(uuid) {
    return this.messages.has(uuid) ? Promise.resolve() : this.notified((type, payload) => payload.message?.uuid === uuid);
  }

  async register() {
    const who = { userId: this.userId, uuid: this.uuid };
    await this.ask('RequestRegisterApplication', { ...who, applicationType: 'web', openUserId: this.number });
    await this.ask('RequestConfirmRegistration', { ...who, smsCode: '000000' }); // a development server's code for everybody
    await this.login();

    this.keys = crypto.generateKeyPairSync('rsa', { modulusLength: 4096 });
    await this.ask('RequestAddUserKeys', {
      publicKeyBase64: this.keys.publicKey.export({ type: 'spki', format: 'pem' }),
      privateKeyEncryptedBase64: this.keys.privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: PASSPHRASE }),
    });
    this.keyPairUuid = (await this.ask('RequestGetUserInfo', { userId: this.userId })).user.keyPairUuid;
  }

  /** RES-2: with the last cursor what was missed follows; RES-3: 'resync' says that it was too much. */
  async login() {
    return (await this.ask('RequestAuthenticationByApplication', { userId: this.userId, uuid: this.uuid, resumeCursor: this.cursor })).description;
  }

  /** A dialog, its first session key wrapped for both and signed once (KEY-1). */
  async meet(userId) {
    const { users } = await this.ask('RequestGetUserInfoMulti', { userIds: [this.userId, userId] });
    const [conversationUuid, sessionKeyUuid, key] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomBytes(32)];
    const [mine, theirs] = users.map(user => crypto.publicEncrypt({ key: user.publicKeyBase64, oaepHash: 'sha256' }, key).toString('base64'));
    const signature = crypto.sign('sha256', signed(conversationUuid, key), { key: this.keys.privateKey, ...PSS }).toString('base64');
    await this.ask('RequestCreateConversationFull', {
      conversationUuid, sessionKeyUuid, isDialog: true, admins: { [userId]: theirs }, members: {},
      sessionKeyValue: { keyEncryptedBase64: mine, signatureBase64: signature, signerKeyPairUuid: this.keyPairUuid, signerUserId: this.userId, userId: this.userId },
    });
    return conversationUuid;
  }

  /** The own copy of the current session key, unwrapped; who signed it is checked (KEY-6). */
  async key(conversationUuid) {
    const { sessionKey } = await this.ask('RequestGetConversationFull', { conversationUuid });
    const key = crypto.privateDecrypt({ key: this.keys.privateKey, oaepHash: 'sha256' }, Buffer.from(sessionKey.keyEncryptedBase64, 'base64'));
    const { user } = await this.ask('RequestGetUserInfo', { userId: sessionKey.signerUserId });
    assert(crypto.verify('sha256', signed(conversationUuid, key), { key: user.publicKeyBase64, ...PSS }, Buffer.from(sessionKey.signatureBase64, 'base64')));
    return { uuid: sessionKey.uuid, key };
  }

  async say(conversationUuid, text) {
    const [{ uuid: sessionKeyUuid, key }, messageUuid, iv] = [await this.key(conversationUuid), crypto.randomUUID(), crypto.randomBytes(12)];
    const cipher = crypto.createCipheriv('aes-256-gcm', key, iv).setAAD(bound({ conversationUuid, uuid: messageUuid, sessionKeyUuid, userId: this.userId }));
    const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    const { message } = await this.ask('RequestAddMessage', { // TRY-2: after a cut the very same once more, with the same messageUuid
      conversationUuid, messageUuid, sessionKeyUuid, hasFiles: false, bodyEncryptedBase64: body.toString('base64'), ivBase64: iv.toString('base64'),
    });
    return message;
  }

  async open(message) {
    const [body, iv] = [message.bodyEncryptedBase64, message.ivBase64].map(text => Buffer.from(text, 'base64'));
    const { key } = await this.key(message.conversationUuid); // KEY-2: an older key is fetched with RequestGetSessionKey
    const plain = crypto.createDecipheriv('aes-256-gcm', key, iv).setAAD(bound(message)).setAuthTag(body.subarray(-16));
    return plain.update(body.subarray(0, -16), undefined, 'utf8') + plain.final('utf8');
  }
}

// How this project's own client seals; the server looks at none of it (docs/protocol.md, "What is inside").
const PSS = { padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: crypto.constants.RSA_PSS_SALTLEN_DIGEST };
const signed = (conversation, key) => Buffer.concat([Buffer.from(`session-key\n${conversation.toLowerCase()}\n`), key]);
const bound = ({ conversationUuid, uuid, sessionKeyUuid, userId }) =>
  Buffer.from(`message\n${conversationUuid.toLowerCase()}\n${uuid.toLowerCase()}\n${sessionKeyUuid.toLowerCase()}\n${userId}`);

const [alice, bob] = [new Phone('Alice'), new Phone('Bob')];
for (const phone of [alice, bob]) {
  await phone.connect();
  await phone.register();
  console.log(`${phone.name} is ${phone.number}`);
}

const dialog = await alice.meet(bob.userId);
const first = await alice.say(dialog, 'Hello Bob, written by a client of my own.');
await bob.message(first.uuid);
console.log(`Bob reads: ${await bob.open(bob.messages.get(first.uuid))}`);

// Bob acknowledges, and Alice is told.
const read = alice.notified((type, payload) => type === 'UpdatedMessageNotification' && payload.uuid === first.uuid && payload.readedMembers === 2);
await bob.ask('MessageDelivered', { conversationUuid: dialog, messageUuid: first.uuid });
await bob.ask('RequestMessagesReaded', { conversationUuid: dialog, messageUuids: [first.uuid] });
await read;
console.log('Alice sees that it was read by both');

// Bob is away while Alice writes on. He comes back with his last cursor.
await new Promise(closed => { bob.socket.addEventListener('close', closed); bob.socket.close(); });
const missed = await alice.say(dialog, 'And this one, while you were in a tunnel.');
await bob.connect();
assert.equal(await bob.login(), null, 'a short absence is no resync');
await bob.message(missed.uuid);
console.log(`Bob reads: ${await bob.open(bob.messages.get(missed.uuid))}`);

for (const phone of [alice, bob]) phone.socket.close();
