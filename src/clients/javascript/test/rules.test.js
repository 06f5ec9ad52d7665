// Rules of docs/clients.md that need no server: pauses, stores, and the library against a server that misbehaves on purpose.
import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pauseAfter } from '../src/backoff.js';
import { applyAction, readAction } from '../src/actions.js';
import { ConnectionLostError, LockedError, RefusedError } from '../src/faults.js';
import { Inbox, staleSections } from '../src/inbox.js';
import { Model } from '../src/model.js';
import { BOUND, Outbox } from '../src/outbox.js';
import { ConversationPreferences } from '../src/preferences.js';
import { Sections } from '../src/sections.js';
import { FileStore } from '../src/stores/file.js';
import { MemoryStore } from '../src/stores/memory.js';
import { Supervisor } from '../src/supervisor.js';
import { synchronise } from '../src/sync.js';

/** Asks again until it is so. */
async function eventually(condition) {
  const until = performance.now() + 30_000;
  while (!await condition()) {
    if (performance.now() > until) throw new Error(`not within 30 s: ${condition}`);
    await new Promise(resolve => setTimeout(resolve, 5));
  }
}

const ending = (code, reason = '', fault = undefined) => ({ code, reason, fault });

test('CL-3, CL-4: pauses', () => {
  deepEqual([0, 1, 2, 6, 20].map(attempt => pauseAfter(ending(1006), attempt, 1)), [1_000, 2_000, 4_000, 60_000, 60_000]);
  equal(pauseAfter(ending(1006), 3, 0), 0);
  equal(pauseAfter(ending(1001, 'reconnect-after-ms=750'), 5, 1), 750);
  equal(pauseAfter(ending(1001, 'reconnect-after-ms=86400000'), 0, 1), 300_000);
  equal(pauseAfter(ending(1012), 0, 1), 0);
  ok(pauseAfter(ending(1012), 1, 1) > 0, 'not in a tight loop');
  equal(pauseAfter(ending(1006, '', new RefusedError('Login', 'unavailable', 'queue; try again in 7 s')), 9, 1), 7_000);
  for (const final of [ending(4001), ending(4003), ending(4010), ending(1006, '', new RefusedError('Login', 'unauthenticated', null))]) equal(pauseAfter(final, 0, 1), null);
});

const message = (key, conversation, created) => ({ key, uuid: key, conversation, created, text: `text ${key}` });
const put = value => ({ table: 'messages', key: value.key, value });

async function keepsItsContract(store) {
  await store.open();
  await store.write([put(message('b', 'x', 2)), put(message('a', 'x', 1)), put(message('c', 'x', 3)), put(message('p', 'x', null)), put(message('o', 'y', 9))]);
  deepEqual((await store.page('x', Infinity, 2)).map(one => one.key), ['b', 'c']);
  deepEqual((await store.page('x', 2, 10)).map(one => one.key), ['a']);
  equal((await store.oldest('x')).key, 'a');
  await store.write([put(message('p', 'x', 4))]);
  deepEqual((await store.page('x', Infinity, 10)).map(one => one.key), ['a', 'b', 'c', 'p']);
  equal((await store.search('TEXT O', 5))[0].key, 'o');
  await store.write([put(message('q', 'x', null)), { clear: 'x' }, put(message('n', 'x', 7))].sort((one, other) => Number('clear' in other) - Number('clear' in one)));
  deepEqual((await store.page('x', Infinity, 10)).map(one => one.key), ['n'], 'what the server has was cleared, before what was written');
  ok(await store.get('messages', 'q'), 'what it does not have stays');
  const waits = [{ table: 'actions', key: 'x/m', value: { edits: {} } }, { table: 'actions', key: 'xy/m', value: { edits: {} } }];
  await store.write(waits);
  await store.write([{ clear: 'x' }, put(message('n', 'x', 7))]);
  deepEqual([await store.get('actions', 'x/m'), await store.get('actions', 'xy/m')], [undefined, waits[1].value], 'what waits for messages of it goes with them');
  await store.write([{ table: 'messages', key: 'n', value: undefined }]);
  equal(await store.get('messages', 'n'), undefined);
}

test('the memory keeps the storage contract', () => keepsItsContract(new MemoryStore()));

test('the file keeps it, over a restart and a torn write', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'messenger-store-'));
  const path = join(folder, 'store.jsonl');
  const first = new FileStore(path);
  await keepsItsContract(first);
  await first.write([{ table: 'keys', key: 'k', value: { bytes: new Uint8Array([1, 2, 3]) } }, { table: 'meta', key: 'cursor', value: 'c1' }]);
  await first.close();
  // A crash in the middle of a line: that write never was.
  await writeFile(path, `${await readFile(path, 'utf8')}[{"table":"meta","key":"cursor","value":"c2`);
  const second = new FileStore(path);
  await second.open();
  equal(await second.get('meta', 'cursor'), 'c1');
  deepEqual((await second.get('keys', 'k')).bytes, new Uint8Array([1, 2, 3]));
  await second.close();
  await rm(folder, { recursive: true });
});

test('CL-16: a full outbox accepts nothing and drops nothing', async () => {
  const model = new Model(new MemoryStore());
  await model.open();
  const accept = () => model.change(transaction => Outbox.accept(transaction, { lane: 'x', kind: 'request' }));
  for (let number = 0; number < BOUND; number++) await accept();
  await rejects(accept(), { name: 'NotAcceptedError' });
  equal(model.outbox.size, BOUND);
});

test('CL-12, CL-14: entries of one conversation keep their order, whatever is unavailable', async () => {
  const model = new Model(new MemoryStore());
  await model.open();
  const sent = [];
  let trouble = 2;
  const send = async entry => {
    if (entry.number === 1 && trouble-- > 0) await new Promise(resolve => setTimeout(resolve, 5));
    sent.push(entry.number);
    return () => {};
  };
  const outbox = new Outbox(model, { request: send }, () => () => {});
  for (let number = 0; number < 4; number++) await model.change(transaction => Outbox.accept(transaction, { lane: 'x', kind: 'request', number }));
  outbox.run();
  outbox.run();
  await eventually(() => model.outbox.size === 0);
  deepEqual(sent, [0, 1, 2, 3]);
});

const arrived = (uuid, created) => ({
  type: 'NotificationAddedMessageToConversation', cursor: `c${created}`,
  payload: { message: { uuid, conversationUuid: 'X', sessionKeyUuid: 'k', userId: 'bob', created, bodyEncryptedBase64: 'AAAA', ivBase64: 'AAAA', hasFiles: false, isEvent: false, deleted: false } },
});

test('CL-20: a cursor is stored with its effect, or neither is', async () => {
  class Failing extends MemoryStore {
    failing = false;
    async write(changes) {
      if (this.failing) throw new Error('the disk is full');
      return super.write(changes);
    }
  }
  const store = new Failing();
  const model = new Model(store);
  await model.open();
  const ended = [];
  const connection = { end: how => ended.push(how.reason) };
  const inbox = new Inbox(model, () => {}, () => {});
  inbox.begin();
  inbox.take(arrived('m1', 1), connection);
  inbox.take({ type: 'NotificationOfTheFuture', cursor: 'c1b', payload: {} }, connection);
  await eventually(() => model.cursor === 'c1b'); // CL-21: what is not known counts
  store.failing = true;
  inbox.take(arrived('m2', 2), connection);
  await eventually(() => ended.length > 0); // the connection is closed
  equal(ended.length, 1);
  equal(await store.get('meta', 'cursor'), 'c1b');
  equal(await store.get('messages', 'm2'), undefined);
  store.failing = false;
  inbox.begin();
  inbox.take(arrived('m2', 2), connection);
  inbox.take(arrived('m2', 2), connection);
  inbox.take({ type: 'NotificationOfTheFuture', cursor: 'c3', payload: {} }, connection);
  await eventually(() => model.cursor === 'c3');
  deepEqual((await store.page('x', Infinity, 10)).map(one => one.key), ['m1', 'm2'], 'once, whatever comes twice');
  equal(model.conversations.get('x').unread, 2);
});

test('CL-30: the separator stands before the oldest unread message', async () => {
  const model = new Model(new MemoryStore());
  await model.open();
  const [first, second] = [1, 2].map(created => arrived(`M${created}`, created).payload.message);
  const conversation = { uuid: 'X', isDialog: true, title: null, sessionKeyUuid: 'k', lastMessage: 2, unreadedCounter: 2, admins: [], members: [], hasAvatar: false, avatarUpdated: 0, blocked: false };
  const answers = {
    RequestGetConversationsFull: { conversations: [conversation], firstUnreadMessageUuid: ['M1'], lastMessages: [second], members: [], sessionKeys: [] },
    RequestGetMessagesFromUuid: { messages: [second, first] },
  };
  await synchronise(model, { ask: async type => answers[type] });
  equal(model.conversations.get('x').firstUnread, 'm1');
});

const bare = (uuid, more = {}) => ({
  uuid, isDialog: true, title: null, sessionKeyUuid: 'k', lastMessage: 2, unreadedCounter: 0, admins: ['me', 'bob'], members: [], hasAvatar: false, avatarUpdated: 0, blocked: false, ...more,
});
const page = (more = {}) => ({ reset: false, conversations: [], firstUnreadMessageUuid: [], lastMessages: [], members: [], sessionKeys: [], users: [], removed: [], account: [], token: 't', more: false, ...more });

/** A model of a server that offers everything, and a connection that answers from a list. */
async function offered(answers, store = new MemoryStore()) {
  const model = new Model(store);
  await model.open();
  await model.change(transaction => transaction.put('meta', 'server', { features: ['sync', 'account', 'preferences', 'hints'] }));
  const asked = [];
  return { model, asked, connection: { ask: async (type, payload) => {
    asked.push([type, payload]);
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return typeof answer === 'function' ? answer() : answer;
  } } };
}

test('CL-34: a page and its token are one write, and a cut between pages goes on at the token', async () => {
  const { model, asked, connection } = await offered([
    page({ reset: true, conversations: [bare('A')], token: 't1', more: true }), new ConnectionLostError('cut'), page({ conversations: [bare('B')], token: 't2' }), page({ token: 't3' }),
  ]);
  await model.change(transaction => {
    for (const uuid of ['A', 'B', 'OLD']) transaction.putConversation({ ...bare(uuid), key: uuid.toLowerCase(), unread: 0, nicks: {}, anchor: null });
  });
  await rejects(synchronise(model, connection), { name: 'ConnectionLostError' });
  equal(model.meta.get('sync').token, 't1');
  ok(model.conversations.has('old'), 'nothing is forgotten before the pass has ended');
  // Made here while the pass runs: it is in no page of it.
  await model.change(transaction => transaction.putConversation({ ...bare('MINE'), key: 'mine', unread: 0, nicks: {}, anchor: null }));
  await synchronise(model, connection);
  deepEqual([...model.conversations.keys()].sort(), ['a', 'b', 'mine'], 'what was not named is forgotten (CHG-3)');
  await synchronise(model, connection);
  deepEqual(asked.map(([, { token }]) => token), [null, 't1', 't1', 't2']);
  equal(model.conversations.size, 3, 'a pass that tells only what changed forgets nothing');
});

test('CL-34: what a page announced and a cut kept from being read, is read at the next login', async () => {
  const { model, connection } = await offered([
    page({ conversations: [bare('X')], lastMessages: [arrived('M2', 2).payload.message], token: 't1' }), new ConnectionLostError('cut'),
    page({ token: 't2' }), { messages: [arrived('M2', 2).payload.message] },
  ]);
  await rejects(synchronise(model, connection), { name: 'ConnectionLostError' });
  equal(model.conversations.get('x').behind, 2);
  await synchronise(model, connection);
  ok(await model.store.get('messages', 'm2'));
  equal(model.conversations.get('x').behind, undefined);
});

test('CHG-2: a token that is nobody\'s any more begins anew', async () => {
  const { model, asked, connection } = await offered([new RefusedError('RequestSync', 'bad_request', null), page({ reset: true, token: 'new' })]);
  await model.change(transaction => transaction.put('meta', 'sync', { token: 'old' }));
  await synchronise(model, connection);
  deepEqual(asked.map(([, { token }]) => token), ['old', null]);
  equal(model.meta.get('sync').token, 'new');
});

test('EXT-6: the pause that a server dictates in numbers counts before its words, up to an hour', () => {
  const wait = retryAfterMs => new RefusedError('Ping', 'too_many_requests', 'try again in 9 s', { retryAfterMs }).wait;
  deepEqual([wait(9_120), wait(undefined), wait(86_400_000), wait(-5)], [9_120, 9_000, 3_600_000, 0]);
});

test('CL-17: what waits for the private key stays in the outbox, and is no failure', async () => {
  const model = new Model(new MemoryStore());
  await model.open();
  let locked = true;
  const failed = [];
  const outbox = new Outbox(model, { message: async () => {
    if (locked) throw new LockedError();
    return () => {};
  } }, (entry, fault) => () => failed.push(fault));
  await model.change(transaction => Outbox.accept(transaction, { lane: 'x', kind: 'message', message: 'm' }));
  outbox.run();
  await new Promise(resolve => setTimeout(resolve, 20));
  deepEqual([model.outbox.size, failed], [1, []]);
  locked = false;
  outbox.run();
  await eventually(() => model.outbox.size === 0);
  deepEqual(failed, []);
});

test('ACC-1: a section that was told of is asked for until there is an answer, over a restart, and again where it changed meanwhile', async () => {
  const store = new MemoryStore();
  const { model } = await offered([], store);
  await model.change(transaction => staleSections(transaction, ['contacts', 'of the future']));
  const cut = new Sections(model, { contacts: async () => {
    throw new ConnectionLostError('cut');
  } });
  cut.run();
  await eventually(() => Object.keys(model.meta.get('stale')).join() === 'contacts'); // what is not known is done
  const again = new Model(store);
  await again.open();
  let [times, told] = [0, 0];
  again.on('account', () => told++);
  new Sections(again, { contacts: async () => {
    if (++times === 1) await again.change(transaction => staleSections(transaction, ['contacts']));
  } }).run();
  await eventually(() => Object.keys(again.meta.get('stale')).length === 0);
  deepEqual([times, told], [2, 2]);
});

test('PREF-2: a conflict is fetched and made again, five times at most', async () => {
  const preferences = version => ({ preferences: [{ conversationUuid: 'X', mutedUntil: null, pinned: false, archived: false, data: String(version), version }] });
  const conflict = new RefusedError('RequestSetConversationPreferences', 'conflict', null);
  const { model, asked, connection } = await offered([conflict, preferences(3), preferences(4)]);
  await model.change(transaction => transaction.putConversation({ ...bare('X'), key: 'x', nicks: {} }));
  const some = new ConversationPreferences(model, connection.ask);
  await some.set('x', ({ data }) => ({ data: `${data}+` }));
  deepEqual(asked.filter(([type]) => type === 'RequestSetConversationPreferences').map(([, { ifVersion, data }]) => [ifVersion, data]), [[0, 'null+'], [3, '3+']]);
  const many = Array.from({ length: 10 }, (_, at) => at % 2 === 0 ? conflict : preferences(at + 10));
  await rejects(new ConversationPreferences(model, (await offered(many)).connection.ask).set('x', { pinned: true }), { status: 'conflict' });
});

test('ACC-3: a reading position is absolute, but what this device has read itself is read', async () => {
  const { model } = await offered([]);
  await model.change(transaction => transaction.putConversation({ ...bare('X'), key: 'x', unread: 5, nicks: {}, anchor: null }));
  const inbox = new Inbox(model, () => {}, () => {});
  inbox.begin();
  const upTo = (unread, cursor) => inbox.take({ type: 'NotificationReadUpTo', cursor, payload: { conversationUuid: 'X', messageUuid: 'M', firstUnreadMessageUuid: unread ? 'M7' : null, unreadedCounter: unread } }, null);
  upTo(2, 'c1');
  await eventually(() => model.cursor === 'c1');
  deepEqual([model.conversations.get('x').unread, model.conversations.get('x').firstUnread], [2, 'm7']);
  await model.change(transaction => transaction.putEntry({ id: 'receipts/x', lane: 'receipts/x', kind: 'receipts', conversation: 'x', delivered: [], read: [], all: true }));
  upTo(2, 'c2');
  await eventually(() => model.cursor === 'c2');
  equal(model.conversations.get('x').unread, 0);
});

test('silent messages: the newest of each person counts, whatever comes first; an edit is its author\'s', async () => {
  const { model } = await offered([]);
  const target = { ...message('m', 'x', 1), userId: 'alice' };
  const from = (userId, created, action) => ({ conversation: 'x', userId, created, action: { message: 'm', ...action } });
  const thumb = from('bob', 5, { action: 'reaction', emoji: '👍' });
  const heart = from('bob', 4, { action: 'reaction', emoji: '❤️' });
  const edit = from('alice', 6, { action: 'edit', text: 'better' });
  const forged = from('bob', 7, { action: 'edit', text: 'forged' });
  const elsewhere = { ...from('carol', 8, { action: 'reaction', emoji: '🎃' }), conversation: 'y' };
  for (const order of [[thumb, heart, edit, forged, elsewhere], [elsewhere, forged, edit, heart, thumb]]) {
    await model.change(transaction => transaction.putMessage(target));
    for (const one of order) await model.change(transaction => applyAction(transaction, one));
    const { text, edited, reactions } = await model.store.get('messages', 'm');
    deepEqual({ text, edited, reactions }, { text: 'better', edited: 6, reactions: { bob: { emoji: '👍', at: 5 } } });
  }
  // Before the message is here: they wait for it.
  await model.change(transaction => transaction.put('messages', 'm', undefined));
  for (const one of [thumb, heart, forged, edit]) await model.change(transaction => applyAction(transaction, one));
  await model.change(transaction => transaction.putConversation({ ...bare('X'), key: 'x', nicks: {}, anchor: null }));
  const inbox = new Inbox(model, () => {}, () => {});
  inbox.begin();
  const late = arrived('M', 1);
  late.payload.message.userId = 'alice';
  inbox.take(late, null);
  await eventually(() => model.cursor === 'c1');
  const { text, edited, reactions } = await model.store.get('messages', 'm');
  deepEqual({ text, edited, reactions }, { text: 'better', edited: 6, reactions: { bob: { emoji: '👍', at: 5 } } });
  equal(await model.store.get('actions', 'x/m'), undefined);
  deepEqual([readAction('{"action":"reaction","message":"M","emoji":"👍"}'), readAction('{"a":1}'), readAction('{not json'), readAction('hello'), readAction('{"action":"poll","message":"M"}').action],
    [{ action: 'reaction', message: 'm', emoji: '👍' }, null, null, null, 'unknown']);
});

/** A server that answers a login as it is told, and then closes with a code. */
function scripted(script) {
  const opened = [];
  class Socket {
    readyState = 0;
    constructor() {
      const step = script[Math.min(opened.length, script.length - 1)];
      opened.push(this);
      queueMicrotask(() => {
        this.readyState = 1;
        this.onopen();
      });
      this.send = frame => {
        const { id, type } = JSON.parse(frame);
        queueMicrotask(() => {
          this.onmessage?.({ data: JSON.stringify({ type: 'ResponseStatusMessage', id, payload: { requestType: type, status: step.status ?? 'ok', description: null } }) });
          if (step.close) queueMicrotask(() => this.onclose({ code: step.close, reason: '' }));
        });
      };
    }
    close() {}
  }
  return { Socket, opened };
}

/** Lives through the script until it is in that state. */
async function lives(script, state) {
  const { Socket, opened } = scripted(script);
  const states = [];
  const clock = { now: () => performance.now(), after: (callback, ms) => setTimeout(callback, Math.min(ms, 2)), cancel: clearTimeout };
  clock.after = (callback, ms) => setTimeout(callback, ms >= 10_000 ? 10_000 : Math.min(ms, 2));
  const supervisor = new Supervisor({ WebSocket: Socket, clock, random: () => 1 }, {
    url: 'ws://nowhere', login: () => ({ userId: 'me', uuid: 'u', resumeCursor: 'c' }), greet: async () => {}, take: () => {}, synchronise: async () => {}, begin: () => {}, changed: state => states.push(state),
  });
  supervisor.start();
  await eventually(() => states.includes(state));
  supervisor.stop();
  return { states, opened };
}

test('CL-4: replaced and refused are ends', async () => {
  const replaced = await lives([{ close: 4001 }], 'replaced');
  equal(replaced.opened.length, 1);
  const refused = await lives([{ status: 'unauthenticated' }], 'refused');
  equal(refused.opened.length, 1);
});

test('a cut leads back, and what waits for a connection gets the next', async () => {
  const cut = await lives([{ close: 1006, status: 'unavailable' }, { status: 'unavailable', close: 1012 }, {}], 'online');
  equal(cut.opened.length, 3);
});
