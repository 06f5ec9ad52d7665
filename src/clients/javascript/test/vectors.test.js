// docs/vectors, which the C# client wrote: everything is read, and everything that is broken is refused.
import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { base64, fromBase64 } from '../src/bytes.js';
import * as crypto from '../src/crypto.js';
import { linkDigits, openGift, readLinkText } from '../src/linking.js';
import { CryptoError } from '../src/faults.js';
import { openFile, SealedFile } from '../src/sealed-file.js';

const read = name => JSON.parse(readFileSync(new URL(`../../../../docs/vectors/${name}.json`, import.meta.url)));
const keys = read('keys');
const person = name => keys.people.find(one => one.name === name);
const place = one => ({ conversation: one.conversationUuid, message: one.messageUuid, sessionKey: one.sessionKeyUuid, author: one.author });

function each(name, cases, work) {
  ok(cases.some(one => one.fails), `${name} has a broken one`);
  for (const one of cases) {
    test(`${name}: ${one.name}`, async () => {
      if (one.fails) await rejects(work(one), CryptoError);
      else equal(await work(one), one.plain);
    });
  }
}

test('fingerprints, user ids, outdated forms', async () => {
  for (const one of keys.people) equal(await crypto.fingerprint(one.publicKey), one.fingerprint);
  for (const one of keys.userIds) equal(await crypto.userIdOf(one.number), one.userId);
  deepEqual(keys.privateKeys.map(one => crypto.isOutdated(one.wrapped)), keys.privateKeys.map(one => one.outdated));
});

test('the verifier of a registration lock', async () => {
  for (const one of read('registration-lock').cases) equal(await crypto.lockVerifier(one.userId, one.pin), one.plain, one.name);
});

const ecdh = { name: 'ECDH', namedCurve: 'P-256' };
each('linking', read('linking').cases, async one => {
  const of = { linkUuid: one.linkUuid, newKey: one.newKey, oldKey: one.oldKey };
  deepEqual(readLinkText(one.text), { linkUuid: one.linkUuid.toLowerCase(), key: one.newKey });
  equal(await linkDigits(of.linkUuid, of.newKey, of.oldKey), one.digits);
  const gift = await openGift(await globalThis.crypto.subtle.importKey('jwk', one.newKeyJwk, ecdh, false, ['deriveBits']), of, one.bodyEncryptedBase64);
  return JSON.stringify({
    number: gift.number, name: gift.name, privateKeyBase64: base64(gift.pkcs8), metaDataKeyBase64: base64(gift.metaKey), privateKeyEncryptedBase64: gift.wrapped, keyPairUuid: gift.pairUuid,
  });
});

each('private keys', keys.privateKeys, async one => crypto.fingerprint((await crypto.openPrivateKey(one.wrapped, one.passphrase)).pair.publicKey));

const pair = (await crypto.openPrivateKey(person('alice').wrapped, 'correct horse battery staple')).pair;
each('session keys', read('session-keys').cases, async one =>
  base64(await crypto.openKey(pair, one.conversationUuid, one.keyEncryptedBase64, one.signatureBase64, person(one.signer).publicKey)));

each('bodies', read('bodies').cases, async one => {
  const key = fromBase64(one.keyBase64);
  const plain = await crypto.openBody(key, place(one), { bodyBase64: one.bodyEncryptedBase64, ivBase64: one.ivBase64 });
  equal((await crypto.sealBody(key, place(one), plain, fromBase64(one.ivBase64))).bodyBase64, one.bodyEncryptedBase64, 'sealed with the same iv, it is the same');
  return plain;
});

each('labels', read('labels').cases, async one => one.kind === 'metadata'
  ? crypto.openOwn(fromBase64(one.keyBase64), one.label)
  : crypto.openLabel(fromBase64(one.keyBase64), one.kind, one.conversationUuid, one.owner, one.label));

each('files', read('files').cases, async one => {
  const [key, bytes] = [fromBase64(one.keyBase64), fromBase64(one.sealedBase64)];
  const { name, type } = await crypto.openFileName(key, place(one), one.fileNameEncrypted);
  const info = crypto.fileInfo(place(one), one.fileNameEncrypted);
  const parts = [];
  for await (const part of openFile(pieces(bytes), key, info)) parts.push(part);
  const plain = Buffer.concat(parts);
  const again = await SealedFile.of(new Blob([plain]), key, info, bytes.slice(0, 24));
  equal(again.size, bytes.length);
  deepEqual(await again.slice(0, again.size), bytes, 'sealed with the same header, it is the same');
  deepEqual(await again.slice(10, 70_000), bytes.slice(10, 70_000), 'and any part of it can be made');
  return `${name} ${type} ${plain.length} ${createHash('sha256').update(plain).digest('hex')}`;
});

async function* pieces(bytes) {
  for (let at = 0; at < bytes.length; at += 50_001) yield bytes.slice(at, at + 50_001);
}
