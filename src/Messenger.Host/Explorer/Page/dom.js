// Elements by one call; text is always text, never markup.

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...children.filter(child => child !== null && child !== undefined));
  return made;
}

/** Words with `code` in them. */
export const prose = text => text.split('`').map((part, place) => (place % 2 === 1 ? element('code', {}, part) : part));

/** A long name, which may break between its words. */
export const name = text => text.split(/(?<=[a-z])(?=[A-Z])/).flatMap((word, place) => (place > 0 ? [document.createElement('wbr'), word] : [word]));

/** Longer strings are ciphertext and keys: their head is enough to recognise them. */
const SHOWN = 160;

/** JSON in colours. */
export function json(value) {
  const pre = element('pre', { tabindex: 0 });
  const text = JSON.stringify(value, (_, held) =>
    typeof held === 'string' && held.length > SHOWN ? `${held.slice(0, SHOWN)}… (${held.length} characters)` : held, 2);
  const token = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|-?\d+(?:\.\d+)?/g;
  let from = 0;
  for (const match of text.matchAll(token)) {
    pre.append(text.slice(from, match.index));
    const kind = match[2] !== undefined ? 'k' : match[1] ? 's' : match[3] ? 'w' : 'n';
    pre.append(element('span', { class: kind }, match[1] ?? match[0]));
    from = match.index + (match[1] ?? match[0]).length;
  }
  pre.append(text.slice(from));
  return pre;
}
