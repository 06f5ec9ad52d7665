// People of the tests: each on a device of its own, against a real server.
import { randomInt } from 'node:crypto';
import { Messenger } from '../src/index.js';

export const server = process.env.MESSENGER_URL ?? 'ws://127.0.0.1:18080/ws';
export const PASSPHRASE = 'correct horse battery staple';

/** Waits for a condition, asked again at each event of the client; fails after a minute, which a busy machine may need. */
export function until(client, what, condition) {
  return new Promise((resolve, reject) => {
    const offs = [];
    const done = (work, value) => {
      clearTimeout(timer);
      clearInterval(again);
      for (const off of offs) off();
      work(value);
    };
    const timer = setTimeout(() => done(reject, new Error(`not within a minute: ${what}`)), 60_000);
    const look = async () => {
      const value = await condition();
      if (value) done(resolve, value);
    };
    const again = setInterval(() => look().catch(fault => done(reject, fault)), 100);
    for (const name of ['state', 'conversations', 'messages', 'typing', 'progress']) offs.push(client.on(name, () => look().catch(fault => done(reject, fault))));
    look().catch(fault => done(reject, fault));
  });
}

export const number = () => `+35799${String(randomInt(1e6)).padStart(6, '0')}`;

export async function person(name, options = {}) {
  const client = await new Messenger({ url: server, ...options }).open();
  client.faults = [];
  client.on('fault', fault => client.faults.push(fault));
  client.number = number();
  await client.account.requestCode(client.number);
  await client.account.confirm('000000');
  client.start();
  await until(client, `${name} is online`, () => client.state === 'online');
  await client.account.createKeys(PASSPHRASE, name);
  return client;
}

/** What a person sees in a conversation. */
export const texts = async (client, conversation, size = 200) => (await client.messages(conversation, { size })).filter(message => !message.isEvent).map(message => message.text);
