// The messenger in the browser: one tab holds the connection, signs in, and shows conversations.
import { Messenger } from '/web/lib/index.js';
import { IndexedDbStore } from '/web/lib/stores/indexeddb.js';
import { Chat, nothingOpen } from './chat.js';
import { compose } from './compose.js';
import { attempt, button, h, toast } from './dom.js';
import { summary, titleOf } from './format.js';
import { t, tn } from './i18n.js';
import { readCode } from './link.js';
import { ConversationList } from './list.js';
import { panel } from './panel.js';
import { subscribe } from './push.js';
import { settings } from './settings.js';
import { signIn } from './signin.js';
import './theme.js';

const root = /** @type {HTMLElement} */ (document.getElementById('app'));
const url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`;
/** Who types is shown for so long (MSG-10). */
const TYPING = 5_000;
/** A short cut is not worth a word. */
const GRACE = 1_500;

/** A frame that stands in /demo: its page gives it a person, and gets to see what the server sees. */
const demo = new URLSearchParams(location.search).has('demo') && parent !== window ? parent.demo : null;

async function main() {
  const setup = await (await fetch('/web/setup.json')).json().catch(() => ({ fixedCode: null }));
  if (demo) return demo.enter(window, setup, run);
  if (navigator.serviceWorker && location.protocol === 'https:') navigator.serviceWorker.register('/web/sw.js', { scope: '/' }).catch(() => {}); // works without
  // CL-1: one tab at a time has the store and the connection.
  const { promise: lost, resolve: lose } = Promise.withResolvers();
  const start = async () => {
    const client = await new Messenger({ url, store: new IndexedDbStore(), applicationType: 'web', model: browserName() }).open();
    await run(client, setup);
    await lost;
    await client.stop();
    elsewhere();
  };
  await navigator.locks.request('messenger', { ifAvailable: true }, async lock => {
    if (lock) {
      const channel = new BroadcastChannel('messenger');
      channel.onmessage = () => lose(undefined);
      return start();
    }
    elsewhere();
    return undefined;
  });
}

/** Another tab has the connection; a press of the button takes it over. */
function elsewhere() {
  root.replaceChildren(h('main', { class: 'gate' }, h('section', { class: 'card' }, h('h1', {}, t('Open in another tab')), h('p', {}, t('Messenger is used in one tab at a time.')),
    button('Use it here', () => {
      new BroadcastChannel('messenger').postMessage('take over');
      void navigator.locks.request('messenger', () => location.reload());
    }, 'primary wide'))));
}

/** @param {any} client opened @param {{ fixedCode: string | null }} setup */
function run(client, setup) {
  client.on('fault', ({ what, fault }) => console.info(what, fault));
  watchTyping(client);
  return new Promise(resolve => {
    const show = () => {
      resolve(undefined);
      shell(client);
    };
    if (client.model.profile?.confirmed && client.account.unlocked) {
      client.start();
      show();
    } else signIn(client, root, setup, show);
  });
}

/** @param {any} client */
function watchTyping(client) {
  /** @type {Map<string, { userId: string, until: number }>} */
  const typing = new Map();
  client.typingIn = key => {
    const one = typing.get(key);
    return one && one.until > performance.now() ? t('{name} is typing', { name: client.people.name(one.userId, key) }) : '';
  };
  client.on('typing', ({ conversation, userId }) => {
    if (client.people.blocked.has(userId)) return;
    typing.set(conversation, { userId, until: performance.now() + TYPING });
    client.model.emit('typing-changed');
    setTimeout(() => client.model.emit('typing-changed'), TYPING + 50);
  });
  client.on('messages', ({ conversation, keys }) => keys && typing.delete(conversation) && client.model.emit('typing-changed'));
}

/** @param {any} client */
function shell(client) {
  /** @type {Chat | null} */
  let chat = null;
  /** @type {{ element: HTMLElement, close: () => void } | null} */
  let about = null;
  const list = new ConversationList(client, {
    open,
    compose: () => compose(client, open),
    settings: () => settings(client, () => location.reload()),
    current: () => chat?.key ?? null,
  });
  const frame = h('div', { class: 'shell' }, list.element, nothingOpen());
  root.replaceChildren(frame);
  client.open_ = open;
  void attempt(() => client.people.contacts().catch(fault => {
    if (fault?.name !== 'ConnectionLostError') throw fault; // offline: as they were
  }));

  function open(key, message) {
    if (chat?.key === key) {
      if (message) void chat.goTo(message);
      return;
    }
    hideAbout();
    chat?.close();
    chat = new Chat(client, key, { back, info: toggleAbout }, message);
    frame.replaceChild(chat.element, frame.querySelector('.chat'));
    frame.classList.add('in-chat');
    history.replaceState(null, '', `${location.search}#${key}`);
    list.schedule();
  }

  function back() {
    hideAbout();
    const key = chat?.key;
    chat?.close();
    chat = null;
    frame.replaceChild(nothingOpen(), frame.querySelector('.chat'));
    frame.classList.remove('in-chat');
    history.replaceState(null, '', location.pathname + location.search);
    void list.render().then(() => list.rows.querySelector(`[data-key="${key}"]`)?.focus());
  }

  function toggleAbout() {
    if (about || !chat) return hideAbout();
    about = panel(client, chat.key, { close: hideAbout, open });
    frame.append(about.element);
    frame.classList.add('with-panel');
    about.element.querySelector('button')?.focus();
  }

  function hideAbout() {
    about?.close();
    about?.element.remove();
    about = null;
    frame.classList.remove('with-panel');
  }

  addEventListener('keydown', event => {
    if (event.key !== 'Escape' || document.querySelector('dialog[open], .menu')) return;
    if (about) hideAbout();
    else if (chat && document.activeElement?.tagName !== 'TEXTAREA') back();
  });
  client.on('typing-changed', () => list.schedule());
  client.on('keys-changed', ({ userId }) => toast(t('The safety number of {name} changed.', { name: client.people.name(userId) })));
  client.on('device', device => toast(t('A device of yours signed in: {name}.', { name: device.model ?? device.applicationType })));
  client.on('refused', ({ kind, action, status }) => {
    if (kind === 'rekey') toast(t('The key could not be renewed ({status}).', { status }));
    else if (action) toast(action === 'edit' ? 'Your change was refused.' : 'Your reaction was refused.');
  });
  client.on('push-lost', () => attempt(() => subscribe(client)));
  client.on('locked', () => location.reload()); // another device made new keys: the passphrase opens them
  void subscribe(client).catch(() => {}); // without it the page tells as long as it is open
  if (location.pathname === '/link') {
    const code = location.href;
    history.replaceState(null, '', '/');
    readCode(client, code);
  }
  navigator.serviceWorker?.addEventListener('message', ({ data }) => client.model.conversations.has(data?.open) && open(data.open));
  watchConnection(client, list);
  watchUnread(client, () => chat?.key ?? null);
  if (location.hash.length > 1 && client.model.conversations.has(location.hash.slice(1))) open(location.hash.slice(1));
  document.documentElement.dataset.ready = 'true';
}

/** @param {any} client @param {ConversationList} list */
function watchConnection(client, list) {
  let timer = 0;
  const tell = ({ state }) => {
    clearTimeout(timer);
    if (state === 'online') {
      client.connection = '';
      client.model.emit('connection');
      return list.tell();
    }
    if (state === 'replaced') return list.tell(t('Messenger is open elsewhere with this account.'), button('Use it here', () => client.start()));
    if (state === 'refused') return list.tell(t('This device was signed out.'), button('Sign in again', () => attempt(async () => {
      await client.erase();
      location.reload();
    })));
    const waiting = [...client.model.outbox.values()].filter(entry => entry.kind === 'message').length;
    timer = setTimeout(() => {
      client.connection = state === 'synchronising' ? t('Catching up…') : navigator.onLine === false || state === 'waiting' ? t('You are offline') : t('Connecting…');
      client.model.emit('connection');
      list.tell(h('span', { class: 'spinner' }), waiting ? `${client.connection} · ${tn(waiting, '{n} message waits to be sent', '{n} messages wait to be sent')}` : client.connection);
    }, GRACE);
  };
  client.on('state', tell);
  tell({ state: client.state });
  addEventListener('online', () => client.wake());
  addEventListener('offline', () => client.cut('the browser is offline'));
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && client.wake());
}

/** The title counts, and a notification tells, while nobody looks. @param {any} client @param {() => string | null} current */
function watchUnread(client, current) {
  client.on('conversations', () => {
    const unread = client.conversations().filter(one => !client.preferences.isMuted(one.key)).reduce((sum, one) => sum + one.unread, 0);
    document.title = unread ? `(${unread}) Messenger` : 'Messenger';
  });
  client.on('messages', async ({ conversation, keys }) => {
    if (!keys || document.visibilityState === 'visible' || globalThis.Notification?.permission !== 'granted') return;
    const known = client.model.conversations.get(conversation);
    const message = known?.last && keys.includes(known.last) ? await client.model.store.get('messages', known.last) : null;
    if (!message?.text || message.userId === client.me || conversation === current() || client.preferences.isMuted(conversation)) return;
    new Notification(titleOf(client, known), { body: summary(client, message), tag: conversation, icon: '/web/icon.svg' });
  });
}

const browserName = () => (/(Edg|Firefox|Chrome|Safari)\//.exec(navigator.userAgent)?.[1] ?? 'Browser').replace('Edg', 'Edge');

main().catch(fault => {
  console.error(fault);
  root.replaceChildren(h('main', { class: 'gate' }, h('section', { class: 'card' }, h('h1', {}, t('Messenger cannot start')), h('p', {}, String(fault?.message ?? fault)),
    button('Try again', () => location.reload(), 'primary wide'))));
});
