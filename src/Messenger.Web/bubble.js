// Messages as they are shown. An element is made again only when what it shows has changed.
import { attempt, confirm, field, form, glyph, h, iconButton, mark, menu, modal, toast } from './dom.js';
import { personAvatar } from './avatar.js';
import { full, hue, size, summary, time } from './format.js';
import { t } from './i18n.js';
import { chooseReaction, reactionRow } from './reactions.js';

/** Pictures up to this are shown without being asked for where they have no preview. */
const SMALL = 400_000;

export class Bubbles {
  /** @type {Map<string, { element: HTMLElement, version: string }>} */
  #known = new Map();
  /** @type {Map<string, Promise<string>>} object URLs of this conversation's pictures */
  #pictures = new Map();
  /** @type {Map<string, number>} message and file → how far it is */
  #progress = new Map();

  /** @param {any} client @param {string} conversation @param {{ reply: (message: any) => void, edit: (message: any) => void, goTo: (uuid: string) => void, changed: () => void }} on */
  constructor(client, conversation, on) {
    this.client = client;
    this.conversation = conversation;
    this.on = on;
    this.off = client.on('progress', step => {
      this.#progress.set(step.message, step.sent / step.size);
      const bar = this.#known.get(step.message)?.element.querySelector('.progress i');
      if (bar) bar.style.width = `${Math.round(100 * step.sent / step.size)}%`;
    });
  }

  close() {
    this.off();
    for (const url of this.#pictures.values()) url.then(one => URL.revokeObjectURL(one), () => {});
  }

  /** @param {string} key @returns {HTMLElement | undefined} */
  has(key) {
    const element = this.#known.get(key)?.element;
    return element?.isConnected ? element : undefined;
  }

  /** What does not change. @param {string} name @param {() => HTMLElement} make */
  fixed(name, make) {
    const known = this.#known.get(name);
    if (known) return known.element;
    const element = make();
    this.#known.set(name, { element, version: '' });
    return element;
  }

  /** @param {any} message @param {{ first: boolean, dialog: boolean }} how */
  message(message, { first, dialog }) {
    const { client } = this;
    const name = client.people.name(message.userId, this.conversation);
    const waiting = message.hasFiles ? this.#uploading(message).length : 0;
    const version = JSON.stringify([first, waiting, message.text, message.state, message.created, message.deleted, message.unreadable, message.readedMembers, message.deliveredMembers, message.members,
      message.files?.map(file => file.sealedName), message.known, message.reactions, message.edited, message.expires, message.status, name, message.objectionable, client.people.blocked.has(message.userId)]);
    const known = this.#known.get(message.key);
    if (known?.version === version) return known.element;
    const mine = message.userId === client.me;
    const element = known?.element ?? h('li');
    element.className = `message${mine ? ' mine' : ''}${first ? ' first' : ''}${message.state === 'failed' ? ' failed' : ''}`;
    const bubble = h('div', { class: 'bubble' });
    bubble.style.setProperty('--hue', String(hue(message.userId)));
    if (first && !mine && !dialog) bubble.append(h('span', { class: 'author', dir: 'auto' }, name));
    if (mine) bubble.append(h('span', { class: 'visually-hidden' }, t('You: ')));
    const hidden = client.people.blocked.has(message.userId) && !dialog;
    if (hidden) bubble.append(h('span', { class: 'gone' }, t('A message of somebody you blocked')));
    else this.#content(bubble, message);
    bubble.append(this.#meta(message, mine));
    if (message.state === 'failed') {
      bubble.append(h('span', { class: 'failed-actions' }, h('span', {}, t('Not sent.')),
        h('button', { type: 'button', onclick: () => attempt(() => client.talk.retry(message)) }, t('Try again')),
        h('button', { type: 'button', onclick: () => attempt(() => client.talk.discard(message)) }, t('Discard'))));
    }
    const more = message.deleted || message.created === null || hidden ? null : this.#more(message, mine);
    const reactions = hidden ? null : reactionRow(client, message, this.conversation);
    element.replaceChildren(...[!mine && !dialog ? (first ? personAvatar(client, message.userId, 'tiny', this.conversation) : h('span')) : null, bubble, more, reactions].filter(Boolean));
    this.#known.set(message.key, { element, version });
    return element;
  }

  /** @param {HTMLElement} bubble @param {any} message */
  #content(bubble, message) {
    if (message.deleted) return void bubble.append(h('span', { class: 'gone' }, t('This message was deleted')));
    if (message.replyTo) bubble.append(this.#quote(message.replyTo));
    if (message.hasFiles) this.#files(bubble, message);
    if (message.unreadable) bubble.append(h('span', { class: 'gone', title: message.unreadable }, t('This message cannot be read on this device')));
    else if (message.text) {
      const emoji = /^(\p{Extended_Pictographic}(\u200d\p{Extended_Pictographic}|\p{Emoji_Modifier}|\ufe0f)*){1,3}$/u.test(message.text);
      bubble.append(h('span', { class: `said${emoji ? ' only-emoji' : ''}`, dir: 'auto' }, linked(message.text)));
    } else if (message.text === undefined) bubble.append(h('span', { class: 'gone' }, t('Opening…')));
  }

  /** @param {string} uuid */
  #quote(uuid) {
    const [who, what] = [h('b'), h('span', { dir: 'auto' }, '…')];
    this.client.model.store.get('messages', uuid.toLowerCase()).then(original => {
      who.textContent = original ? this.client.people.name(original.userId, this.conversation) || t('You') : '';
      what.textContent = original ? summary(this.client, original) : t('An earlier message');
    }, () => {});
    return h('button', { type: 'button', class: 'quote', title: t('Show the message that this answers'), onclick: () => this.on.goTo(uuid) }, who, what);
  }

  /** @param {any} message @param {boolean} mine */
  #meta(message, mine) {
    const parts = [message.objectionable ? h('span', {}, `${t('Reported')} · `) : null, message.edited ? h('span', { title: full(message.edited) }, `${t('Edited')} · `) : null, message.expires && !message.deleted ? mark('clock', t('Expires {when}', { when: full(message.expires) })) : null, h('time', { title: message.created ? full(message.created) : '' }, message.created ? time(message.created) : '')];
    if (mine && !message.deleted) {
      const others = message.members - 1;
      const [icon, label, kind] = message.state === 'failed' ? ['alert', t('Not sent'), '']
        : message.created === null ? ['clock', t('Waiting to be sent'), '']
          : others > 0 && message.readedMembers > others ? ['checks', t('Read'), 'read']
            : others > 0 && message.deliveredMembers > others ? ['checks', t('Delivered'), ''] : ['check', t('Sent'), ''];
      parts.push(h('span', { class: `tick ${kind}`, title: label, role: 'img', 'aria-label': label }, glyph(icon)));
    }
    return h('span', { class: 'meta' }, parts);
  }

  /** @param {any} message @param {boolean} mine */
  #more(message, mine) {
    const { client } = this;
    const admin = !client.model.conversations.get(this.conversation)?.isDialog && client.model.conversations.get(this.conversation)?.admins.includes(client.me);
    const hints = client.model.offers('hints');
    const open = event => menu(event.currentTarget, [
      { icon: 'reply', label: 'Reply', run: () => this.on.reply(message) },
      ...(hints ? [{ icon: 'smile', label: 'React', run: () => chooseReaction(opener, client, message) }] : []),
      ...(hints && mine && message.text ? [{ icon: 'compose', label: 'Edit', run: () => this.on.edit(message) }] : []),
      ...(message.text ? [{ icon: 'copy', label: 'Copy', run: () => attempt(async () => {
        await navigator.clipboard.writeText(message.text);
        toast(t('Copied'));
      }) }] : []),
      ...(mine ? [] : [{ icon: 'flag', label: 'Report', danger: true, run: () => report(reason => client.talk.report(message, reason)) }]),
      ...(mine || admin ? [{ icon: 'trash', label: 'Delete for everyone', danger: true,
        run: () => confirm('Delete this message?', 'It is removed for everyone in this conversation.', 'Delete', () => client.talk.delete(message)) }] : []),
    ]);
    const opener = iconButton('more', 'Message actions', open, { class: 'more', 'aria-haspopup': 'menu', 'aria-expanded': 'false' });
    return opener;
  }

  /** What of its files is on its way. @param {any} message */
  #uploading(message) {
    return [...this.client.model.outbox.values()].filter(entry => (entry.kind === 'upload' || entry.kind === 'message') && entry.message === message.key);
  }

  /** @param {HTMLElement} bubble @param {any} message */
  #files(bubble, message) {
    const blobs = this.#uploading(message).flatMap(entry => entry.kind === 'upload' ? [entry] : entry.files ?? []).filter(one => !one.previewOf);
    if (blobs.length > 0) {
      for (const { blob } of blobs) bubble.append(this.#local(blob));
      const bar = h('i');
      bar.style.width = `${100 * (this.#progress.get(message.key) ?? 0)}%`;
      bubble.append(h('div', { class: 'progress', role: 'progressbar', 'aria-label': t('Sending the file') }, bar));
    }
    if (message.created !== null && blobs.length === 0 && (!message.files || message.known === false)) {
      this.client.transfer.files(message).catch(() => {}); // it is asked for again when the message is next shown
    }
    const previews = new Set((message.files ?? []).map(file => file.preview));
    for (const file of message.files ?? []) {
      if (!previews.has(file.sealedName) && blobs.length === 0) bubble.append(file.type?.startsWith('image/') ? this.#photo(message, file) : this.#attachment(message, file));
    }
    if (!message.files?.length && blobs.length === 0) bubble.append(h('span', { class: 'gone' }, t('A file is on its way…')));
  }

  /** One's own, before it is sent. @param {string} blob */
  #local(blob) {
    const holder = h('div', { class: 'photo' }, h('span', { class: 'holder' }, glyph('image')));
    this.client.model.store.get('blobs', blob).then(stored => {
      if (!stored) return;
      if (!stored.type.startsWith('image/')) return void holder.replaceWith(h('div', { class: 'attachment' }, glyph('file'), h('span', {}, h('b', {}, stored.name), h('small', {}, size(stored.content.size)))));
      const url = URL.createObjectURL(stored.content);
      holder.replaceChildren(h('img', { src: url, alt: stored.name, onload: () => URL.revokeObjectURL(url) }));
    }, () => {});
    return holder;
  }

  /** @param {any} message @param {string} sealedName */
  #picture(message, sealedName) {
    const known = this.#pictures.get(sealedName);
    if (known) return known;
    const url = this.client.transfer.download(message, sealedName).then(blob => URL.createObjectURL(blob));
    this.#pictures.set(sealedName, url);
    url.catch(() => this.#pictures.delete(sealedName));
    return url;
  }

  /** @param {any} message @param {any} file */
  #photo(message, file) {
    const holder = h('button', { type: 'button', class: 'photo', 'aria-label': t('Open {name}', { name: file.name || t('the picture') }), onclick: () => this.#open(message, file) }, h('span', { class: 'holder' }, glyph('image')));
    const shown = file.preview ?? (file.size <= SMALL ? file.sealedName : null);
    if (shown) {
      this.#picture(message, shown).then(url => holder.replaceChildren(h('img', { src: url, alt: file.name })),
        () => holder.replaceChildren(h('span', { class: 'holder' }, t('This picture cannot be shown'))));
    }
    return holder;
  }

  /** @param {any} message @param {any} file */
  #open(message, file) {
    const picture = h('p', { role: 'status' }, t('Fetching…'));
    modal(file.name || t('Picture'), () => [picture], 'picture');
    this.#picture(message, file.sealedName).then(url => picture.replaceWith(h('img', { src: url, alt: file.name })), fault => {
      picture.textContent = t('This picture cannot be shown');
    });
  }

  /** @param {any} message @param {any} file */
  #attachment(message, file) {
    const save = () => attempt(async () => {
      toast(t('Fetching the file…'));
      const url = URL.createObjectURL(await this.client.transfer.download(message, file.sealedName));
      h('a', { href: url, download: file.name || 'file' }).click();
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
    });
    return h('button', { type: 'button', class: 'attachment', onclick: save, title: t('Save') }, glyph('file'),
      h('span', {}, h('b', { dir: 'auto' }, file.name || t('A file that cannot be read')), h('small', {}, size(file.size))));
  }
}

/** Links can be followed; nothing else of a text means anything. @param {string} text */
const linked = text => text.split(/(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]])/g).map((part, at) =>
  at % 2 === 1 ? h('a', { href: part, target: '_blank', rel: 'noopener noreferrer' }, part) : part);

/** @param {(reason: string) => Promise<any>} send */
export const report = send => modal(t('Report'), close => [
  h('p', {}, t('The operator of this server is told, with what you write here. They cannot read the message itself.')),
  form({
    fields: [field('Reason', { name: 'reason', maxLength: 1024, required: true })],
    action: 'Report',
    submit: async element => {
      await send(element.reason.value);
      close();
      toast(t('Reported'));
    },
  }),
]);
