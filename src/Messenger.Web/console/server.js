// What is set while the server runs: a notice, whether people may register, which processes take connections.
import { h } from '../dom.js';
import { get } from './api.js';
import { facts, heading, later, orderButton, orders, section, tag, when } from './parts.js';

export function server(place, { again }) {
  place.append(heading('Server'), h('p', { class: 'quiet' }, 'Every process follows within seconds.'), later(async () => {
    const [controls, processes] = await Promise.all([get('/controls'), get('/processes')]);
    const set = name => controls.items.find(control => control.name === name);
    const [notice, paused] = [set('notice'), set('registration-paused')];
    return [
      section('Notice', notice ? h('blockquote', { dir: 'auto' }, notice.value) : h('p', {}, 'None is shown.'), notice ? facts([['Set by', notice.by], ['At', when(notice.at)]]) : null, orders(
        orderButton(notice ? 'Change the notice' : 'Set a notice', {
          title: 'What is everybody told?', text: 'Clients show it to everybody until it is taken back.', path: '/notice', body: {}, action: 'Set', label: 'The notice', field: 'text', reason: 'needed', done: again,
        }),
        notice && orderButton('Take it back', { title: 'Take the notice back?', text: 'Nobody is shown it any more.', path: '/notice', body: { text: null }, action: 'Take it back', reason: 'none', done: again }))),
      section('Registration', h('p', {}, paused ? tag('Paused', 'bad') : tag('Open', 'good')), paused ? facts([['Reason', paused.value], ['By', paused.by], ['At', when(paused.at)]]) : null, orders(paused
        ? orderButton('Let people register again', { title: 'Let people register again?', text: 'Codes are sent again at once.', path: '/registration/resume', body: {}, action: 'Resume', reason: 'none', done: again })
        : orderButton('Pause registration', {
          title: 'Pause registration?', text: 'No more codes are sent to those who register, until it is resumed. Whoever is registered is not touched.', path: '/registration/pause', body: {}, action: 'Pause',
          field: 'text', done: again,
        }, true))),
      section('Processes', h('ul', { class: 'rows' }, processes.items.map(process => h('li', { class: 'row' },
        h('span', { class: 'grow' }, h('span', { class: 'mono' }, process.name), process.drained === null ? null : h('span', { class: 'quiet', dir: 'auto' }, `Drained: ${process.drained}`)),
        process.present ? tag('There', 'good') : tag('Away'), process.drained === null ? null : tag('Drained', 'bad'),
        orders(process.drained === null
          ? orderButton('Drain', {
            title: `Drain ${process.name}?`, text: 'Its connections close at the configured pace and come back elsewhere; it takes no new ones until it is resumed. Alone in its cluster, it leaves everybody without a connection.',
            path: '/processes/drain', body: { process: process.name }, action: 'Drain', dry: true, takenBack: true, done: again,
          }, true)
          : orderButton('Resume', {
            title: `Resume ${process.name}?`, text: 'It takes connections again.', path: '/processes/resume', body: { process: process.name }, action: 'Resume', reason: 'none', done: again,
          })))))),
    ];
  }));
}
