// docs/transcript.md: what happened, a line each, so that "messenger replay" can do it again.

/** More than a person makes in a day; a recording without end would eat the machine. */
const MOST = 100_000;

export class Transcript {
  #lines = [];
  #started = null;

  add({ side, direction, at, frame, code, reason, by }) {
    if (this.#lines.length === MOST) return;
    this.#started ??= { at, time: new Date() };
    const line = { at: Number((at - this.#started.at).toFixed(3)), side, direction };
    this.#lines.push(direction === 'closed' ? { ...line, code, reason, by } : direction === 'opened' ? line : { ...line, frame });
  }

  get isEmpty() {
    return this.#lines.length === 0;
  }

  /** @param people those of the sides */
  text(people, serverVersion) {
    const head = {
      transcript: 1,
      server: new URL('ws', location.href).href.replace(/^http/, 'ws'),
      serverVersion,
      started: this.#started.time.toISOString(),
      sides: Object.fromEntries(people.map(({ side, openUserId, userId, uuid }) => [side, { openUserId, userId, uuid }])),
    };
    return [head, ...this.#lines].map(line => `${JSON.stringify(line)}\n`).join('');
  }

  download(people, serverVersion) {
    const url = URL.createObjectURL(new Blob([this.text(people, serverVersion)], { type: 'application/jsonl' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = `${this.#started.time.toISOString().slice(0, 19).replaceAll(':', '-')}.transcript.jsonl`;
    link.click();
    URL.revokeObjectURL(url);
  }
}
