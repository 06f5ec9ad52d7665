// A QR code of text, in byte mode at the lowest error correction: ISO/IEC 18004. What is shown on a screen is neither torn nor dirty, and fewer dots are easier to read.

/** Of versions 1 to 14 at level L: codewords of error correction in a block, and blocks. */
const ECC = [7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30];
const BLOCKS = [1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4];
/** Level L and the mask: bits 01, then its number. */
const LEVEL = 1;

/** @param {number} version modules that hold data and error correction */
function rawModules(version) {
  const aligned = version < 2 ? 0 : Math.floor(version / 7) + 2;
  const all = (16 * version + 128) * version + 64;
  if (version < 2) return all;
  return all - ((25 * aligned - 10) * aligned - 55) - (version < 7 ? 0 : 36);
}

const dataWords = version => Math.floor(rawModules(version) / 8) - ECC[version - 1] * BLOCKS[version - 1];

/** In the field of 256 elements that QR uses. @param {number} x @param {number} y */
function multiply(x, y) {
  let z = 0;
  for (let bit = 7; bit >= 0; bit--) {
    z = (z << 1) ^ ((z >>> 7) * 0x11d);
    z ^= ((y >>> bit) & 1) * x;
  }
  return z;
}

/** @param {number} degree */
function divisor(degree) {
  const result = [...Array(degree - 1).fill(0), 1];
  for (let [step, root] = [0, 1]; step < degree; step++, root = multiply(root, 2)) {
    for (let at = 0; at < degree; at++) result[at] = multiply(result[at], root) ^ (result[at + 1] ?? 0);
  }
  return result;
}

/** @param {number[]} data @param {number[]} by */
function remainder(data, by) {
  const result = by.map(() => 0);
  for (const word of data) {
    const factor = word ^ /** @type {number} */ (result.shift());
    result.push(0);
    by.forEach((coefficient, at) => {
      result[at] ^= multiply(coefficient, factor);
    });
  }
  return result;
}

/** The smallest version that holds it, and its codewords, blocks interleaved. @param {string} text */
function codewords(text) {
  const bytes = [...new TextEncoder().encode(text)];
  const version = ECC.findIndex((_, at) => 4 + (at + 1 < 10 ? 8 : 16) + 8 * bytes.length <= 8 * dataWords(at + 1)) + 1;
  if (version === 0) throw new RangeError('this is more than a code of this page holds');
  const bits = [];
  const add = (value, length) => {
    for (let at = length - 1; at >= 0; at--) bits.push((value >>> at) & 1);
  };
  add(4, 4); // byte mode
  add(bytes.length, version < 10 ? 8 : 16);
  for (const byte of bytes) add(byte, 8);
  const capacity = 8 * dataWords(version);
  add(0, Math.min(4, capacity - bits.length));
  add(0, (8 - bits.length % 8) % 8);
  for (let pad = 0xec; bits.length < capacity; pad ^= 0xec ^ 0x11) add(pad, 8);
  const data = Array.from({ length: bits.length / 8 }, (_, at) => bits.slice(8 * at, 8 * at + 8).reduce((word, bit) => word * 2 + bit, 0));

  const [count, ecc, total] = [BLOCKS[version - 1], ECC[version - 1], Math.floor(rawModules(version) / 8)];
  const short = count - total % count;
  const length = Math.floor(total / count) - ecc;
  const by = divisor(ecc);
  let from = 0;
  const blocks = Array.from({ length: count }, (_, at) => {
    const part = data.slice(from, from += length + (at < short ? 0 : 1));
    return { part, check: remainder(part, by) };
  });
  const words = [];
  for (let at = 0; at <= length; at++) for (const { part } of blocks) if (at < part.length) words.push(part[at]);
  for (let at = 0; at < ecc; at++) for (const { check } of blocks) words.push(check[at]);
  return { version, words };
}

const MASKS = [
  (x, y) => (x + y) % 2, (x, y) => y % 2, x => x % 3, (x, y) => (x + y) % 3, (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2,
  (x, y) => x * y % 2 + x * y % 3, (x, y) => (x * y % 2 + x * y % 3) % 2, (x, y) => ((x + y) % 2 + x * y % 3) % 2,
];

/** Rows of dark (true) and light modules, without the quiet zone. @param {string} text @returns {boolean[][]} */
export function qr(text) {
  const { version, words } = codewords(text);
  const size = 17 + 4 * version;
  const dark = Array.from({ length: size }, () => Array(size).fill(false));
  const fixed = Array.from({ length: size }, () => Array(size).fill(false));
  const set = (x, y, value) => {
    if (x < 0 || y < 0 || x >= size || y >= size) return;
    dark[y][x] = !!value;
    fixed[y][x] = true;
  };
  for (let at = 0; at < size; at++) {
    set(6, at, at % 2 === 0);
    set(at, 6, at % 2 === 0);
  }
  for (const [cx, cy] of [[3, 3], [size - 4, 3], [3, size - 4]]) {
    for (let y = -4; y <= 4; y++) for (let x = -4; x <= 4; x++) {
      const ring = Math.max(Math.abs(x), Math.abs(y));
      set(cx + x, cy + y, ring !== 2 && ring !== 4);
    }
  }
  const places = aligned(version, size);
  places.forEach((cy, row) => places.forEach((cx, column) => {
    const last = places.length - 1;
    if ((row === 0 && (column === 0 || column === last)) || (row === last && column === 0)) return;
    for (let y = -2; y <= 2; y++) for (let x = -2; x <= 2; x++) set(cx + x, cy + y, Math.max(Math.abs(x), Math.abs(y)) !== 1);
  }));
  const format = mask => {
    const data = LEVEL << 3 | mask;
    let rest = data;
    for (let at = 0; at < 10; at++) rest = (rest << 1) ^ ((rest >>> 9) * 0x537);
    const bits = (data << 10 | rest) ^ 0x5412;
    const bit = at => (bits >>> at) & 1;
    for (let at = 0; at <= 5; at++) set(8, at, bit(at));
    set(8, 7, bit(6));
    set(8, 8, bit(7));
    set(7, 8, bit(8));
    for (let at = 9; at < 15; at++) set(14 - at, 8, bit(at));
    for (let at = 0; at < 8; at++) set(size - 1 - at, 8, bit(at));
    for (let at = 8; at < 15; at++) set(8, size - 15 + at, bit(at));
    set(8, size - 8, 1);
  };
  format(0);
  if (version >= 7) {
    let rest = version;
    for (let at = 0; at < 12; at++) rest = (rest << 1) ^ ((rest >>> 11) * 0x1f25);
    const bits = version << 12 | rest;
    for (let at = 0; at < 18; at++) {
      const [a, b] = [size - 11 + at % 3, Math.floor(at / 3)];
      set(a, b, (bits >>> at) & 1);
      set(b, a, (bits >>> at) & 1);
    }
  }
  let bit = 0;
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step++) for (const x of [right, right - 1]) {
      const y = ((right + 1) & 2) === 0 ? size - 1 - step : step;
      if (fixed[y][x]) continue;
      dark[y][x] = bit < words.length * 8 && ((words[bit >>> 3] >>> (7 - (bit & 7))) & 1) === 1;
      bit++;
    }
  }
  let best = { penalty: Infinity, rows: dark };
  MASKS.forEach((mask, number) => {
    format(number);
    const rows = dark.map((row, y) => row.map((value, x) => fixed[y][x] ? value : value !== (mask(x, y) === 0)));
    const penalty = penalise(rows);
    if (penalty < best.penalty) best = { penalty, rows };
  });
  return best.rows;
}

/** Where alignment patterns stand, on both axes. @param {number} version @param {number} size */
function aligned(version, size) {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  const step = Math.ceil((version * 4 + 4) / (count * 2 - 2)) * 2;
  const places = [6];
  for (let at = size - 7; places.length < count; at -= step) places.splice(1, 0, at);
  return places;
}

/** What makes a code hard to read: long runs, blocks, what looks like a corner, too much of one colour. @param {boolean[][]} rows */
function penalise(rows) {
  const size = rows.length;
  let penalty = 0;
  const columns = rows.map((_, x) => rows.map(row => row[x]));
  for (const line of [...rows, ...columns]) {
    const text = line.map(Number).join('');
    for (const run of text.match(/0{5,}|1{5,}/g) ?? []) penalty += run.length - 2;
    for (const pattern of ['10111010000', '00001011101']) for (let at = text.indexOf(pattern); at >= 0; at = text.indexOf(pattern, at + 1)) penalty += 40;
  }
  for (let y = 1; y < size; y++) for (let x = 1; x < size; x++) {
    if (rows[y][x] === rows[y - 1][x] && rows[y][x] === rows[y][x - 1] && rows[y][x] === rows[y - 1][x - 1]) penalty += 3;
  }
  const share = rows.flat().filter(Boolean).length / size ** 2;
  return penalty + 10 * Math.floor(Math.abs(share * 100 - 50) / 5);
}
