// About a conversation: who is in it, what one may do there, the safety number.
import { actions, attempt, button, confirm, field, form, h, iconButton, menu, modal, toast } from './dom.js';
import { conversationAvatar, personAvatar, square } from './avatar.js';
import { report } from './bubble.js';
import { reachable } from './compose.js';
import { peerOf, titleOf } from './format.js';
import { t, tn } from './i18n.js';
import { preferenceItems } from './own.js';
import { timerItem, timerText } from './timer.js';

/** @param {any} client @param {string} key @param {{ close: () => void, open: (key: string) => void }} on */
export function panel(client, key, on) {
  const content = h('div', { class: 'content' });
  const element = h('aside', { class: 'panel', 'aria-label': t('About this conversation') },
    h('header', {}, h('h2', {}, t('Details')), iconButton('close', 'Close the details', on.close)), content);
  const render = () => {
    const conversation = client.model.conversations.get(key);
    if (!conversation) return on.close();
    content.replaceChildren(...(conversation.isDialog ? dialogParts(client, conversation) : groupParts(client, conversation, on)).filter(Boolean));
  };
  const offs = [client.on('conversations', keys => keys.includes(key) && render()), client.on('people', render)];
  render();
  return { element, close: () => offs.forEach(off => off()) };
}

/** @param {any} client @param {any} conversation */
const own = (client, conversation) => {
  const items = [timerItem(client, conversation), ...preferenceItems(client, conversation.key)].filter(Boolean);
  return items.length > 0 ? actions(items) : null;
};

const hero = (client, conversation, ...more) => h('div', { class: 'hero' }, conversationAvatar(client, conversation, 'huge'), h('h2', { dir: 'auto' }, titleOf(client, conversation)), more);

function dialogParts(client, conversation) {
  const peer = peerOf(client, conversation);
  const person = client.people.person(peer);
  const blocked = client.people.blocked.has(peer);
  return [
    hero(client, conversation, person.number ? h('span', { class: 'quiet', dir: 'ltr' }, person.number) : null, person.verified ? h('span', { class: 'tag' }, t('Verified')) : null),
    actions([
      { icon: 'compose', label: 'Name this person', run: () => nameOf(client, peer) },
      { icon: 'lock', label: 'Safety number', run: () => safety(client, peer) },
    ]),
    own(client, conversation),
    actions([
      blocked ? { icon: 'person', label: 'Unblock', run: () => attempt(() => client.people.unblock(peer)) }
        : { icon: 'alert', label: 'Block', danger: true,
          run: () => confirm('Block this person?', 'They cannot write to you, nor add you to a group. They are not told.', 'Block', () => client.people.block(peer)) },
      { icon: 'flag', label: 'Report', danger: true, run: () => report(reason => client.people.report(peer, reason)) },
      { icon: 'trash', label: 'Delete this conversation', danger: true,
        run: () => confirm('Delete this conversation?', 'It is deleted for both of you, and cannot be brought back.', 'Delete', () => client.talk.remove(conversation.key)) },
    ]),
  ];
}

function groupParts(client, conversation, on) {
  const { admins, members, key } = conversation;
  const admin = admins.includes(client.me);
  const picture = h('input', { type: 'file', accept: 'image/*', hidden: true, onchange: () => attempt(async () => {
    await client.transfer.setAvatar(`conversation_${conversation.uuid}`, await square(picture.files[0]));
    await client.model.change(transaction => transaction.patch(key, { hasAvatar: true, avatarUpdated: Date.now() }));
  }) });
  const member = userId => {
    const name = client.people.name(userId, key);
    const isAdmin = admins.includes(userId);
    const more = userId === client.me ? null : iconButton('more', t('More about {name}', { name }), event => menu(event.currentTarget, [
      { icon: 'chat', label: 'Write a message', run: () => attempt(async () => on.open(await client.talk.dialog(userId))) },
      { icon: 'lock', label: 'Safety number', run: () => safety(client, userId) },
      ...(admin && !isAdmin ? [{ icon: 'person', label: 'Make an admin', run: () => attempt(() => client.talk.promote(key, userId)) }] : []),
      ...(admin ? [{ icon: 'trash', label: 'Remove from the group', danger: true,
        run: () => confirm(t('Remove {name}?', { name }), 'The key of the group is renewed: they cannot read what is written from then on.', 'Remove', () => client.talk.kick(key, userId)) }] : []),
    ]), { 'aria-haspopup': 'menu', 'aria-expanded': 'false' });
    return h('li', { class: 'row' }, personAvatar(client, userId, 'tiny', key), h('span', { class: 'grow' }, h('span', { dir: 'auto' }, userId === client.me ? t('{name} (you)', { name }) : name)),
      isAdmin ? h('span', { class: 'tag' }, t('Admin')) : null, more);
  };
  return [
    hero(client, conversation, h('span', { class: 'quiet' }, tn(conversation.membersCount ?? admins.length + members.length, '{n} member', '{n} members'))),
    admin ? actions([
      { icon: 'add', label: 'Add somebody', run: () => add(client, conversation) },
      { icon: 'compose', label: 'Rename', run: () => rename(client, conversation) },
      { icon: 'camera', label: 'Change the picture', run: () => picture.click() },
    ]) : null,
    picture,
    timerText(client, conversation),
    own(client, conversation),
    h('section', {}, h('h3', {}, t('Members')), h('ul', { class: 'rows' }, [...admins, ...members].map(member))),
    actions([
      { icon: 'back', label: 'Leave', danger: true, run: () => confirm('Leave this group?', 'You keep nothing of it on this device.', 'Leave', () => client.talk.leave(key)) },
      { icon: 'flag', label: 'Report', danger: true, run: () => report(reason => client.ask('AddConversationReport', { conversationUuid: conversation.uuid, reason })) },
      admin ? { icon: 'trash', label: 'Delete for everyone', danger: true,
        run: () => confirm('Delete this group?', 'It is deleted for everyone, and cannot be brought back.', 'Delete', () => client.talk.remove(key)) } : null,
    ]),
  ];
}

const nameOf = (client, userId) => modal(t('Name this person'), close => form({
  fields: [field('Only you see this name', { name: 'who', value: client.people.person(userId).name ?? '', maxLength: 60, required: true })],
  action: 'Save',
  submit: async element => {
    await client.people.rename(userId, element.who.value.trim());
    close();
  },
}));

const rename = (client, conversation) => modal(t('Rename the group'), close => form({
  fields: [field('Name', { name: 'title', value: conversation.name ?? '', maxLength: 80, required: true })],
  action: 'Save',
  submit: async element => {
    await client.talk.rename(conversation.key, element.elements.title.value.trim());
    close();
  },
}));

function add(client, conversation) {
  const there = new Set([...conversation.admins, ...conversation.members]);
  const people = reachable(client).filter(({ userId }) => !there.has(userId));
  modal(t('Add somebody'), close => people.length === 0 ? h('p', {}, t('Everybody you know here is in this group already.')) : h('div', { class: 'rows' }, people.map(({ userId, name }) =>
    h('button', { type: 'button', class: 'row', onclick: () => attempt(async () => {
      close();
      await client.talk.add(conversation.key, userId);
      toast(t('{name} was added', { name }));
    }) }, personAvatar(client, userId, 'tiny'), h('span', { class: 'grow' }, h('span', {}, name))))));
}

function safety(client, userId) {
  const numbers = h('p', { class: 'safety', role: 'status', dir: 'ltr' }, t('Reading the keys…'));
  const name = client.people.name(userId);
  modal(t('Safety number'), close => [
    numbers,
    h('p', { class: 'quiet' }, t('Compare it with {name} by voice, or side by side. The same on both phones: nobody is in between. It changes when one of you makes new keys.', { name })),
    h('div', { class: 'actions' }, button(client.people.person(userId).verified ? 'Not verified any more' : 'We compared it', () => attempt(async () => {
      await client.people.verify(userId, !client.people.person(userId).verified);
      close();
    }), 'primary')),
  ]);
  client.people.safetyNumber(userId).then(text => {
    numbers.textContent = text;
  }, fault => {
    numbers.textContent = fault.message;
  });
}
