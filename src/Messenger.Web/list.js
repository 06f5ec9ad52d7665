// The list of conversations, with search over names and over what this device has of the messages.
import { attempt, glyph, h, iconButton, mark, menu } from './dom.js';
import { conversationAvatar, personAvatar } from './avatar.js';
import { full, summary, titleOf, when } from './format.js';
import { t, tn } from './i18n.js';
import { preferenceItems } from './own.js';

export class ConversationList {
  /** @type {Map<string, { element: HTMLElement, version: string }>} */
  #rows = new Map();
  /** @type {Map<string, any>} the newest message of each, as long as it has not changed */
  #last = new Map();
  #scheduled = false;
  /** Whether the archive is what is shown. */
  #archive = false;

  /** @param {any} client @param {{ open: (key: string, message?: string) => void, compose: () => void, settings: () => void, current: () => string | null }} on */
  constructor(client, on) {
    this.client = client;
    this.on = on;
    this.input = h('input', { type: 'search', placeholder: t('Search'), 'aria-label': t('Search conversations and messages'), oninput: () => this.render() });
    this.rows = h('div', {
      class: 'list', role: 'navigation', 'aria-label': t('Conversations'),
      onkeydown: event => this.#arrows(event),
    });
    this.status = h('div', { class: 'status', role: 'status', hidden: true });
    this.element = h('aside', { class: 'side' },
      h('header', {}, this.title = h('h1', {}, t('Chats')), iconButton('settings', 'Settings', on.settings), iconButton('compose', 'New conversation', on.compose)),
      h('div', { class: 'search' }, glyph('search'), this.input), this.status, this.rows);
    client.on('conversations', () => this.schedule());
    client.on('people', () => this.schedule());
    client.on('messages', ({ conversation, keys }) => {
      const last = client.model.conversations.get(conversation)?.last;
      if (keys && !keys.includes(last)) return;
      this.#last.delete(conversation);
      this.schedule();
    });
    this.render();
  }

  schedule() {
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(() => {
      this.#scheduled = false;
      void this.render();
    });
  }

  /** @param {KeyboardEvent} event */
  #arrows(event) {
    const step = { ArrowDown: 'nextElementSibling', ArrowUp: 'previousElementSibling' }[event.key];
    if (!step) return;
    event.preventDefault();
    let next = document.activeElement?.[step];
    while (next && next.tagName !== 'BUTTON') next = next[step];
    next?.focus();
  }

  async render() {
    const { client } = this;
    const needle = this.input.value.trim().toLocaleLowerCase();
    const all = client.conversations();
    const archived = one => client.preferences.of(one.key).archived;
    const away = all.filter(archived);
    if (away.length === 0) this.#archive = false;
    const shown = needle ? all.filter(one => titleOf(client, one).toLocaleLowerCase().includes(needle)) : all.filter(one => archived(one) === this.#archive);
    const missing = shown.filter(one => one.last && this.#last.get(one.key)?.key !== one.last);
    await Promise.all(missing.map(async one => this.#last.set(one.key, await client.model.store.get('messages', one.last))));
    if (needle !== this.input.value.trim().toLocaleLowerCase()) return; // typed on meanwhile
    const elements = shown.map(one => this.#row(one));
    if (needle) {
      const [people, found] = [client.people.list().filter(one => one.name.toLocaleLowerCase().includes(needle)), await client.search(needle)];
      if (needle !== this.input.value.trim().toLocaleLowerCase()) return;
      if (people.length > 0) elements.push(h('h2', {}, t('Contacts')), ...people.map(person => this.#person(person)));
      if (found.length > 0) elements.push(h('h2', {}, t('Messages')), ...found.filter(one => client.model.conversations.has(one.conversation)).map(message => this.#found(message)));
      if (elements.length === 0) elements.push(h('p', { class: 'empty' }, t('Nothing on this device is like “{text}”.', { text: this.input.value.trim() })));
    } else if (this.#archive || away.length > 0) {
      elements.unshift(this.#archiveRow(away));
    } else if (elements.length === 0) {
      elements.push(h('div', { class: 'empty' }, glyph('chat'), h('h2', {}, t('No conversations yet')), h('p', {}, t('Start one with somebody whose number you know.')),
        h('button', { type: 'button', class: 'button primary', onclick: this.on.compose }, t('New conversation'))));
    }
    place(this.rows, elements);
  }

  /** The way into the archive, and out of it. @param {any[]} away */
  #archiveRow(away) {
    const unread = away.filter(one => one.unread > 0 && !this.client.preferences.isMuted(one.key)).length;
    const known = this.#rows.get('archive');
    const version = JSON.stringify([this.#archive, away.length, unread]);
    if (known?.version === version) return known.element;
    const element = h('button', { type: 'button', class: 'row archive', onclick: () => {
      this.#archive = !this.#archive;
      void this.render().then(() => this.rows.querySelector('.archive')?.focus());
    } }, glyph(this.#archive ? 'back' : 'archive'), h('span', { class: 'grow' }, h('span', {}, this.#archive ? t('Back to all chats') : t('Archive'))),
    this.#archive ? null : h('span', { class: 'quiet' }, tn(away.length, '{n} chat', '{n} chats')));
    this.#rows.set('archive', { element, version });
    return element;
  }

  #row(conversation) {
    const { client } = this;
    const last = this.#last.get(conversation.key);
    const current = this.on.current() === conversation.key;
    const typing = client.typingIn?.(conversation.key);
    const name = titleOf(client, conversation);
    const author = last && !last.isEvent && !conversation.isDialog && last.userId !== client.me ? `${client.people.name(last.userId, conversation.key)}: ` : '';
    const [muted, pinned] = [client.preferences.isMuted(conversation.key), client.preferences.of(conversation.key).pinned];
    const version = JSON.stringify([name, muted, pinned, conversation.unread, conversation.draft, conversation.hasAvatar, conversation.avatarUpdated, current, typing, summary(client, last), author,
      last?.state, conversation.lastMessage, client.model.people.get(conversation.admins[0])?.avatarUpdated]);
    const known = this.#rows.get(conversation.key);
    if (known?.version === version) return known.element;
    const text = typing ? `${typing}…`
      : conversation.draft && !current ? [h('span', { class: 'draft' }, t('Draft: ')), conversation.draft]
        : last?.state === 'failed' ? [h('span', { class: 'draft' }, t('Not sent: ')), summary(client, last)] : author + summary(client, last);
    const element = known?.element ?? h('button', { type: 'button', onclick: () => this.on.open(conversation.key), oncontextmenu: event => {
      const items = preferenceItems(client, conversation.key);
      if (items.length === 0) return;
      event.preventDefault();
      menu(event.currentTarget, items);
    } });
    element.className = `chat-row${conversation.unread > 0 ? ' unread' : ''}`;
    element.dataset.key = conversation.key;
    element.toggleAttribute('aria-current', current);
    if (current) element.setAttribute('aria-current', 'true');
    element.replaceChildren(conversationAvatar(client, conversation), h('span', { class: 'name' }, h('span', { dir: 'auto' }, name), muted ? mark('mute', t('Muted')) : null, pinned ? mark('pin', t('Pinned')) : null),
      h('time', { title: full(conversation.lastMessage) }, conversation.lastMessage ? when(conversation.lastMessage) : ''), h('span', { class: 'text', dir: 'auto' }, text));
    if (conversation.unread > 0) {
      element.append(h('span', { class: `badge${muted ? ' muted' : ''}` }, h('span', { 'aria-hidden': 'true' }, conversation.unread > 999 ? '999+' : conversation.unread), h('span', { class: 'visually-hidden' }, tn(conversation.unread, '{n} unread message', '{n} unread messages'))));
    }
    this.#rows.set(conversation.key, { element, version });
    return element;
  }

  #person(person) {
    return h('button', { type: 'button', class: 'row', onclick: () => attempt(async () => this.on.open(await this.client.talk.dialog(person.userId))) },
      personAvatar(this.client, person.userId, 'tiny'), h('span', { class: 'grow' }, h('span', {}, person.name)));
  }

  #found(message) {
    const conversation = this.client.model.conversations.get(message.conversation);
    return h('button', { type: 'button', class: 'row', onclick: () => this.on.open(message.conversation, message.key) },
      conversationAvatar(this.client, conversation, 'tiny'),
      h('span', { class: 'grow' }, h('span', {}, titleOf(this.client, conversation)), h('span', { class: 'quiet' }, message.text)),
      h('time', { class: 'quiet' }, message.created ? when(message.created) : ''));
  }

  /** @param {any[]} children empty: nothing to tell */
  tell(...children) {
    this.status.hidden = children.length === 0;
    this.status.replaceChildren(...children);
  }
}

/** Children in this order; what is there already is moved only where it must be, so that focus stays. @param {HTMLElement} parent @param {HTMLElement[]} children */
export function place(parent, children) {
  const wanted = new Set(children);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  children.forEach((child, at) => {
    if (parent.children[at] !== child) parent.insertBefore(child, parent.children[at] ?? null);
  });
}
