// What people reported: the queue, and one report with what there is to decide by.
import { button, h, modal, form, toast } from '../dom.js';
import { get, post } from './api.js';
import { choice, count, facts, heading, later, linkRow, orderButton, orders, pages, section, tag, userLink, when } from './parts.js';

const STATES = [['open', 'Open'], ['resolved', 'Resolved'], ['dismissed', 'Dismissed'], ['all', 'All']];

export function reports(place, { query, go }) {
  const state = STATES.some(([value]) => value === query.get('state')) ? query.get('state') : 'open';
  place.append(
    heading('Reports'),
    choice('Which reports', STATES, state, value => go(`#/reports?state=${value}`)),
    pages(before => get('/reports', { state, before }), row, state === 'open' ? 'Nothing waits for a decision.' : 'None.'));
}

const row = report => linkRow(
  `#/reports/${report.id}`, report.reason ?? 'No reason was given', [`#${report.id}, `, when(report.created), report.authorReports > 1 ? `; its author was reported ${count(report.authorReports, 'time', 'times')}` : ''],
  tag(report.kind), report.state === 'open' ? null : tag(report.state, report.state === 'resolved' ? 'good' : ''));

export function report(place, { id, again }) {
  const title = heading(`Report ${id}`);
  place.append(h('a', { class: 'back', href: '#/reports' }, 'All reports'), title, later(async () => {
    const { report, author, message, conversation } = await get(`/reports/${encodeURIComponent(id)}/context`);
    return [
      section('What was reported',
        h('blockquote', { dir: 'auto' }, report.reason ?? 'No reason was given.'),
        facts([
          ['About', `A ${report.kind}, reported ${count(report.subjectReports, 'time', 'times')}`], ['By', userLink(report.reporterId)], ['At', when(report.created)],
          ['State', report.state], ['Closed by', report.closedBy], ['Note', report.note],
        ]),
        report.state === 'open' ? orders(button('Resolve', () => decide(id, 'resolve', again), 'primary'), button('Dismiss', () => decide(id, 'dismiss', again))) : null),
      report.authorId ? section(report.kind === 'user' ? 'Who was reported' : 'Its author', authorFacts(report, author), orders(
        author && !author.suspended ? orderButton('Suspend this account', {
          title: 'Suspend this account?', text: 'Its connections close and it cannot log in; others see it as blocked. It can be restored at any time.', path: '/users/suspend',
          body: { userId: report.authorId }, action: 'Suspend', done: again,
        }, true) : null)) : null,
      message ? section('The message', facts([
        ['Written', when(message.created)], ['Size', `${count(message.bytes, 'byte', 'bytes')}, ${count(message.files, 'file', 'files')}`], ['State', message.deleted ? 'Deleted' : 'There'],
      ]), h('p', { class: 'quiet' }, 'It is encrypted: nobody here can read it.'), orders(!message.deleted && orderButton('Delete this message', {
        title: 'Delete this message?', text: 'It goes from everybody’s history, with its files.', path: '/messages/delete',
        body: { conversation: message.conversation, message: message.uuid }, action: 'Delete the message', reason: 'needed', dry: true, done: again,
      }, true))) : null,
      conversation ? section('The conversation', conversationFacts(conversation), h('h3', {}, 'People'), h('ul', { class: 'rows' }, conversation.people.map(person => linkRow(
        `#/users/${encodeURIComponent(person.userId)}`, h('span', { class: 'mono' }, person.userId), person.present ? `Reported ${count(person.reports, 'time', 'times')}` : `Left; reported ${count(person.reports, 'time', 'times')}`,
        person.isAdmin ? tag('Admin') : null))), orders(!conversation.deleted && orderButton('Delete this conversation', {
        title: 'Delete this conversation?', text: 'It goes for everybody in it, with all messages and files.', path: '/conversations/delete',
        body: { conversation: conversation.conversation }, action: 'Delete the conversation', reason: 'needed', dry: true, done: again,
      }, true))) : null,
    ];
  }));
}

const authorFacts = (report, author) => facts([
  ['Account', userLink(report.authorId)], ['State', author ? author.suspended ? tag('Suspended', 'bad') : 'Active' : 'There is no such account any more'],
  ['Reported', count(report.authorReports, 'time', 'times')], ['Registered', author && when(author.created)], ['Last login', author && when(author.lastLogin)],
]);

const conversationFacts = conversation => facts([
  ['Kind', conversation.isDialog ? 'A dialog' : `A group of ${count(conversation.memberCount, 'person', 'people')}`], ['State', conversation.deleted ? 'Deleted' : 'There'],
  ['Began', when(conversation.created)], ['Messages', conversation.messages], ['Files', conversation.files], ['Reports', conversation.reports],
]);

/** Both ways of closing take a note; a report that somebody else closed meanwhile says so. */
function decide(id, how, again) {
  modal(how === 'resolve' ? 'Resolve this report' : 'Dismiss this report', close => form({
    fields: [
      h('p', {}, how === 'resolve' ? 'It was dealt with. The note stays with the report.' : 'Nothing has to be done about it. The note stays with the report.'),
      h('label', { class: 'field' }, h('span', {}, 'Note'), h('textarea', { name: 'note', rows: 3, maxLength: 2000 })),
    ],
    action: how === 'resolve' ? 'Resolve' : 'Dismiss',
    submit: async element => {
      await post(`/reports/${encodeURIComponent(id)}/${how}`, { text: element.elements.namedItem('note').value.trim() || null });
      close();
      toast(how === 'resolve' ? 'Resolved.' : 'Dismissed.');
      again();
    },
  }));
}
