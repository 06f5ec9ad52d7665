// The second edition on a real server: what changed since, one's own devices, preferences, silent messages, the lock, linking, pushes to browsers.
import { deepEqual, equal, notEqual, ok, rejects } from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { EndedError, FOR_EVER, Messenger, NotAcceptedError, RefusedError } from '../src/index.js';
import { FileStore } from '../src/stores/file.js';
import { PASSPHRASE, person, server, texts, until } from './people.js';

const everybody = [];
const join_ = one => {
  everybody.push(one);
  return one;
};
after(() => Promise.all(everybody.map(one => one.stop())));

const [alice, bob] = (await Promise.all(['Alice', 'Bob'].map(name => person(name)))).map(join_);
const dialog = await alice.talk.dialog(bob.me);
await alice.talk.write(dialog, 'Hello Bob');
await until(bob, 'Hello Bob', async () => (await texts(bob, dialog)).includes('Hello Bob'));

/** What was asked of the server since. */
function asked(client) {
  const types = [];
  const tell = (direction, frame) => direction === 'sent' && types.push(JSON.parse(frame).type);
  client.supervisor.session.trace = tell; // of the next connection
  if (client.supervisor.current) client.supervisor.current.trace = tell;
  return types;
}

/** Another device of Alice, by SMS. */
async function another(name, options = {}) {
  const client = await new Messenger({ url: server, ...options }).open();
  client.faults = [];
  client.on('fault', fault => client.faults.push(fault));
  await client.account.requestCode(alice.number);
  await client.account.confirm('000000');
  client.start();
  await until(client, `${name} is online`, () => client.state === 'online');
  return join_(client);
}

/** Another device of hers that knows everything at once. */
async function linked() {
  const client = join_(await new Messenger({ url: server, model: 'tablet' }).open());
  client.faults = [];
  client.on('fault', fault => client.faults.push(fault));
  const device = await client.account.link();
  const request = await alice.account.claimLink(device.text);
  await device.claimed;
  equal(await device.compare(request.digits), true);
  await request.approve(PASSPHRASE);
  await client.account.linked(device);
  client.start();
  await until(client, 'the tablet is online', () => client.state === 'online');
  return client;
}

const tablet = await linked();

test('LINK: a device is let in by a code and six digits, reads at once, and needs no passphrase', async () => {
  equal(tablet.me, alice.me);
  equal(tablet.model.profile.name, 'Alice');
  await until(tablet, 'the history', async () => (await texts(tablet, dialog)).includes('Hello Bob'));
  await tablet.talk.write(dialog, 'from the tablet');
  await until(bob, 'from the tablet', async () => (await texts(bob, dialog)).includes('from the tablet'));
  await until(alice, 'hers too', async () => (await texts(alice, dialog)).includes('from the tablet'));
  const own = (await alice.account.devices()).find(device => device.model === 'tablet');
  equal(own.vouched, false);
  ok(own.cooling > Date.now(), 'it is cooling');
});

test('LINK: wrong digits, a wrong passphrase, and a second reader let nobody in', async () => {
  const stranger = join_(await new Messenger({ url: server }).open());
  const device = await stranger.account.link();
  const request = await alice.account.claimLink(device.text);
  await device.claimed;
  await rejects(bob.account.claimLink(device.text), fault => fault instanceof RefusedError && fault.status === 'not_found');
  await rejects(device.finish(), { name: 'CryptoError' }, 'nothing before the digits');
  await rejects(request.approve('not it'), { name: 'CryptoError' });
  const wrong = String((Number(request.digits) + 1) % 1_000_000).padStart(6, '0');
  equal(await device.compare(wrong), false);
  equal(await device.compare(wrong), false);
  equal(await device.compare(wrong), false);
  await rejects(device.compare(request.digits), EndedError);
  await rejects(device.approved, EndedError);
});

test('LOCK: a cooling device may write and little else; a vouched one approves it', async () => {
  await rejects(tablet.account.setLock('271828'), fault => fault.status === 'forbidden');
  const own = (await alice.account.devices()).find(device => device.model === 'tablet');
  await alice.account.approveDevice(own.uuid);
  equal((await alice.account.devices()).find(device => device.model === 'tablet').vouched, true);
});

test('ACC: what one device reads is read on the other', async () => {
  await bob.talk.write(dialog, 'one');
  await bob.talk.write(dialog, 'two');
  for (const one of [alice, tablet]) await until(one, 'two', async () => (await texts(one, dialog)).includes('two'));
  ok(tablet.model.conversations.get(dialog).unread >= 2);
  await alice.talk.markRead(dialog);
  await until(tablet, 'read there, too', () => tablet.model.conversations.get(dialog).unread === 0);
  equal(tablet.model.conversations.get(dialog).firstUnread, null);
});

test('ACC: names and contacts agree', async () => {
  await alice.account.rename('Alice M.');
  await until(tablet, 'her new name', () => tablet.model.profile.name === 'Alice M.');
  await alice.people.add(bob.number, 'Bob from work');
  await until(tablet, 'the contact', () => tablet.people.name(bob.me) === 'Bob from work');
  await alice.people.block(bob.me);
  await until(tablet, 'blocked there, too', () => tablet.people.blocked.has(bob.me));
  await alice.people.unblock(bob.me);
  await until(tablet, 'and no more', () => !tablet.people.blocked.has(bob.me));
});

test('PREF: muted, pinned and archived on one are so on the other; a conflict is made good', async () => {
  await alice.preferences.mute(dialog, FOR_EVER);
  await until(tablet, 'muted', () => tablet.preferences.isMuted(dialog));
  // The tablet does not know of the next change yet when it makes its own.
  const known = tablet.model.conversations.get(dialog).preferences;
  await alice.preferences.pin(dialog, true);
  await until(tablet, 'pinned', () => tablet.preferences.of(dialog).pinned);
  await tablet.model.change(transaction => transaction.patch(dialog, { preferences: known }));
  const types = asked(tablet);
  await tablet.preferences.archive(dialog, true);
  ok(types.includes('RequestGetConversationPreferences'), 'it fetched what another one made of it');
  await until(alice, 'all three', () => alice.preferences.of(dialog).archived);
  deepEqual(alice.preferences.of(dialog), { mutedUntil: -1, pinned: true, archived: true, data: null, version: known.version + 2 });
  deepEqual(tablet.preferences.of(dialog), alice.preferences.of(dialog));
  await alice.preferences.set(dialog, { mutedUntil: null, archived: false });
  equal(alice.conversations()[0].key, dialog);
});

test('HINT: a reaction and an edit are seen everywhere, count for nothing, and are no messages', async () => {
  const sent = await alice.talk.write(dialog, 'Lunch at nooon?');
  const seen = await until(bob, 'lunch', async () => (await bob.messages(dialog)).find(message => message.text?.startsWith('Lunch')));
  await bob.talk.markRead(dialog);
  await until(bob, 'all told', () => bob.model.outbox.size === 0);
  const [shown, before] = [(await bob.messages(dialog)).length, bob.model.conversations.get(dialog)];
  await bob.talk.react(seen, '👍');
  const at = (client, key) => client.model.store.get('messages', key);
  for (const one of [alice, tablet, bob]) await until(one, 'a thumb', async () => (await at(one, sent.key))?.reactions?.[bob.me]?.emoji === '👍');
  await bob.talk.react(seen, '🍜');
  await alice.talk.edit(await at(alice, sent.key), 'Lunch at noon?');
  for (const one of [alice, tablet, bob]) {
    await until(one, 'noodles, and no slip', async () => {
      const message = await at(one, sent.key);
      return message?.reactions?.[bob.me]?.emoji === '🍜' && message.text === 'Lunch at noon?' && message.edited > message.created;
    });
  }
  await bob.talk.react(seen, null);
  for (const one of [alice, tablet, bob]) await until(one, 'taken back', async () => (await at(one, sent.key)).reactions[bob.me].emoji === null);
  equal((await bob.messages(dialog)).length, shown, 'no place of their own');
  const now = bob.model.conversations.get(dialog);
  deepEqual([now.unread, now.lastMessage, now.last], [0, before.lastMessage, before.last], 'neither unread nor on the list');
  await rejects(async () => bob.talk.edit(await at(bob, sent.key), 'mine?'), NotAcceptedError);
});

test('HINT: what a new device reads first is applied when its message comes', async () => {
  const sent = await bob.talk.write(dialog, 'an old one');
  const target = await until(bob, 'sent', async () => {
    const one = await bob.model.store.get('messages', sent.key);
    return one.created && one;
  });
  for (let number = 0; number < 130; number++) await bob.talk.write(dialog, `since ${number}`);
  await until(bob, 'all sent', () => bob.model.outbox.size === 0);
  await bob.talk.react(target, '🎈');
  await until(bob, 'told', () => bob.model.outbox.size === 0);
  const fresh = await linked();
  await until(fresh, 'the newest', async () => (await texts(fresh, dialog)).includes('since 129'));
  equal(await fresh.model.store.get('messages', sent.key), undefined, 'a page further back');
  while (await fresh.older(dialog)) ;
  await until(fresh, 'its balloon', async () => (await fresh.model.store.get('messages', sent.key))?.reactions?.[bob.me]?.emoji === '🎈');
});

test('CL-34: after a resync only what changed is asked for', async () => {
  const other = await alice.talk.group([bob.me], 'Quiet');
  await until(bob, 'the group', () => bob.model.conversations.has(other));
  bob.supervisor.stop();
  bob.inbox.hold(); // what came and was not applied yet would bring a cursor of its own
  await bob.model.change(transaction => transaction.put('meta', 'cursor', 'unknown-1'));
  await alice.talk.write(dialog, 'missed by Bob');
  await until(alice, 'sent', () => alice.model.outbox.size === 0);
  const gone = await alice.talk.group([bob.me], 'Short-lived');
  await alice.talk.remove(gone);
  const types = asked(bob);
  bob.start();
  await until(bob, 'what was missed', async () => (await texts(bob, dialog)).includes('missed by Bob'));
  ok(types.includes('RequestSync'));
  ok(!types.includes('RequestGetConversationsFull'));
  ok(bob.model.conversations.has(other) && !bob.model.conversations.has(gone));
  ok(bob.model.meta.get('sync').token);
});

test('CHG-3: another token than this person\'s begins anew, and forgets what is not there any more', async () => {
  bob.supervisor.stop();
  bob.inbox.hold(); // what came and was not applied yet would bring a cursor of its own
  const ghost = '00000000-0000-4000-8000-000000000001';
  await bob.model.change(transaction => {
    transaction.put('meta', 'cursor', 'unknown-2');
    transaction.put('meta', 'sync', { token: 'made up' });
    transaction.putConversation({ ...bob.model.conversations.get(dialog), key: ghost, uuid: ghost });
  });
  bob.start();
  await until(bob, 'online', () => bob.state === 'online');
  equal(bob.model.conversations.has(ghost), false);
  ok(bob.model.conversations.has(dialog));
});

test('LOCK: a code by SMS is not enough any more, and the right PIN is', async () => {
  await alice.account.setLock('271828');
  const phone = join_(await new Messenger({ url: server }).open());
  await phone.account.requestCode(alice.number);
  await rejects(phone.account.confirm('000000'), fault => fault instanceof RefusedError && fault.status === 'forbidden' && fault.registrationLock);
  await rejects(phone.account.confirm('000000', '314159'), fault => fault.registrationLock);
  await phone.account.confirm('000000', '271828');
  phone.start();
  await until(phone, 'online', () => phone.state === 'online');
  await phone.account.unlock(PASSPHRASE);
  await alice.account.setLock(null);
});

test('LOCK: a device that cools is given no key, until it gives the lock', async () => {
  const phone = await another('a phone by SMS alone');
  await rejects(phone.account.unlock(PASSPHRASE), /approve it/);
  await alice.account.setLock('1234');
  await rejects(phone.account.giveLock('4321'), fault => fault.status === 'forbidden');
  phone.sections.run(); // asked for while the key is locked: nothing is taken for what it says
  await phone.account.giveLock('1234');
  await phone.account.unlock(PASSPHRASE);
  await until(phone, 'the contacts, with their names', () => phone.people.person(bob.me).name === 'Bob from work');
  await until(phone, 'the history', async () => (await texts(phone, dialog)).includes('missed by Bob'));
  await alice.account.setLock(null);
});

test('CL-17: what was not sealed waits while the key is locked, and is sent once it is open', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'messenger-locked-'));
  const store = () => new FileStore(join(folder, 'store.jsonl'));
  const first = await person('Dora', { store: store() });
  const shared = await first.talk.dialog(bob.me);
  first.supervisor.stop();
  await first.talk.write(shared, 'written offline');
  await first.stop();
  const again = join_(await new Messenger({ url: server, store: store() }).open());
  again.start();
  await until(again, 'online', () => again.state === 'online');
  await new Promise(resolve => setTimeout(resolve, 500)); // time enough to fail
  const last = async () => (await again.messages(shared)).at(-1);
  equal((await last()).state, 'sending');
  equal(again.account.unlocked, false);
  await again.account.unlock(PASSPHRASE);
  await until(bob, 'written offline', async () => (await texts(bob, shared)).includes('written offline'));
  await until(again, 'sent', async () => (await last()).state === 'sent');
  await again.stop();
  await rm(folder, { recursive: true });
});

test('WEB: a browser subscribes once, and again when its subscription is lost', async () => {
  let [made, current] = [0, null];
  const manager = {
    getSubscription: async () => current,
    subscribe: async options => {
      made++;
      const keys = {
        p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4', auth: 'BTBZMqHH6r4Tts7J_aSIgg',
      };
      current = {
        options, toJSON: () => ({ endpoint: `https://fcm.googleapis.com/fcm/send/${alice.me.slice(0, 8).replaceAll(/\W/g, 'x')}-${made}`, keys }),
        unsubscribe: async () => {
          current = null;
        },
      };
      return current;
    },
  };
  equal(await alice.account.subscribe(manager), true);
  equal(await alice.account.subscribe(manager), true);
  equal(made, 1);
  const own = async () => (await alice.account.devices()).find(device => device.uuid === alice.model.profile.uuid);
  equal((await own()).pushToken, true);
  await alice.ask('RequestUpdateDeviceTokenByApplication', { token: null, userId: alice.me, uuid: alice.model.profile.uuid }); // as if the service had said that it is gone
  await alice.account.checkPush();
  equal(await alice.account.subscribe(manager), true);
  equal(made, 2);
  equal((await own()).pushToken, true);
});

test('a server that names no features is served as before', async () => {
  const plain = await person('Plain');
  join_(plain);
  plain.supervisor.stop();
  await plain.model.change(transaction => {
    transaction.remove('meta', 'cursor');
    transaction.remove('meta', 'sync');
  });
  plain.supervisor.session.greet = () => plain.model.change(transaction => transaction.put('meta', 'server', undefined));
  const types = asked(plain);
  plain.start();
  await until(plain, 'online', () => plain.state === 'online');
  ok(types.includes('RequestGetConversationsFull') && !types.includes('RequestSync'));
  const alone = await plain.talk.dialog(bob.me);
  const sent = await plain.talk.write(alone, 'hello');
  await until(plain, 'sent', async () => (await plain.model.store.get('messages', sent.key)).created !== null);
  await rejects(async () => plain.talk.react(await plain.model.store.get('messages', sent.key), '👍'), NotAcceptedError);
  await rejects(plain.preferences.pin(alone, true), NotAcceptedError);
});

test('nothing went wrong in the background', () => {
  for (const one of everybody) deepEqual((one.faults ?? []).map(({ what, fault }) => `${what}: ${fault?.stack ?? fault}`), []);
  notEqual(everybody.length, 0);
});
