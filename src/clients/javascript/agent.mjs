// The agent of the client kit: JSON lines in, JSON lines out (docs/clients.md, "The client kit").
//   messenger torture --agent "node --experimental-websocket src/clients/javascript/agent.mjs" ...
// MESSENGER_PLANT=lose|double|reorder|plain|stuck makes it break a rule on purpose: the kit must notice.
import { createInterface } from 'node:readline';
import { Messenger } from './src/index.js';
import { FileStore } from './src/stores/file.js';

const plant = process.env.MESSENGER_PLANT ?? '';
const PASSPHRASE = 'torture';
/** @type {Messenger} */
let client;
let sent = 0;

async function open({ url, store }) {
  client = await new Messenger({ url, store: new FileStore(store), model: 'agent' }).open();
}

/** Waits for a condition, asked again with each event of the client. */
const until = condition => new Promise((resolve, reject) => {
  const look = () => Promise.resolve(condition()).then(value => value && done(resolve, undefined), fault => done(reject, fault));
  const timer = setInterval(look, 100);
  const offs = ['state', 'conversations', 'messages'].map(name => client.on(name, look));
  const done = (end, value) => {
    clearInterval(timer);
    for (const off of offs) off();
    end(value);
  };
  look();
});

/** Everything of a conversation, oldest first, as this device shows it. */
async function shown(conversation) {
  while (await client.older(conversation)) ;
  await until(async () => (await client.messages(conversation, { size: 100_000 })).every(one => one.text !== undefined || one.unreadable !== undefined));
  const messages = (await client.messages(conversation, { size: 100_000 })).filter(one => !one.isEvent && !one.deleted);
  return messages.map(({ text, state, unreadable }) => ({ text: text ?? unreadable ?? null, state }));
}

function swapTwoOfOneAuthor(messages) {
  const author = message => /(.*) says/.exec(message.text)?.[1];
  for (let first = 0; first < messages.length; first++) {
    const second = messages.findIndex((one, at) => at > first && author(one) === author(messages[first]));
    if (second < 0) continue;
    [messages[first], messages[second]] = [messages[second], messages[first]];
    return;
  }
}

const work = {
  hello: async () => ({ crash: true, library: 'javascript' }),
  register: async ({ number, code, name, ...where }) => {
    await open(where);
    await client.account.requestCode(number);
    await client.account.confirm(code);
    client.start();
    await client.connected();
    await client.account.createKeys(PASSPHRASE, name);
    return { userId: client.me };
  },
  // After a crash: what is in the store goes on.
  open: async where => {
    await open(where);
    await client.account.unlock(PASSPHRASE);
    client.start();
    return {};
  },
  dialog: async ({ userId }) => ({ conversation: await client.talk.dialog(userId) }),
  group: async ({ userIds, title }) => ({ conversation: await client.talk.group(userIds, title) }),
  knows: async ({ conversation }) => {
    await until(() => client.model.conversations.has(conversation));
    return {};
  },
  send: async ({ conversation, text }) => {
    sent++;
    if (plant === 'lose' && sent % 7 === 0) return {};
    await client.talk.write(conversation, text);
    if (plant === 'double' && sent % 7 === 0) await client.talk.write(conversation, text);
    if (plant === 'plain' && sent % 7 === 0) await client.ask('UpdateMemberNick', { conversationUuid: conversation, nickEncrypted: text });
    return {};
  },
  settled: async () => {
    await until(() => client.state === 'online' && client.model.outbox.size === 0);
    return {};
  },
  show: async ({ conversation }) => {
    const messages = await shown(conversation);
    if (plant === 'reorder') swapTwoOfOneAuthor(messages);
    if (plant === 'stuck' && messages.length > 0) messages[messages.length - 1].state = 'sending';
    return { messages };
  },
  end: async () => {
    await client?.stop();
    setImmediate(() => process.exit(0));
    return {};
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { id, do: what, ...given } = JSON.parse(line);
  work[what](given).then(result => ({ id, ok: true, ...result }), fault => ({ id, ok: false, error: String(fault?.message ?? fault) }))
    .then(answer => process.stdout.write(`${JSON.stringify(answer)}\n`));
}
