// How much there is, and how much happened on each day (UTC).
import { h } from '../dom.js';
import { size } from '../format.js';
import { locale } from '../i18n.js';
import { get } from './api.js';
import { chart, everyDay } from './chart.js';
import { choice, heading, later } from './parts.js';

const number = value => value.toLocaleString(locale);
const FIGURES = [
  ['active', 'Active accounts', number], ['accounts', 'Accounts', number], ['messages', 'Messages', number], ['deliveries', 'Deliveries', number],
  ['bytesIn', 'Bytes in', size], ['bytesOut', 'Bytes out', size], ['sms', 'SMS', number], ['pushes', 'Pushes', number],
];
const RANGES = [['7', 'Week'], ['30', 'Month'], ['90', '90 days'], ['400', 'All']];
const COUNTS = [
  ['users', 'Users'], ['suspendedUsers', 'Suspended'], ['conversations', 'Conversations'], ['messages', 'Messages'], ['openReports', 'Open reports'], ['pushesWaiting', 'Pushes waiting'],
  ['smsThisHour', 'SMS this hour'],
];

export function statistics(place, { query, go }) {
  const range = RANGES.some(([value]) => value === query.get('days')) ? query.get('days') : '30';
  place.append(
    heading('Statistics'),
    later(async () => {
      const counts = await get('/counts');
      return [h('dl', { class: 'tiles' }, COUNTS.map(([name, label]) => h('div', { class: 'card' }, h('dt', {}, label), h('dd', {}, number(counts[name])))))];
    }),
    choice('How many days', RANGES, range, value => go(`#/statistics?days=${value}`)),
    later(async () => {
      const days = everyDay((await get('/statistics', { days: range })).days, Number(range), Date.now());
      return [h('div', { class: 'charts' }, FIGURES.map(([name, title, show]) => chart(title, days, name, show))), table(days)];
    }));
}

/** The same as figures, for whoever would rather read or copy them. */
function table(days) {
  const known = days.filter(day => day.active !== undefined).toReversed();
  return h('details', { class: 'card' }, h('summary', {}, 'The figures as a table'), h('div', { class: 'wide', role: 'region', tabIndex: 0, 'aria-label': 'Figures of each day' }, h('table', {},
    h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'Day'), FIGURES.map(([, title]) => h('th', { scope: 'col' }, title)))),
    h('tbody', {}, known.map(day => h('tr', {}, h('th', { scope: 'row' }, day.date), FIGURES.map(([name]) => h('td', {}, number(day[name])))))))));
}
