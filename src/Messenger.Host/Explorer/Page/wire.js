// What happens on both connections, in two lanes, newest last.
import { element, json, name } from './dom.js';

/** Beyond that the oldest go: a page that was left open must not eat the machine. The transcript keeps them. */
const KEPT = 1000;

/** A notification is put beside what was sent last if it follows so closely. */
const CLOSE = 2000;

export class Wire {
  #latencies = [];
  #lastSent = null;
  #frames = 0;

  constructor(list, figures, protocol) {
    Object.assign(this, { list, figures, protocol });
  }

  add(event) {
    const view = this.list.parentElement;
    const atEnd = view.scrollHeight - view.scrollTop - view.clientHeight < 60;
    this.list.append(event.frame ? this.#frame(event) : this.#note(event));
    while (this.list.children.length > KEPT) this.list.firstChild.remove();
    if (atEnd) view.scrollTop = view.scrollHeight;
    this.#count(event);
  }

  clear() {
    this.list.replaceChildren();
    this.#latencies = [];
    this.#frames = 0;
    this.figures.textContent = '';
  }

  #frame({ side, direction, frame, at, took, answers }) {
    const { type, payload } = frame;
    const status = type === 'ResponseStatusMessage' ? payload.status : null;
    const refused = status !== null && status !== 'ok';
    const said = status === null ? null : [answers && `${answers}: `, status, payload.description && `, ${payload.description}`].filter(Boolean).join('');
    const when = took !== undefined ? this.#took(took) : direction === 'received' && this.#since(at);
    if (direction === 'sent') this.#lastSent = at;
    return element('li', { class: `${side} ${direction}${refused ? ' refused' : ''}`, 'data-type': type },
      element('details', {},
        element('summary', { title: this.protocol.summary(type) },
          element('b', { 'aria-label': `${side} ${direction}` }, direction === 'sent' ? '→' : took === undefined ? '◆' : '←'),
          element('span', {}, ...(status === null ? name(type) : [element('q', {}, ...name(said))])),
          when || null),
        json(frame)));
  }

  #took(took) {
    return element('small', { class: 'took', title: 'from the request to its answer' }, milliseconds(took));
  }

  #since(at) {
    const after = at - this.#lastSent;
    return this.#lastSent !== null && after < CLOSE && element('small', { title: 'after the last request that was sent' }, `+${milliseconds(after)}`);
  }

  #note({ side, direction, code, reason, by }) {
    const words = direction === 'opened' ? 'connected'
      : by === 'client' ? `hung up (${code})`
      : `closed by the server: ${code}${reason ? ` ${reason}` : ''}. ${this.protocol.closeCode(code)}`;
    return element('li', { class: `${side} note` }, words);
  }

  #count({ frame, took }) {
    if (frame) this.#frames++;
    if (took !== undefined) this.#latencies.push(took);
    if (this.#latencies.length > KEPT) this.#latencies.shift();
    const sorted = [...this.#latencies].sort((a, b) => a - b);
    this.figures.textContent = `${this.#frames} frames${sorted.length > 0 ? `, median answer ${milliseconds(sorted[sorted.length >> 1])}` : ''}`;
  }
}

const milliseconds = value => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
