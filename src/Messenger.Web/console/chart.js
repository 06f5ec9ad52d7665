// A figure by day, as bars in an SVG; read with the pointer, or with the arrow keys.
import { h } from '../dom.js';
import { locale } from '../i18n.js';

const NS = 'http://www.w3.org/2000/svg';
const WIDTH = 400;
const HEIGHT = 120;

const svg = (name, attributes) => {
  const element = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
};

/** The least of 1, 2 and 5 times a power of ten (of two, where bytes are counted) that is not below. @param {number} value */
export function ceiling(value) {
  if (value <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map(step => step * power).find(step => step >= value) ?? value;
}

/** Every day from the first to the last, whether there are figures of it or not. @param {{ date: string }[]} days oldest first @param {number} count @param {number} now in ms */
export function everyDay(days, count, now) {
  const known = new Map(days.map(day => [day.date, day]));
  return Array.from({ length: count }, (_, at) => {
    const date = new Date(now - (count - 1 - at) * 86_400_000).toISOString().slice(0, 10);
    return known.get(date) ?? { date };
  });
}

const short = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', timeZone: 'UTC' });
const long = new Intl.DateTimeFormat(locale, { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });

/**
 * @param {string} title @param {any[]} days as everyDay gives them; the last one is today, which is not over
 * @param {string} name which member @param {(value: number) => string} show
 */
export function chart(title, days, name, show) {
  const top = ceiling(Math.max(...days.map(day => day[name] ?? 0)));
  const step = WIDTH / days.length;
  const gap = step > 4 ? step * .2 : 0;
  const picture = svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' });
  for (const part of [0, .5, 1]) picture.append(svg('line', { class: 'grid', x1: 0, x2: WIDTH, y1: HEIGHT * part, y2: HEIGHT * part }));
  const bars = days.map((day, at) => {
    const height = (day[name] ?? 0) / top * HEIGHT;
    const bar = svg('rect', { class: at === days.length - 1 ? 'now' : '', x: at * step + gap / 2, width: step - gap, y: HEIGHT - height, height });
    picture.append(bar);
    return bar;
  });
  const value = h('strong', {});
  const date = h('span', { class: 'quiet' });
  const said = at => {
    const amount = days[at][name];
    return [amount === undefined ? 'No figures' : show(amount), `${long.format(new Date(days[at].date))}${at === days.length - 1 ? ', so far' : ''}`];
  };
  const frame = h('div', { class: 'plot', role: 'slider', tabIndex: 0, 'aria-label': `${title}, by day`, 'aria-valuemin': '0', 'aria-valuemax': String(days.length - 1) }, picture);
  let chosen = 0;
  const choose = at => {
    bars[chosen].classList.remove('chosen');
    chosen = Math.max(0, Math.min(days.length - 1, at));
    bars[chosen].classList.add('chosen');
    const [amount, day] = said(chosen);
    value.textContent = amount;
    date.textContent = day;
    frame.setAttribute('aria-valuenow', String(chosen));
    frame.setAttribute('aria-valuetext', `${day}: ${amount}`);
  };
  frame.addEventListener('pointermove', event => {
    const box = frame.getBoundingClientRect();
    choose(Math.floor((event.clientX - box.left) / box.width * days.length));
  });
  frame.addEventListener('pointerleave', () => choose(days.length - 1));
  frame.addEventListener('keydown', event => {
    const to = { ArrowLeft: chosen - 1, ArrowDown: chosen - 1, ArrowRight: chosen + 1, ArrowUp: chosen + 1, PageDown: chosen - 7, PageUp: chosen + 7, Home: 0, End: days.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    choose(to);
  });
  choose(days.length - 1);
  return h('figure', { class: 'card chart' }, h('figcaption', {}, h('h2', {}, title), value, date), frame,
    h('div', { class: 'axis quiet', 'aria-hidden': 'true' }, h('span', {}, short.format(new Date(days[0].date))), h('span', {}, `top: ${show(top)}`), h('span', {}, short.format(new Date(days.at(-1).date)))));
}
