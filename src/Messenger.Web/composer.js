// Where one writes: text, replies, files, a draft that stays.
import { attempt, glyph, h, iconButton } from './dom.js';
import { preview } from './avatar.js';
import { size, summary } from './format.js';
import { t } from './i18n.js';

/** Pause after which a draft is stored. */
const DRAFT = 400;
const MOST_FILES = 10;

export class Composer {
  #replyTo = null;
  /** One's own message that gets another text. */
  #editing = null;
  /** @type {{ content: File, name: string, preview?: Blob, element: HTMLElement }[]} */
  #files = [];
  #timer = 0;
  /** What is there to write with; replaced by a sentence where nobody may. */
  #closed = null;

  /** @param {any} client @param {string} key @param {() => void} sent */
  constructor(client, key, sent) {
    this.client = client;
    this.key = key;
    this.sent = sent;
    this.text = h('textarea', {
      rows: 1, placeholder: t('Message'), 'aria-label': t('Message'), dir: 'auto', value: client.model.conversations.get(key)?.draft ?? '', maxLength: 20_000,
      oninput: () => this.#typed(), onkeydown: event => this.#key(event), onpaste: event => this.#paste(event),
    });
    this.picker = h('input', { type: 'file', multiple: true, hidden: true, onchange: () => attempt(async () => {
      await this.attach([...this.picker.files]);
      this.picker.value = '';
    }) });
    this.go = iconButton('send', 'Send', () => this.send(), { class: 'send', disabled: true });
    this.context = h('div', { class: 'context', hidden: true });
    this.chips = h('div', { class: 'chips', hidden: true });
    this.form = h('form', { onsubmit: event => {
      event.preventDefault();
      this.send();
    } }, iconButton('attach', 'Attach files', () => this.picker.click()), this.picker, this.text, this.go);
    this.element = h('div', { class: 'composer' }, this.context, this.chips, this.form);
    requestAnimationFrame(() => this.#grow());
    if (matchMedia('(hover: hover)').matches) requestAnimationFrame(() => this.text.isConnected && document.activeElement === document.body && this.text.focus());
  }

  /** Null: one may write. @param {string | null} why */
  close_(why) {
    if (this.#closed === why) return;
    this.#closed = why;
    this.element.className = why ? 'closed' : 'composer';
    this.element.replaceChildren(...(why ? [why] : [this.context, this.chips, this.form]));
  }

  #typed() {
    this.#grow();
    if (this.text.value.trim()) this.client.talk.typing(this.key);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#keepDraft(), DRAFT);
  }

  #keepDraft() {
    clearTimeout(this.#timer);
    if (this.#editing) return; // what is written now is no draft
    const draft = this.text.value;
    const known = this.client.model.conversations.get(this.key);
    if (known && (known.draft ?? '') !== draft) void attempt(() => this.client.talk.setDraft(this.key, draft));
  }

  close() {
    this.#keepDraft();
  }

  #grow() {
    this.text.style.height = 'auto';
    this.text.style.height = `${this.text.scrollHeight}px`;
    this.go.disabled = !this.text.value.trim() && this.#files.length === 0;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    // A keyboard on a screen has no second Enter: there it is a new line, and the button sends.
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing && matchMedia('(hover: hover)').matches) {
      event.preventDefault();
      this.send();
    } else if (event.key === 'Escape' && (this.#replyTo || this.#editing)) {
      event.stopPropagation();
      this.reply(null);
    }
  }

  /** @param {ClipboardEvent} event */
  #paste(event) {
    const files = [...event.clipboardData?.files ?? []];
    if (files.length === 0) return;
    event.preventDefault();
    void attempt(() => this.attach(files));
  }

  /** @param {any | null} message */
  reply(message) {
    if (this.#editing) {
      this.#editing = null;
      this.text.value = this.client.model.conversations.get(this.key)?.draft ?? '';
      this.#grow();
    }
    this.#replyTo = message;
    this.context.hidden = !message;
    if (message) {
      this.context.replaceChildren(glyph('reply'),
        h('span', {}, h('b', {}, this.client.people.name(message.userId, this.key) || t('You')), h('em', { dir: 'auto' }, summary(this.client, message))),
        iconButton('close', 'Do not reply', () => this.reply(null)));
    }
    this.text.focus();
  }

  /** @param {any} message one's own */
  edit(message) {
    this.reply(null);
    this.#keepDraft();
    this.#editing = message;
    this.context.hidden = false;
    this.context.replaceChildren(glyph('compose'), h('span', {}, h('b', {}, t('Edit')), h('em', { dir: 'auto' }, summary(this.client, message))), iconButton('close', 'Do not edit', () => this.reply(null)));
    this.text.value = message.text;
    this.#grow();
    this.text.focus();
  }

  /** @param {File[]} files */
  async attach(files) {
    for (const content of files.slice(0, MOST_FILES - this.#files.length)) {
      const made = await preview(content);
      const item = { content, name: content.name, ...(made ? { preview: made } : {}), element: h('div', { class: 'chip' }) };
      if (made) {
        const url = URL.createObjectURL(made);
        item.element.append(h('img', { src: url, alt: content.name, onload: () => URL.revokeObjectURL(url) }));
      } else item.element.append(h('span', {}, glyph('file'), h('br'), content.name.slice(0, 24), h('br'), size(content.size)));
      item.element.append(iconButton('close', t('Remove {name}', { name: content.name }), () => {
        this.#files = this.#files.filter(one => one !== item);
        this.#chips();
      }));
      this.#files.push(item);
    }
    this.#chips();
    this.text.focus();
  }

  #chips() {
    this.chips.hidden = this.#files.length === 0;
    this.chips.replaceChildren(...this.#files.map(one => one.element));
    this.#grow();
  }

  send() {
    const text = this.text.value.trim();
    if (!text && this.#files.length === 0) return;
    if (this.#editing) {
      const message = this.#editing;
      this.reply(null);
      if (text !== message.text) void attempt(() => this.client.talk.edit(message, text));
      return;
    }
    const [files, replyTo] = [this.#files, this.#replyTo?.uuid ?? null];
    clearTimeout(this.#timer);
    this.text.value = '';
    this.#files = [];
    this.reply(null);
    this.#chips();
    void attempt(async () => {
      try {
        await this.client.talk.write(this.key, text, { replyTo, files });
      } catch (fault) {
        this.text.value = text; // not accepted: nothing that was written is lost
        this.#files = files;
        this.#chips();
        throw fault;
      }
      this.sent();
    });
  }
}
