// One conversation: its head, its timeline with infinite history, who types, and the composer beneath.
import { attempt, glyph, h, iconButton } from './dom.js';
import { conversationAvatar } from './avatar.js';
import { Bubbles } from './bubble.js';
import { Composer } from './composer.js';
import { dayName, event, peerOf, sameDay, titleOf } from './format.js';
import { t, tn } from './i18n.js';
import { place } from './list.js';

const PAGE = 50;
/** Messages in the document at most; the newest are let go while somebody reads far back. */
const MOST = 400;
/** Pixels from the end that still count as the end. */
const NEAR = 80;
/** Messages of one author that stand together. */
const TOGETHER = 5 * 60_000;

export class Chat {
  #scheduled = false;
  /** @type {Promise<void>} the last one that was asked for */
  #rendered = Promise.resolve();
  #loading = false;
  #size = PAGE;
  /** Older messages are shown and the newest are not: up to here. */
  #before = Infinity;
  /** Where the window ended before it was moved back: the way forward. @type {number[]} */
  #later = [];
  #separator = null;
  #offs = [];
  /** Whether the end is what is looked at. */
  #stick = false;

  /** @param {any} client @param {string} key @param {{ back: () => void, info: () => void }} on @param {string} [goTo] a message to show */
  constructor(client, key, on, goTo) {
    this.client = client;
    this.key = key;
    this.on = on;
    this.bubbles = new Bubbles(client, key, {
      reply: message => this.composer.reply(message),
      edit: message => this.composer.edit(message),
      goTo: uuid => this.goTo(uuid),
      changed: () => this.schedule(),
    });
    this.title = h('h1', { class: 'title', dir: 'auto' });
    this.subtitle = h('span', { class: 'quiet' });
    this.avatar = h('span');
    this.items = h('ol', { 'aria-label': t('Messages') });
    this.timeline = h('div', { class: 'timeline', role: 'log', 'aria-label': t('Messages'), tabIndex: 0, onscroll: () => this.#scrolled() }, this.items);
    this.typing = h('div', { class: 'typing', role: 'status' });
    this.latest = iconButton('down', 'Newest messages', () => this.toEnd(), { class: 'latest', hidden: true });
    this.composer = new Composer(client, key, () => this.toEnd());
    this.element = h('main', { class: 'chat' },
      h('header', {}, iconButton('back', 'Back to the conversations', on.back, { class: 'back' }),
        h('button', { type: 'button', class: 'who', onclick: on.info }, this.avatar, h('span', {}, this.title, this.subtitle)),
        iconButton('more', 'About this conversation', on.info)),
      h('div', { class: 'chat-body' }, this.timeline, this.latest), this.typing, this.composer.element);
    this.#dropping();
    // A picture that has come makes its message higher: who was at the end stays there.
    const growing = new ResizeObserver(() => this.#stick && this.#toBottom());
    growing.observe(this.items);
    growing.observe(this.timeline);
    this.#offs.push(() => growing.disconnect());
    this.#separator = client.model.conversations.get(key)?.firstUnread ?? null;
    this.#offs.push(
      client.on('messages', ({ conversation, keys }) => {
        if (conversation !== key) return;
        if (keys && this.#atEnd && document.visibilityState === 'visible') this.#read();
        this.schedule();
      }),
      client.on('conversations', keys => keys.includes(key) && this.head()),
      client.on('people', () => this.head()),
      client.on('typing-changed', () => this.head()),
      client.on('connection', () => this.head()),
    );
    this.head();
    void this.#begin(goTo);
  }

  close() {
    for (const off of this.#offs) off();
    this.bubbles.close();
    this.composer.close();
    this.client.talk.markRead(this.key).catch(() => {}); // the separator goes; what was unread is told already
  }

  get conversation() {
    return this.client.model.conversations.get(this.key);
  }

  get #atEnd() {
    return this.#before === Infinity && this.timeline.scrollHeight - this.timeline.scrollTop - this.timeline.clientHeight < NEAR;
  }

  #toBottom() {
    this.timeline.scrollTop = this.timeline.scrollHeight;
    this.#stick = true;
    this.latest.hidden = true;
  }

  head() {
    const { client, conversation } = this;
    if (!conversation) return this.on.back();
    this.title.textContent = titleOf(client, conversation);
    const typing = client.typingIn?.(this.key);
    this.typing.textContent = typing ? `${typing}…` : '';
    const people = conversation.admins.length + conversation.members.length;
    this.subtitle.textContent = client.connection ? client.connection : conversation.blocked ? t('Blocked') : conversation.isDialog ? t('End-to-end encrypted') : tn(conversation.membersCount ?? people, '{n} member', '{n} members');
    this.avatar.replaceWith(this.avatar = conversationAvatar(client, conversation));
    const closed = conversation.blocked && conversation.isDialog;
    this.composer.close_(closed ? (client.people.blocked.has(peerOf(client, conversation)) ? t('You blocked this person. Unblock them to write.') : t('You cannot write here.')) : null);
    this.element.classList.toggle('dialog-chat', conversation.isDialog);
  }

  async #begin(goTo) {
    await this.render();
    if (goTo) await this.goTo(goTo);
    else {
      const line = this.items.querySelector('.unread-line');
      if (line) line.scrollIntoView({ block: 'center' });
      else this.#toBottom();
    }
    this.#read();
    // A conversation of which little is here gets its page before; and what is shown is as the server has it (CL-33).
    if (this.items.querySelectorAll('.message').length < 15) await this.#older();
    await this.client.refresh(this.key, await this.client.messages(this.key, { size: PAGE })).catch(() => {}); // offline: as it was
  }

  #read() {
    if (document.visibilityState !== 'visible') return;
    this.client.talk.markRead(this.key, { keepSeparator: true }).catch(() => {}); // gone meanwhile
  }

  schedule() {
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(async () => {
      this.#scheduled = false;
      await this.render();
    });
  }

  /** One after the other: of two that read at the same time the one that read first could be the last to show. @returns {Promise<void>} */
  render() {
    const result = this.#rendered.then(() => this.#render());
    this.#rendered = result.catch(() => {}); // whoever asked for it is told
    return result;
  }

  async #render() {
    const { client, conversation } = this;
    if (!conversation) return;
    const end = this.#atEnd;
    const messages = await client.messages(this.key, { before: this.#before, size: this.#size });
    const children = [];
    if (conversation.begins && (messages.length < this.#size)) {
      children.push(this.bubbles.fixed('lock', () => h('li', { class: 'lock' }, t('Messages here are encrypted on your devices. Nobody in between can read them, this server included.'))));
    }
    let before = null;
    for (const message of messages) {
      const created = message.created ?? Date.now();
      const told = message.isEvent ? event(client, message) : null;
      if (message.isEvent && told === null) continue;
      if (!before || !sameDay(before.created ?? created, created)) {
        const name = dayName(created);
        children.push(this.bubbles.fixed(`day ${name}`, () => h('li', { class: 'day' }, h('span', {}, name))));
      }
      if (this.#separator === message.key) children.push(this.bubbles.fixed('unread', () => h('li', { class: 'unread-line' }, t('New messages'))));
      if (message.isEvent) children.push(this.bubbles.fixed(`event ${message.key} ${told}`, () => h('li', { class: 'event' }, h('span', {}, told))));
      else {
        const first = !before || before.isEvent || before.userId !== message.userId || created - (before.created ?? created) > TOGETHER || this.#separator === message.key;
        children.push(this.bubbles.message(message, { first, dialog: conversation.isDialog }));
      }
      before = message;
    }
    // What is looked at stays where it is, whatever comes or goes above and below it.
    const top = this.timeline.scrollTop;
    const anchor = end ? null : [...this.items.querySelectorAll('.message')].find(item => item.offsetTop + item.offsetHeight > top && children.includes(item));
    const offset = anchor ? anchor.offsetTop - top : 0;
    place(this.items, children);
    if (end) this.#toBottom();
    else if (anchor) this.timeline.scrollTop = anchor.offsetTop - offset;
    this.latest.hidden = this.#atEnd;
  }

  async #scrolled() {
    this.#stick = this.#atEnd;
    this.latest.hidden = this.#stick;
    if (this.#stick) this.#read();
    if (this.timeline.scrollTop < 300) await this.#older();
    else if (this.#before !== Infinity && this.timeline.scrollHeight - this.timeline.scrollTop - this.timeline.clientHeight < 300) await this.#newer();
  }

  async #older() {
    if (this.#loading) return;
    this.#loading = true;
    try {
      const shown = await this.client.messages(this.key, { before: this.#before, size: this.#size });
      if (shown.filter(message => message.created !== null).length >= this.#size) this.#size += PAGE;
      else if (await this.client.older(this.key)) this.#size += PAGE;
      if (this.#size > MOST) {
        const page = await this.client.messages(this.key, { before: this.#before, size: this.#size });
        this.#size = MOST;
        this.#later.push(this.#before);
        this.#before = page[MOST]?.created ?? this.#before;
      }
      await this.render();
    } catch {
      // No connection: the next scroll tries again.
    }
    this.#loading = false;
  }

  async #newer() {
    if (this.#loading) return;
    this.#loading = true;
    this.#before = this.#later.pop() ?? Infinity;
    this.#size = MOST;
    await this.render();
    this.#loading = false;
  }

  toEnd() {
    this.#before = Infinity;
    this.#later = [];
    this.#size = PAGE;
    void this.render().then(() => this.#toBottom());
  }

  /** Shows a message that this device has. @param {string} uuid */
  async goTo(uuid) {
    const key = uuid.toLowerCase();
    const message = await this.client.model.store.get('messages', key);
    if (!message?.created) return;
    if (!this.bubbles.has(key)) {
      const after = await this.client.messages(this.key, { size: MOST });
      const at = after.findIndex(one => one.key === key);
      if (at >= 0) this.#size = after.length;
      else {
        this.#before = message.created + 1;
        this.#later = [];
        this.#size = PAGE;
      }
      await this.render();
    }
    const element = this.bubbles.has(key);
    element?.scrollIntoView({ block: 'center' });
    element?.classList.add('flash');
    setTimeout(() => element?.classList.remove('flash'), 1_300);
  }

  #dropping() {
    const body = this.element;
    body.dataset.drop = t('Drop files to send them');
    const files = event => [...event.dataTransfer?.types ?? []].includes('Files');
    body.addEventListener('dragover', event => {
      if (!files(event)) return;
      event.preventDefault();
      body.classList.add('dropping');
    });
    body.addEventListener('dragleave', event => event.target === body && body.classList.remove('dropping'));
    body.addEventListener('drop', event => {
      body.classList.remove('dropping');
      if (!files(event)) return;
      event.preventDefault();
      void attempt(() => this.composer.attach([...event.dataTransfer.files]));
    });
  }
}

/** Where no conversation is open. */
export const nothingOpen = () => h('main', { class: 'chat' }, h('div', { class: 'empty' }, glyph('lock'), h('h2', {}, 'Messenger'),
  h('p', {}, t('Choose a conversation, or begin a new one. What you write is encrypted before it leaves this device.'))));
