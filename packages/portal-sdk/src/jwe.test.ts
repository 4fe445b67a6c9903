import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { CompactEncrypt, compactDecrypt } from 'jose';
import { OpenError, type OpenFailure, openEvent, sealEvent } from './jwe.ts';
import { deriveKeys } from './keys.ts';
import { licenceKeyOf } from './testing/sender.ts';

const keys = deriveKeys(licenceKeyOf(1));
const other = deriveKeys(licenceKeyOf(2));

function assertRefused(token: string, code: OpenFailure) {
  assert.throws(
    () => openEvent([keys], token),
    (error: unknown) => error instanceof OpenError && error.code === code,
    `${token.slice(0, 60)} should be ${code}`,
  );
}

function withHeader(header: string): string {
  return [Buffer.from(header).toString('base64url'), ...sealEvent(keys, 'text').split('.').slice(1)].join('.');
}

test('any bytes come out as they went in, and no other key opens them', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4_000 }), (bytes) => {
      const token = sealEvent(keys, bytes);
      assert.deepEqual(openEvent([other, keys], token), Buffer.from(bytes));
      assert.throws(() => openEvent([other], token), { code: 'unknown_key', kid: keys.kid });
    }),
  );
});

test('jose opens what is sealed here', async () => {
  const { plaintext, protectedHeader } = await compactDecrypt(sealEvent(keys, 'Привет'), keys.encryptionKey);
  assert.equal(Buffer.from(plaintext).toString(), 'Привет');
  assert.deepEqual(protectedHeader, { alg: 'dir', enc: 'A256GCM', kid: keys.kid });
});

test('what jose sealed is opened here, whatever the order of its header', async () => {
  const header = { kid: keys.kid, enc: 'A256GCM', typ: 'JWE', alg: 'dir' };
  const token = await new CompactEncrypt(Buffer.from('text')).setProtectedHeader(header).encrypt(keys.encryptionKey);
  assert.equal(openEvent([keys], token).toString(), 'text');
});

test('another algorithm is refused before any key is touched', async () => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const rsa = new CompactEncrypt(Buffer.from('text')).setProtectedHeader({
    alg: 'RSA-OAEP',
    enc: 'A256GCM',
    kid: keys.kid,
  });
  assertRefused(await rsa.encrypt(publicKey), 'malformed');
  assertRefused(withHeader(`{"alg":"none","enc":"A256GCM","kid":"${keys.kid}"}`), 'unsupported');
  assertRefused(withHeader(`{"alg":"RSA-OAEP","enc":"A256GCM","kid":"${keys.kid}"}`), 'unsupported');
  assertRefused(withHeader(`{"alg":"dir","enc":"A128GCM","kid":"${keys.kid}"}`), 'unsupported');
  assertRefused(withHeader(`{"alg":"dir","enc":"A256GCM","kid":"${keys.kid}","zip":"DEF"}`), 'unsupported');
  assertRefused(withHeader(`{"alg":"dir","enc":"A256GCM","kid":"${keys.kid}","crit":["exp"]}`), 'unsupported');
});

test('a header that is not ours is refused', () => {
  for (const header of ['', 'no json', 'null', '[]', '"dir"', '{"alg":"dir","enc":"A256GCM"}', '['.repeat(50_000)]) {
    assert.throws(() => openEvent([keys], withHeader(header)), OpenError);
  }
  assertRefused(withHeader(`{"alg":"dir","enc":"A256GCM","kid":"${'k'.repeat(65)}"}`), 'malformed');
  assertRefused(withHeader('{"alg":"dir","enc":"A256GCM","kid":{"__proto__":1}}'), 'malformed');
  assertRefused(withHeader('{"alg":"dir","enc":"A256GCM","kid":"0000000000000000"}'), 'unknown_key');
});

test('a header with its names twice is opened by nothing but dir and A256GCM', () => {
  assertRefused(withHeader(`{"alg":"dir","alg":"none","enc":"A256GCM","kid":"${keys.kid}"}`), 'unsupported');
  assertRefused(withHeader(`{"alg":"none","alg":"dir","enc":"A256GCM","kid":"${keys.kid}"}`), 'tampered');
});

test('one changed character anywhere is noticed', () => {
  const token = sealEvent(keys, '{"text":"a message of some length"}');
  fc.assert(
    fc.property(fc.nat(token.length - 1), fc.constantFrom(...'AZaz09-_.=+/ '), (place, letter) => {
      fc.pre(token[place] !== letter);
      const changed = token.slice(0, place) + letter + token.slice(place + 1);
      // The last characters of the parts hold spare bits: a change in those alone leaves the bytes as they were.
      const sameBytes = changed.split('.').every((part, at) => {
        return Buffer.from(part, 'base64url').equals(Buffer.from(token.split('.')[at] ?? '', 'base64url'));
      });
      fc.pre(!sameBytes || place < token.indexOf('.'));
      assert.throws(() => openEvent([keys], changed), OpenError);
    }),
    { numRuns: 1_000 },
  );
});

test('a cut, doubled or foreign text is malformed', () => {
  const token = sealEvent(keys, 'text');
  const [header, , iv, sealed] = token.split('.');
  const cut = [token.slice(0, -1), token.slice(1, 20), `${token}.x`, `${header}.a.${iv}.${sealed}.x`, '', '....', '{}'];
  for (const text of cut) assertRefused(text, 'malformed');
});
