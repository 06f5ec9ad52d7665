// The page: who is there, which request is shown, what a button does.
import { element, prose } from './dom.js';
import { World } from './fill.js';
import { menu } from './menu.js';
import { Person } from './person.js';
import { load, words } from './protocol.js';
import * as scenes from './scenes.js';
import { show } from './schema.js';
import { theme } from './theme.js';
import { Transcript } from './transcript.js';
import { Wire } from './wire.js';

const at = id => document.getElementById(id);
theme(at('theme'));

const [protocol, setup] = await Promise.all([load(), fetch('explorer/setup.json').then(answer => answer.json())]);
const wire = new Wire(at('log'), at('figures'), protocol);
let transcript = new Transcript();
let current = null;

function happened(event) {
  stage.world.learn(event);
  wire.add(event);
  transcript.add(event);
  at('export').disabled = false;
  if (!event.frame) people();
}

const stage = {
  fixedCode: setup.fixedCode,
  code: null,
  world: new World(),
  people: [new Person('alice', 'Alice', happened), new Person('bob', 'Bob', happened)],
  send: (person, type) => person.send(type, scenes.filled(stage, person, protocol.find(type))),
  ask,

  /** Notifications come right after an answer, on the other connection: one turn of the loop and a little lets them in before the next request. */
  settled: () => new Promise(resolve => setTimeout(resolve, 60)),
};
const [alice, bob] = stage.people;

at('server').textContent = `${setup.version}, ${location.host}`;
at('count').textContent = protocol.requests.length;
at('codes').textContent = setup.fixedCode
  ? `No SMS is sent: in Development every code is ${setup.fixedCode}.`
  : 'A code goes out by SMS for each of them; a server without an SMS provider writes it to its log. You will be asked for both.';

const mark = menu(protocol, at('families'), at('find'), choose);

function choose(request) {
  current = request;
  at('welcome').hidden = true;
  at('form').hidden = false;
  at('family').textContent = words(request.family);
  at('name').textContent = request.type;
  at('summary').replaceChildren(...prose(request.summary));
  at('schema').replaceChildren(...show(protocol, request));
  mark(request.type);
  example();
}

const side = () => stage.people.find(person => person.side === new FormData(at('form')).get('side'));

/** Before the people are there the protocol's own example stands for them. */
function example() {
  const payload = side().registered ? scenes.filled(stage, side(), current) : current.example;
  at('editor').value = JSON.stringify(payload, null, 2);
  at('fault').textContent = side().registered ? '' : 'This is the protocol’s own example. Register Alice and Bob, and it is filled in with their data.';
}

async function send(event) {
  event?.preventDefault();
  at('fault').textContent = '';
  let payload;
  try {
    payload = JSON.parse(at('editor').value);
  } catch (fault) {
    at('fault').textContent = `This is not JSON: ${fault.message}`;
    at('editor').focus();
    return;
  }

  await attempt(() => side().send(current.type, payload));
}

/** Whatever goes wrong is said where one looks. */
async function attempt(work, button) {
  if (button) button.disabled = true;
  at('fault').textContent = '';
  try {
    await work();
  } catch (fault) {
    at('fault').textContent = fault.message;
    if (!current) choose(protocol.requests[0]);
    at('fault').textContent = fault.message;
  } finally {
    if (button) button.disabled = false;
    people();
  }
}

async function everybody() {
  if (stage.people.some(person => person.registered)) return;

  // A transcript is of two people: new ones begin a new one.
  if (!transcript.isEmpty) {
    transcript = new Transcript();
    wire.clear();
    stage.world = new World();
  }

  for (const person of stage.people) {
    await scenes.register(stage, person);
    people();
  }
}

function ask(person) {
  const dialog = at('ask');
  at('ask-title').textContent = `The code for ${person.name}, ${person.openUserId}`;
  at('code').value = '';
  dialog.showModal();
  return new Promise((resolve, reject) => dialog.addEventListener('close', () =>
    at('code').value ? resolve(at('code').value) : reject(new Error('without the code nobody is registered')), { once: true }));
}

function people() {
  at('people').replaceChildren(...stage.people.filter(person => person.registered).map(person => element('div', { class: `person ${person.side}${person.online ? ' online' : ''}` },
    element('i', { role: 'img', 'aria-label': person.online ? 'connected' : 'not connected' }), element('b', {}, person.name), element('small', {}, person.openUserId),
    element('button', { type: 'button', onclick: () => (person.online ? person.disconnect() : attempt(() => scenes.reconnect(stage, person))) },
      person.online ? 'Hang up' : 'Reconnect'))));
  at('discard').disabled = !stage.people.some(person => person.registered);
}

at('form').addEventListener('submit', send);
at('form').addEventListener('change', event => event.target.name === 'side' && example());
at('form').addEventListener('keydown', event => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) send(event);
});
at('fill').addEventListener('click', example);
at('clear').addEventListener('click', () => wire.clear());
at('export').addEventListener('click', () => transcript.download(stage.people, setup.version));
at('register').addEventListener('click', event => attempt(async () => {
  await everybody();
  choose(protocol.find('RequestCreateConversationFull'));
  at('editor').focus({ preventScroll: true });
}, event.target));
for (const button of [at('play'), at('show')]) button.addEventListener('click', () => attempt(async () => {
  await everybody();
  await scenes.firstMinute(stage, alice, bob);
  choose(protocol.find('RequestAddMessage'));
}, button));
at('discard').addEventListener('click', event => attempt(async () => {
  for (const person of stage.people.filter(each => each.registered)) await scenes.discard(stage, person);
}, event.target));

document.documentElement.dataset.ready = 'true';
