export { Messenger } from './client.js';
export { Connection } from './connection.js';
export { ConnectionLostError, CryptoError, EndedError, NotAcceptedError, RefusedError } from './faults.js';
export { MemoryStore } from './stores/memory.js';
export { userIdOf } from './crypto.js';
