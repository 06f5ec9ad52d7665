export { Messenger } from './client.js';
export { Connection } from './connection.js';
export { ConnectionLostError, CryptoError, EndedError, LockedError, NotAcceptedError, RefusedError } from './faults.js';
export { MemoryStore } from './stores/memory.js';
export { lockVerifier, userIdOf } from './crypto.js';
export { FOR_EVER } from './preferences.js';
