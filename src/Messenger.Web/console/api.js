// The operator's interface (docs/admin-openapi.yaml), asked with the token that was typed in: it is kept for this tab, and goes with it.
const KEY = 'operator-token';

/** What the server refused, in its own sentence. */
export class Refusal extends Error {
  /** @param {number} code the HTTP status @param {string} message */
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/** Who looks: `{ name, role, expires, version }`; null before the token was tried. @type {any} */
export let me = null;

/** Whether this token may change something. The server decides; a page that shows no button only saves a try. */
export const mayChange = () => me?.role === 'operator';

/** @type {() => void} */
let lost = () => {};

/** @param {() => void} callback called when the token is not taken any more */
export function onLost(callback) {
  lost = callback;
}

export const hasToken = () => sessionStorage.getItem(KEY) !== null;

/** @param {string} token @throws {Refusal} it is none of the server's, or has expired */
export async function signIn(token) {
  if (!/^[!-~]+$/.test(token)) throw new Refusal(401, 'A token has no spaces and no special characters: is it a whole one, and one alone?');
  me = await ask('GET', '/me', undefined, token);
  sessionStorage.setItem(KEY, token);
}

/** After a reload: the tab still has its token. */
export async function resume() {
  me = await ask('GET', '/me', undefined, sessionStorage.getItem(KEY) ?? '');
}

export function signOut() {
  sessionStorage.removeItem(KEY);
  me = null;
}

/** @param {string} path @param {Record<string, string | number | boolean | null | undefined>} [query] what is empty is left out */
export function get(path, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== '' && value !== false);
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return call('GET', text ? `${path}?${text}` : path);
}

/** @param {string} path @param {Record<string, any>} body */
export const post = (path, body) => call('POST', path, body);

async function call(method, path, body) {
  const token = sessionStorage.getItem(KEY) ?? '';
  try {
    return await ask(method, path, body, token);
  } catch (fault) {
    // Another token may have come since: only the one that was refused goes.
    if (fault instanceof Refusal && fault.code === 401 && sessionStorage.getItem(KEY) === token) {
      signOut();
      lost();
    }
    throw fault;
  }
}

async function ask(method, path, body, token) {
  let answer;
  try {
    answer = await fetch(`/admin/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      body: body && JSON.stringify(body),
      cache: 'no-store',
      credentials: 'omit',
    });
  } catch {
    throw new Refusal(0, method === 'GET' ? 'The server does not answer.' : 'The server did not answer: it may have been done or not. Look, and do it again if it was not.');
  }
  const said = await answer.json().catch(() => null);
  if (!answer.ok || said === null) throw new Refusal(answer.status, said?.error ?? `The server answers ${answer.status}, and not as the operator's port does.`);
  return said;
}
