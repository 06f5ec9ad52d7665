// Messages that expire: gone from the device at their time, over restarts and without a connection (CL-36).
import { deepEqual, equal, rejects } from 'node:assert/strict';
import { test } from 'node:test';
import { Messenger } from '../src/client.js';
import { createKey } from '../src/crypto.js';
import { Expiry } from '../src/expiry.js';
import { Inbox } from '../src/inbox.js';
import { Model } from '../src/model.js';
import { Senders } from '../src/senders.js';
import { MemoryStore } from '../src/stores/memory.js';

const SECOND = 1_000;
const row = { uuid: 'X', key: 'x', isDialog: true, title: null, sessionKeyUuid: 'k', lastMessage: 0, unread: 0, admins: ['me', 'bob'], members: [], nicks: {}, anchor: null, begins: true, last: null };
const raw = (uuid, created, expires) => ({
  uuid, conversationUuid: 'X', sessionKeyUuid: 'k', userId: 'bob', created, expires, bodyEncryptedBase64: 'AAAA', ivBase64: 'AAAA', hasFiles: false, isEvent: false, deleted: false,
});
const shown = async model => (await model.store.page('x', Infinity, 10)).map(one => [one.key, one.deleted, one.text]);

async function eventually(condition) {
  const until = performance.now() + 10_000;
  while (!await condition()) {
    if (performance.now() > until) throw new Error(`not within 10 s: ${condition}`);
    await new Promise(resolve => setTimeout(resolve, 5));
  }
}

/** A device whose time of day is the test's; pauses of its clock end when they are told to. */
async function device(store = new MemoryStore(), today = { now: 100 * SECOND }) {
  const model = new Model(store);
  await model.open();
  const [followed, asked] = [[], []];
  const clock = { now: () => 0, after: callback => (clock.waits = callback), cancel: () => (clock.waits = undefined), waits: undefined };
  const expiry = new Expiry(model, async (type, payload) => asked.push([type, payload]), clock, keys => followed.push(...keys), () => today.now);
  await expiry.open();
  const inbox = new Inbox(model, () => {}, () => {});
  inbox.begin();
  const take = async message => {
    inbox.take({ type: 'NotificationAddedMessageToConversation', cursor: message.uuid, payload: { message } }, { end: () => {} });
    await eventually(() => model.cursor === message.uuid);
  };
  return { model, clock, today, take, followed, asked, expiry };
}

test('CL-36: a message goes at its time, and the row is asked for where it was unread', async () => {
  const { model, clock, today, take, followed } = await device();
  await model.change(transaction => transaction.putConversation(row));
  await take(raw('A', 90 * SECOND, 105 * SECOND));
  await take(raw('B', 91 * SECOND, undefined));
  today.now = 104 * SECOND;
  await clock.waits();
  deepEqual((await shown(model)).map(([key, deleted]) => [key, deleted]), [['a', false], ['b', false]]);
  today.now = 105 * SECOND;
  clock.waits();
  await eventually(async () => (await shown(model))[0][1]);
  deepEqual(await shown(model), [['a', true, null], ['b', false, undefined]]);
  equal((await model.store.get('messages', 'a')).body, null, 'the ciphertext went, too');
  await eventually(() => followed.length > 0);
  deepEqual(followed, ['x']);
  equal(clock.waits, undefined, 'nothing is left to wait for');
});

test('CL-36: what expired while nothing ran is gone before anything is shown', async () => {
  const store = new MemoryStore();
  const { model, take, today, expiry } = await device(store);
  await model.change(transaction => transaction.putConversation(row));
  await take(raw('A', 90 * SECOND, 105 * SECOND));
  expiry.stop();
  today.now = 500 * SECOND;
  const again = await device(store, today);
  deepEqual(await shown(again.model), [['a', true, null]]);
  deepEqual([...again.model.meta.keys()].filter(name => name.startsWith('expires/')), []);
});

test('EXP-2: what is written goes with the timer that the screen showed', async () => {
  const { model, expiry, asked } = await device();
  await model.change(transaction => {
    transaction.putConversation(row);
    transaction.put('meta', 'server', { features: ['expiry'] });
  });
  await rejects(expiry.set('X', 4), { name: 'NotAcceptedError' });
  await rejects(expiry.set('X', 1.5), { name: 'NotAcceptedError' });
  await expiry.set('X', 60);
  deepEqual(asked, [['RequestSetConversationExpiry', { conversationUuid: 'X', seconds: 60 }]]);
  const messenger = new Messenger({ url: 'ws://127.0.0.1:9/ws', store: model.store, WebSocket: class {} });
  await messenger.open();
  const written = await messenger.talk.write('X', 'soon gone');
  equal(written.expireSeconds, 60);
  const sent = [];
  const senders = new Senders(messenger.model, async (type, payload) => {
    sent.push(payload);
    throw new Error('enough');
  }, { forWriting: async () => ({ uuid: 'k', key: createKey() }) }, {});
  await rejects(senders.send.message([...messenger.model.outbox.values()][0]));
  equal(sent[0].expireSeconds, 60);
  equal((await messenger.talk.write('X', 'stays', { expireSeconds: 0 })).expireSeconds, undefined);
});
