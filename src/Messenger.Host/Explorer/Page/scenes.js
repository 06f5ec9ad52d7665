// Longer conversations with the server than one request: a registration, a first minute, the end.
import { fill } from './fill.js';

/** Registers a person and logs in; the code comes from the server's settings in Development, from its reader elsewhere. */
export async function register(stage, person) {
  const step = async type => accepted(await stage.send(person, type));
  await person.renew();
  await person.connect();
  await step('RequestRegisterApplication');
  stage.code = stage.fixedCode ?? await stage.ask(person);
  await step('RequestConfirmRegistration');
  await step('RequestAuthenticationByApplication');
  person.registered = true;
}

/** A dialog, two messages, their receipts. */
export async function firstMinute(stage, alice, bob) {
  const scene = [
    [alice, 'RequestCreateConversationFull'],
    [alice, 'RequestTyping'],
    [alice, 'RequestAddMessage'],
    [bob, 'MessageDelivered'],
    [bob, 'RequestMessagesReaded'],
    [bob, 'RequestAddMessage'],
    [alice, 'RequestMarkAllReaded'],
    [alice, 'RequestGetConversationsFull'],
  ];
  for (const [person, type] of scene) {
    accepted(await stage.send(person, type));
    await stage.settled();
  }
}

/** Comes back as a phone does after a tunnel: what was missed follows. */
export async function reconnect(stage, person) {
  await person.connect();
  accepted(await stage.send(person, 'RequestAuthenticationByApplication'));
}

/** Deletes a person for good. */
export async function discard(stage, person) {
  if (!person.online) await reconnect(stage, person);
  accepted(await stage.send(person, 'RequestDeleteUser'));
  stage.code = stage.fixedCode ?? await stage.ask(person);
  accepted(await stage.send(person, 'RequestDeleteUserConfirmation'));
  person.registered = false;
}

function accepted(frame) {
  const { status, requestType, description } = frame.payload;
  if (frame.type === 'ResponseStatusMessage' && status !== 'ok') throw new Error(`${requestType}: ${status}, ${description}`);
  return frame;
}

/** What a person would send as it stands in the editor by default. */
export const filled = (stage, person, request) => fill(request, {
  me: person, peer: stage.people.find(other => other !== person), world: stage.world, code: stage.code ?? stage.fixedCode,
});
