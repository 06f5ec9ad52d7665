// The list of conversations, with search over names and over what this device has of the messages.
import { attempt, glyph, h, iconButton } from './dom.js';
import { conversationAvatar, personAvatar } from './avatar.js';
import { full, summary, titleOf, when } from './format.js';

export class ConversationList {
  /** @type {Map<string, { element: HTMLElement, version: string }>} */
  #rows = new Map();
  /** @type {Map<string, any>} the newest message of each, as long as it has not changed */
  #last = new Map();
  #scheduled = false;

  /** @param {any} client @param {{ open: (key: string, message?: string) => void, compose: () => void, settings: () => void, current: () => string | null }} on */
  constructor(client, on) {
    this.client = client;
    this.on = on;
    this.input = h('input', { type: 'search', placeholder: 'Search', 'aria-label': 'Search conversations and messages', oninput: () => this.render() });
    this.rows = h('div', {
      class: 'list', role: 'navigation', 'aria-label': 'Conversations',
      onkeydown: event => this.#arrows(event),
    });
    this.status = h('div', { class: 'status', role: 'status', hidden: true });
    this.element = h('aside', { class: 'side' },
      h('header', {}, h('h1', {}, 'Chats'), iconButton('settings', 'Settings', on.settings), iconButton('compose', 'New conversation', on.compose)),
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
    const shown = needle ? all.filter(one => titleOf(client, one).toLocaleLowerCase().includes(needle)) : all;
    const missing = shown.filter(one => one.last && this.#last.get(one.key)?.key !== one.last);
    await Promise.all(missing.map(async one => this.#last.set(one.key, await client.model.store.get('messages', one.last))));
    if (needle !== this.input.value.trim().toLocaleLowerCase()) return; // typed on meanwhile
    const elements = shown.map(one => this.#row(one));
    if (needle) {
      const [people, found] = [client.people.list().filter(one => one.name.toLocaleLowerCase().includes(needle)), await client.search(needle)];
      if (needle !== this.input.value.trim().toLocaleLowerCase()) return;
      if (people.length > 0) elements.push(h('h2', {}, 'Contacts'), ...people.map(person => this.#person(person)));
      if (found.length > 0) elements.push(h('h2', {}, 'Messages'), ...found.filter(one => client.model.conversations.has(one.conversation)).map(message => this.#found(message)));
      if (elements.length === 0) elements.push(h('p', { class: 'empty' }, `Nothing on this device is like “${this.input.value.trim()}”.`));
    } else if (elements.length === 0) {
      elements.push(h('div', { class: 'empty' }, glyph('chat'), h('h2', {}, 'No conversations yet'), h('p', {}, 'Start one with somebody whose number you know.'),
        h('button', { type: 'button', class: 'button primary', onclick: this.on.compose }, 'New conversation')));
    }
    place(this.rows, elements);
  }

  #row(conversation) {
    const { client } = this;
    const last = this.#last.get(conversation.key);
    const current = this.on.current() === conversation.key;
    const typing = client.typingIn?.(conversation.key);
    const name = titleOf(client, conversation);
    const author = last && !last.isEvent && !conversation.isDialog && last.userId !== client.me ? `${client.people.name(last.userId, conversation.key)}: ` : '';
    const version = JSON.stringify([name, conversation.unread, conversation.draft, conversation.hasAvatar, conversation.avatarUpdated, current, typing, summary(client, last), author,
      last?.state, conversation.lastMessage, client.model.people.get(conversation.admins[0])?.avatarUpdated]);
    const known = this.#rows.get(conversation.key);
    if (known?.version === version) return known.element;
    const text = typing ? `${typing}…`
      : conversation.draft && !current ? [h('span', { class: 'draft' }, 'Draft: '), conversation.draft]
        : last?.state === 'failed' ? [h('span', { class: 'draft' }, 'Not sent: '), summary(client, last)] : author + summary(client, last);
    const element = known?.element ?? h('button', { type: 'button', onclick: () => this.on.open(conversation.key) });
    element.className = `chat-row${conversation.unread > 0 ? ' unread' : ''}`;
    element.dataset.key = conversation.key;
    element.toggleAttribute('aria-current', current);
    if (current) element.setAttribute('aria-current', 'true');
    element.replaceChildren(conversationAvatar(client, conversation), h('span', { class: 'name', dir: 'auto' }, name),
      h('time', { title: full(conversation.lastMessage) }, conversation.lastMessage ? when(conversation.lastMessage) : ''), h('span', { class: 'text', dir: 'auto' }, text));
    if (conversation.unread > 0) {
      element.append(h('span', { class: 'badge' }, h('span', { 'aria-hidden': 'true' }, conversation.unread > 999 ? '999+' : conversation.unread), h('span', { class: 'visually-hidden' }, `${conversation.unread} unread`)));
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
