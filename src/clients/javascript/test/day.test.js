// A day of three people on a real server: MESSENGER_URL, or the server that a developer runs.
import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { after, test } from 'node:test';
import { CryptoError, MemoryStore, Messenger } from '../src/index.js';
import { PASSPHRASE, person, server, texts, until } from './people.js';

const [alice, bob, carol] = await Promise.all(['Alice', 'Bob', 'Carol'].map(name => person(name)));
const everybody = [alice, bob, carol];
after(() => Promise.all(everybody.map(one => one.stop())));

const dialog = await alice.talk.dialog(bob.me);

test('a message is opened, delivered, read, and its ticks are seen', async () => {
  const sent = await alice.talk.write(dialog, 'Hello Bob');
  await until(bob, 'Bob has it', async () => (await texts(bob, dialog)).includes('Hello Bob'));
  equal(bob.model.conversations.get(dialog).unread, 1);
  await until(alice, 'delivered', async () => (await alice.model.store.get('messages', sent.key)).deliveredMembers === 2);
  await bob.talk.markRead(dialog);
  await until(alice, 'read', async () => (await alice.model.store.get('messages', sent.key)).readedMembers === 2);
  equal(bob.model.conversations.get(dialog).unread, 0);
  equal(await until(bob, "Alice's name", () => bob.people.name(alice.me, dialog) === 'Alice'), true);
});

test('the order is the server\'s, replies name their message, nothing is doubled', async () => {
  const hello = (await bob.messages(dialog)).find(message => message.text === 'Hello Bob');
  for (let number = 1; number <= 10; number++) await bob.talk.write(dialog, `line ${number}`, { replyTo: number === 1 ? hello.uuid : null });
  await until(alice, 'all lines', async () => (await texts(alice, dialog)).includes('line 10'));
  const lines = (await texts(alice, dialog)).filter(text => text.startsWith('line'));
  deepEqual(lines, Array.from({ length: 10 }, (_, at) => `line ${at + 1}`));
  const reply = (await alice.messages(dialog)).find(message => message.text === 'line 1');
  equal(reply.replyTo.toLowerCase(), hello.key);
});

test('typing is told and not kept', async () => {
  const told = new Promise(resolve => bob.on('typing', resolve));
  alice.talk.typing(dialog);
  deepEqual(await told, { conversation: dialog, userId: alice.me });
});

test('what was written while away arrives once, and so does what was missed', async () => {
  bob.supervisor.current.end({ code: 1006, reason: 'a tunnel' });
  await bob.talk.write(dialog, 'from the tunnel');
  await alice.talk.write(dialog, 'into the tunnel');
  await until(alice, 'from the tunnel', async () => (await texts(alice, dialog)).includes('from the tunnel'));
  await until(bob, 'into the tunnel', async () => (await texts(bob, dialog)).includes('into the tunnel'));
  for (const one of [alice, bob]) equal((await texts(one, dialog)).filter(text => text.endsWith('the tunnel')).length, 2);
});

test('cuts in the middle of everything lose and double nothing', async () => {
  const all = [];
  const cutting = setInterval(() => {
    for (const one of [alice, bob]) one.supervisor.current?.end({ code: 1006, reason: 'cut' });
  }, 250);
  for (let number = 0; number < 60; number++) {
    for (const one of [alice, bob]) {
      const text = `${one === alice ? 'A' : 'B'}${number}`;
      all.push(text);
      await one.talk.write(dialog, text);
    }
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  clearInterval(cutting);
  const said = async one => (await texts(one, dialog)).filter(text => /^[AB]\d+$/.test(text));
  for (const one of [alice, bob]) await until(one, 'all of both', async () => one.model.outbox.size === 0 && (await said(one)).length >= all.length);
  const [hers, his] = [await said(alice), await said(bob)];
  deepEqual([...hers].sort(), [...all].sort());
  deepEqual(hers, his, 'both see one order');
});

test('an outbox survives its process', async () => {
  const store = new MemoryStore();
  const first = await person('Dora', { store });
  const shared = await first.talk.dialog(bob.me);
  first.supervisor.stop();
  await first.talk.write(shared, 'written offline');
  const again = await new Messenger({ url: server, store }).open();
  everybody.push(again);
  equal((await again.messages(shared)).at(-1).state, 'sending');
  again.start();
  await until(bob, 'written offline', async () => (await texts(bob, shared)).includes('written offline'));
  await until(again, 'it counts as sent', async () => (await again.messages(shared)).at(-1).state === 'sent');
});

test('a second device reads what was said, and a wrong passphrase opens nothing', async () => {
  const second = await new Messenger({ url: server }).open();
  everybody.push(second);
  await second.account.requestCode(alice.number);
  await second.account.confirm('000000');
  second.start();
  await until(second, 'online', () => second.state === 'online');
  ok(await second.account.hasKeys());
  await rejects(second.account.unlock('wrong'), CryptoError);
  await second.account.unlock(PASSPHRASE);
  second.followup.run();
  await until(second, 'the history', async () => (await texts(second, dialog)).includes('B59'));
  equal(second.model.profile.name, 'Alice');
  await alice.talk.write(dialog, 'from the first');
  await until(second, 'its own other device', async () => (await texts(second, dialog)).includes('from the first'));
  while (await second.older(dialog)) ;
  await until(second, 'all of it is opened', async () => (await texts(second, dialog)).filter(text => text === 'Hello Bob').length === 1);
  deepEqual(await texts(second, dialog, 500), await texts(alice, dialog, 500));
});

test('a group: roles, re-keying after somebody was removed', async () => {
  const group = await alice.talk.group([bob.me, carol.me], 'Hiking 🥾');
  await until(bob, 'its title', () => bob.model.conversations.get(group)?.name === 'Hiking 🥾');
  await until(carol, 'hers too', () => carol.model.conversations.get(group)?.name === 'Hiking 🥾');
  await carol.talk.write(group, 'I bring tea');
  await until(bob, 'tea', async () => (await texts(bob, group)).includes('I bring tea'));
  await alice.talk.promote(group, bob.me);
  const before = alice.model.conversations.get(group).sessionKeyUuid;
  await alice.talk.kick(group, carol.me);
  await until(carol, 'it is gone from her phone', () => !carol.model.conversations.has(group));
  for (const one of [alice, bob]) await until(one, 'another key', () => one.model.conversations.get(group).sessionKeyUuid !== before);
  await bob.talk.write(group, 'without her');
  await until(alice, 'under the new key', async () => (await alice.messages(group)).some(one => one.text === 'without her' && one.sessionKeyUuid !== before));
  await bob.talk.rename(group, 'Hiking, early');
  await until(alice, 'renamed', () => alice.model.conversations.get(group).name === 'Hiking, early');
});

test('a file with a preview goes up in pieces and comes down as it was', async () => {
  const content = new Blob([globalThis.crypto.getRandomValues(new Uint8Array(60_000)), new Uint8Array(2_500_000)], { type: 'image/png' });
  const progress = [];
  alice.on('progress', step => progress.push(step.sent));
  const sent = await alice.talk.write(dialog, 'look', { files: [{ content, name: 'mountain.png', preview: new Blob(['small'], { type: 'image/webp' }) }] });
  const message = await until(bob, 'both files', async () => {
    const one = await bob.model.store.get('messages', sent.key);
    return one && (await bob.transfer.files(one)).length === 2 ? bob.model.store.get('messages', sent.key) : null;
  });
  const main = message.files.find(file => file.name === 'mountain.png');
  equal(main.type, 'image/png');
  equal(await (await bob.transfer.download(message, main.preview)).text(), 'small');
  deepEqual(Buffer.from(await (await bob.transfer.download(message, main.sealedName)).arrayBuffer()), Buffer.from(await content.arrayBuffer()));
  ok(progress.length >= 4, `${progress.length} steps of progress`);
});

test('contacts, safety numbers, blocking', async () => {
  const userId = await alice.people.add(bob.number, 'Bob from work');
  equal(alice.people.name(userId, dialog), 'Bob from work');
  equal(await alice.people.safetyNumber(bob.me), await bob.people.safetyNumber(alice.me));
  await bob.people.block(alice.me);
  const refused = await alice.talk.write(dialog, 'are you there?');
  await until(alice, 'it is shown as not sent', async () => (await alice.model.store.get('messages', refused.key)).state === 'failed');
  await bob.people.unblock(alice.me);
  await alice.talk.retry(await alice.model.store.get('messages', refused.key));
  await until(bob, 'now it comes', async () => (await texts(bob, dialog)).includes('are you there?'));
});

test('a deleted message is gone for both', async () => {
  const sent = await alice.talk.write(dialog, 'a slip');
  await until(bob, 'the slip', async () => (await texts(bob, dialog)).includes('a slip'));
  await alice.talk.delete(await alice.model.store.get('messages', sent.key));
  await until(bob, 'no slip', async () => (await bob.model.store.get('messages', sent.key)).deleted);
  ok(!(await texts(bob, dialog)).includes('a slip'));
});

test('a server that says resync is read anew, without gaps', async () => {
  bob.supervisor.stop();
  await bob.model.change(transaction => transaction.put('meta', 'cursor', 'unknown-1'));
  for (let number = 0; number < 130; number++) await alice.talk.write(dialog, `missed ${number}`);
  await until(alice, 'sent', () => alice.model.outbox.size === 0);
  bob.start();
  await until(bob, 'all of it', async () => (await texts(bob, dialog, 500)).filter(text => text?.startsWith('missed')).length === 130);
  deepEqual(await texts(bob, dialog, 500), await texts(alice, dialog, 500));
});

test('nothing went wrong in the background', () => {
  for (const one of everybody) deepEqual((one.faults ?? []).map(({ what, fault }) => `${what}: ${fault?.stack ?? fault}`), []);
});
