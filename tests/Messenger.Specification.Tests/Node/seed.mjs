// The protocol's document and the examples that it was seeded with, as frames.
import { readFileSync } from 'node:fs';

export const read = file => JSON.parse(readFileSync(file, 'utf8'));

/** Every example: { type, frame }. */
export function frames(catalogue) {
  const { exchanges, notifications } = read(catalogue);
  return [
    ...exchanges.flatMap(exchange => [
      { type: exchange.request, frame: { type: exchange.request, id: '17', payload: exchange.requestExample } },
      { type: exchange.response, frame: { type: exchange.response, id: 17, payload: exchange.responseExample } },
    ]),
    ...notifications.map(({ notification: type, example: payload }) =>
      ({ type, frame: type === 'NotificationTyping' ? { type, payload } : { type, cursor: '5a31-9', payload } })),
  ];
}
