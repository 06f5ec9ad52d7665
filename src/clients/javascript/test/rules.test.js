// Rules of docs/clients.md that need no server: pauses, stores, and the library against a server that misbehaves on purpose.
import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pauseAfter } from '../src/backoff.js';
import { RefusedError } from '../src/faults.js';
import { Inbox } from '../src/inbox.js';
import { Model } from '../src/model.js';
import { BOUND, Outbox } from '../src/outbox.js';
import { FileStore } from '../src/stores/file.js';
import { MemoryStore } from '../src/stores/memory.js';
import { Supervisor } from '../src/supervisor.js';

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
  for (const final of [ending(4001), ending(4003), ending(1006, '', new RefusedError('Login', 'unauthenticated', null))]) equal(pauseAfter(final, 0, 1), null);
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
    url: 'ws://nowhere', login: () => ({ userId: 'me', uuid: 'u', resumeCursor: 'c' }), take: () => {}, synchronise: async () => {}, begin: () => {}, changed: state => states.push(state),
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
