// Two throw-away people in two frames of this page, and every frame that travels between them and the server.
import { Messenger } from '/web/lib/index.js';
import { h } from './dom.js';
import './theme.js';

/** Frames that stay on the page. */
const MOST = 300;
const names = { alice: 'Alice', bob: 'Bob' };
const url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`;
const list = document.getElementById('frames');
const counted = document.getElementById('count');
const people = {};
let total = 0;

/** What a frame tells the server, apart from its ciphertext. */
const TOLD = {
  RequestAddMessage: ['a message', payload => payload.bodyEncryptedBase64 ?? '(files)'],
  RequestCreateConversationFull: ['a conversation, its key wrapped for each', payload => payload.sessionKeyValue.keyEncryptedBase64],
  RequestAddUserKeys: ['keys, the private one wrapped', payload => payload.privateKeyEncryptedBase64],
  RequestMarkAllReaded: ['has read everything', () => ''],
  RequestMessagesReaded: ['has read', payload => payload.messageUuids.join(' ')],
  MessageDelivered: ['has received', payload => payload.messageUuid],
  RequestTyping: ['is typing', () => ''],
  UpdateMemberNick: ['is called', payload => payload.nickEncrypted ?? ''],
  UpdateContact: ['knows somebody', payload => payload.contact.nickEncrypted ?? ''],
  RequestAddNewSessionKeys: ['a new key, wrapped for each', payload => payload.sessionKeys[0].keyEncryptedBase64],
  RequestDeleteMessage: ['deletes', payload => payload.uuid],
};

function trace(name, direction, frame) {
  if (direction !== 'sent') return;
  const { type, payload } = JSON.parse(frame);
  if (!TOLD[type]) return;
  const [what, content] = TOLD[type];
  const near = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  list.append(h('li', {}, h('time', {}, new Date().toLocaleTimeString()), h('b', {}, name), h('span', { class: 'what' }, what), h('span', { class: 'sealed', title: type }, content(payload))));
  if (list.children.length > MOST) list.firstElementChild.remove();
  if (near) list.scrollTop = list.scrollHeight;
  counted.textContent = `${++total} frames, and not one word of what was said`;
}

// Each frame asks for its person when it has loaded (app.js); both are of this origin.
window.demo = {
  async enter(frame, setup, run) {
    const id = new URLSearchParams(frame.location.search).get('demo');
    const name = names[id];
    if (!setup.fixedCode) {
      counted.textContent = 'This page needs a server in Development, where every code is known.';
      return;
    }
    const number = `+35799${String(crypto.getRandomValues(new Uint32Array(1))[0] % 1_000_000).padStart(6, '0')}`;
    const client = await new Messenger({ url, applicationType: 'web', model: `${name}'s phone`, trace: (direction, text) => trace(name, direction, text) }).open();
    await client.account.requestCode(number);
    await client.account.confirm(setup.fixedCode);
    client.start();
    await client.connected();
    await client.account.createKeys('two phones side by side', name);
    people[id] = { client, number, frame };
    await run(client, setup);
    if (people.alice && people.bob) await meet();
  },
};

async function meet() {
  const { alice, bob } = people;
  await alice.client.people.add(bob.number, 'Bob');
  await bob.client.people.add(alice.number, 'Alice');
  const dialog = await alice.client.talk.dialog(bob.client.me);
  alice.client.open_(dialog);
  await alice.client.talk.write(dialog, 'Hi Bob! Only you can read this.');
  const off = bob.client.on('messages', ({ conversation }) => {
    if (!bob.client.model.conversations.has(conversation)) return;
    off();
    bob.client.open_(conversation);
    document.documentElement.dataset.ready = 'true';
  });
}

for (const id of Object.keys(names)) document.getElementById(id).src = `/?demo=${id}${location.search.replace('?', '&')}`;
