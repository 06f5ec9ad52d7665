// One person with one application and at most one connection.

export class Person {
  #socket = null;
  #next = 1;
  #waiting = new Map();
  #leaving = false;

  /** @param tell called with everything that happens: { side, direction, at, frame | text | code } */
  constructor(side, name, tell) {
    Object.assign(this, { side, name, tell, cursor: null, registered: false });
  }

  /** A new phone number, and a new application with it. */
  async renew() {
    this.openUserId = `+35799${String(random(1)[0] % 1_000_000).padStart(6, '0')}`;
    const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(this.openUserId));
    this.userId = base64(new Uint8Array(hash));
    this.uuid = uuid();
    this.cursor = null;
  }

  get online() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  connect() {
    return new Promise((resolve, reject) => {
      const url = new URL('ws', location.href);
      url.protocol = url.protocol.replace('http', 'ws');
      const socket = new WebSocket(url, 'messenger.v1');
      this.#socket = socket;
      this.#leaving = false;
      socket.onopen = () => { this.#told({ direction: 'opened' }); resolve(); };
      socket.onmessage = ({ data }) => this.#received(JSON.parse(data));
      socket.onclose = ({ code, reason }) => {
        this.#told({ direction: 'closed', code, reason, by: this.#leaving ? 'client' : 'server' });
        for (const { fail } of this.#waiting.values()) fail(new Error(`${this.name}'s connection closed before the answer (${code})`));
        this.#waiting.clear();
        reject(new Error(`${this.name} could not connect`));
      };
    });
  }

  /** Hangs up, as a phone does that loses its network politely. */
  disconnect() {
    this.#leaving = true;
    this.#socket?.close(1000);
  }

  /** Sends a request; gives its answer. */
  send(type, payload) {
    if (!this.online) return Promise.reject(new Error(`${this.name} is not connected`));
    const id = String(this.#next++);
    const frame = { type, id, payload };
    return new Promise((resolve, fail) => {
      const at = this.#told({ direction: 'sent', frame });
      this.#waiting.set(id, { at, resolve, fail, type });
      this.#socket.send(JSON.stringify(frame));
    });
  }

  #received(frame) {
    const waiting = frame.id === undefined ? undefined : this.#waiting.get(frame.id);
    const at = performance.now();
    if (frame.cursor) this.cursor = frame.cursor;
    this.#told({ direction: 'received', frame, at, took: waiting && at - waiting.at, answers: waiting?.type });
    if (waiting) {
      this.#waiting.delete(frame.id);
      waiting.resolve(frame);
    }
  }

  #told(event) {
    const at = event.at ?? performance.now();
    this.tell({ side: this.side, ...event, at });
    return at;
  }
}

const random = count => crypto.getRandomValues(new Uint32Array(count));

export const base64 = bytes => btoa(String.fromCharCode(...bytes));

/** Opaque to the server: a client puts ciphertext here, this page puts words that you can recognise. */
export const opaque = text => base64(new TextEncoder().encode(text));

export const uuid = () => crypto.randomUUID();
