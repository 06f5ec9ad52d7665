// What a row of the server means beside notifications: its counter (CL-27), and an anchor that is not what it was (CL-31).
import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { RefusedError } from '../src/faults.js';
import { Followup } from '../src/followup.js';
import { Inbox } from '../src/inbox.js';
import { Model } from '../src/model.js';
import { MemoryStore } from '../src/stores/memory.js';
import { synchronise } from '../src/sync.js';

async function eventually(condition) {
  const until = performance.now() + 30_000;
  while (!await condition()) {
    if (performance.now() > until) throw new Error(`not within 30 s: ${condition}`);
    await new Promise(resolve => setTimeout(resolve, 5));
  }
}

const message = created => ({
  uuid: `M${created}`, conversationUuid: 'X', sessionKeyUuid: 'k', userId: 'bob', created, bodyEncryptedBase64: 'AAAA', ivBase64: 'AAAA', hasFiles: false, isEvent: false, deleted: false,
});
const arrived = created => ({ type: 'NotificationAddedMessageToConversation', cursor: `c${created}`, payload: { message: message(created) } });
const row = (lastMessage, unreadedCounter) => ({
  uuid: 'X', isDialog: true, title: null, sessionKeyUuid: 'k', lastMessage, unreadedCounter, admins: ['me', 'bob'], members: [], hasAvatar: false, avatarUpdated: 0, blocked: false,
});

/** A model with its inbox and what follows it, on a server that answers for rows one after the other. */
async function device(rows) {
  const model = new Model(new MemoryStore());
  await model.open();
  const asked = [];
  const ask = async type => {
    asked.push(type);
    if (type === 'GetNicks') return { nicks: {} };
    const next = rows.shift();
    return { conversation: await (typeof next === 'function' ? next() : next), sessionKey: null };
  };
  const followup = new Followup(model, ask, { get: async () => { throw new Error('no key is asked for'); } }, () => false, { clock: { now: () => 0, after: then => { queueMicrotask(then); return () => {}; } } });
  const inbox = new Inbox(model, wanted => followup.want(wanted), () => {});
  inbox.begin();
  const connection = { end: () => {} };
  return { model, asked, followup, take: created => inbox.take(typeof created === 'number' ? arrived(created) : created, connection), isAt: cursor => eventually(() => model.cursor === cursor) };
}

const unread = model => model.conversations.get('x')?.unread;
const settled = asked => eventually(() => asked.includes('GetNicks'));

test('CL-27: a message that a row has counted is not counted again when it is told', async () => {
  const { model, asked, take, isAt } = await device([row(2, 2)]);
  take(1); // unknown until now: its row is asked for, and knows of 2 already
  await settled(asked);
  equal(unread(model), 2);
  take(2);
  await isAt('c2');
  equal(unread(model), 2);
  take(3);
  await isAt('c3');
  equal(unread(model), 3);
});

test('CL-27: a row that is older than what was told changes no counter, and is asked for again', async () => {
  let overtaken;
  const { model, asked, take, isAt } = await device([() => new Promise(resolve => { overtaken = () => resolve(row(1, 1)); }), row(2, 2)]);
  take(1);
  await eventually(() => overtaken !== undefined);
  take(2);
  await isAt('c2');
  overtaken();
  await settled(asked);
  equal(unread(model), 2);
  deepEqual(asked.filter(type => type === 'RequestGetConversationFull').length, 2);
});

test('CL-27: what another device has read counts from its place on', async () => {
  const { model, asked, take, isAt } = await device([row(3, 3)]);
  take(1);
  await settled(asked);
  // Told before 2 and 3, which the row has counted already.
  take({ type: 'NotificationReadUpTo', cursor: 'r1', payload: { conversationUuid: 'X', unreadedCounter: 0, firstUnreadMessageUuid: null } });
  await isAt('r1');
  equal(unread(model), 0);
  take(2);
  take(3);
  await isAt('c3');
  equal(unread(model), 2);
});

test('CL-31: an anchor with another created is none', async () => {
  const model = new Model(new MemoryStore());
  await model.open();
  const inbox = new Inbox(model, () => {}, () => {});
  inbox.begin();
  inbox.take(arrived(1), { end: () => {} });
  await eventually(() => model.cursor === 'c1');
  const asked = [];
  const answers = {
    RequestGetConversationsFull: { conversations: [row(4, 0)], firstUnreadMessageUuid: [], lastMessages: [{ ...message(1), created: 4 }], members: [], sessionKeys: [] },
    // The server's store went back, and bob sent it again: 2 and 3 stand before it now.
    RequestGetMessagesByUuids: { messages: [{ ...message(1), created: 4 }] },
    RequestGetMessagesFromUuid: { messages: [{ ...message(1), created: 4 }, message(3), message(2)] },
  };
  await synchronise(model, { ask: async type => {
    asked.push(type);
    return answers[type];
  } });
  deepEqual(asked, ['RequestGetConversationsFull', 'RequestGetMessagesByUuids', 'RequestGetMessagesFromUuid']);
  deepEqual((await model.store.page('x', Infinity, 10)).map(one => one.created), [2, 3, 4]);
});

test('CL-31: a conversation that went after its row was told ends no pass', async () => {
  const model = new Model(new MemoryStore());
  await model.open();
  const inbox = new Inbox(model, () => {}, () => {});
  inbox.begin();
  inbox.take(arrived(1), { end: () => {} });
  await eventually(() => model.cursor === 'c1');
  await synchronise(model, { ask: async type => {
    if (type !== 'RequestGetConversationsFull') throw new RefusedError(type, 'not_found', null);
    return { conversations: [row(4, 0)], firstUnreadMessageUuid: [], lastMessages: [message(4)], members: [], sessionKeys: [] };
  } });
  equal(model.conversations.has('x'), false);
});
