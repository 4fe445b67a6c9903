import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { deriveKeys as deriveInSdk, openEvent, sealEvent } from '@trunkline/portal-sdk';
import fc from 'fast-check';
import { CompactEncrypt, compactDecrypt } from 'jose';
import { deriveKeys } from './derive.ts';
import { formatLicenceKey } from './licence-key.ts';
import { openSealed } from './open.ts';
import { createSeal } from './seal.ts';

const secret = randomBytes(32);
const keys = deriveKeys(secret);
const sdk = deriveInSdk(formatLicenceKey(secret));
const seal = createSeal(keys);
const keyOf = (kid: string) => (kid === keys.kid ? keys.encryptionKey : undefined);

function reasonOf(token: string): string {
  const result = openSealed(token, keyOf);
  return result.opened ? 'opened' : result.reason;
}

function withHeader(header: string): string {
  const [, ...rest] = seal(Buffer.from('text')).split('.');
  return [Buffer.from(header).toString('base64url'), ...rest].join('.');
}

test('this side and portal-sdk derive the same keys', () => {
  assert.equal(sdk.kid, keys.kid);
  assert.ok(sdk.encryptionKey.equals(keys.encryptionKey));
  assert.deepEqual(sdk.signingKey.export(), Buffer.from(keys.signingKey));
});

test('what is sealed here is opened by portal-sdk, and the reverse, for any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4_000 }), (bytes) => {
      assert.deepEqual(openEvent([sdk], seal(bytes)), Buffer.from(bytes));
      const result = openSealed(sealEvent(sdk, bytes), keyOf);
      assert.deepEqual(result, { opened: true, kid: keys.kid, plaintext: Buffer.from(bytes) });
    }),
  );
});

test('jose opens what is sealed here, and what jose sealed is opened here', async () => {
  const { plaintext, protectedHeader } = await compactDecrypt(seal(Buffer.from('Привет')), keys.encryptionKey);
  assert.equal(Buffer.from(plaintext).toString(), 'Привет');
  assert.deepEqual(protectedHeader, { alg: 'dir', enc: 'A256GCM', kid: keys.kid });
  const theirs = new CompactEncrypt(Buffer.from('text')).setProtectedHeader({
    enc: 'A256GCM',
    kid: keys.kid,
    alg: 'dir',
  });
  assert.equal(reasonOf(await theirs.encrypt(keys.encryptionKey)), 'opened');
});

test('no IV is used twice', () => {
  const ivs = new Set(Array.from({ length: 2_000 }, () => seal(Buffer.from('the same text')).split('.')[2]));
  assert.equal(ivs.size, 2_000);
});

test('one changed character anywhere keeps it closed', () => {
  const token = seal(Buffer.from('{"text":"a message of some length"}'));
  const bytesOf = (text: string) => text.split('.').map((part) => Buffer.from(part, 'base64url').toString('hex'));
  fc.assert(
    fc.property(fc.nat(token.length - 1), fc.constantFrom(...'AZaz09-_.=+/ '), (place, letter) => {
      const changed = token.slice(0, place) + letter + token.slice(place + 1);
      // The last characters of the parts hold spare bits: a change in those alone leaves the bytes as they were.
      fc.pre(bytesOf(changed).join() !== bytesOf(token).join() || (place < token.indexOf('.') && changed !== token));
      assert.notEqual(reasonOf(changed), 'opened');
    }),
    { numRuns: 1_000 },
  );
});

test('another algorithm, a compressed text and an unknown key are each told apart', () => {
  const header = (more: object) => withHeader(JSON.stringify({ alg: 'dir', enc: 'A256GCM', kid: keys.kid, ...more }));
  for (const more of [{ alg: 'none' }, { alg: 'RSA-OAEP' }, { enc: 'A128GCM' }, { zip: 'DEF' }, { crit: ['exp'] }]) {
    assert.equal(reasonOf(header(more)), 'unsupported');
  }
  assert.equal(reasonOf(header({ kid: '0000000000000000' })), 'unknown_key');
  assert.equal(reasonOf(header({ kid: 5 })), 'malformed');
  assert.equal(reasonOf(header({})), 'opened');
});

test('what is no compact JWE is malformed, however long or deep', () => {
  const token = seal(Buffer.from('text'));
  const [header, , iv, sealed, tag] = token.split('.');
  const texts = [
    ...['', '....', '{}', token.slice(0, -2), `${token}.x`, `${header}.key.${iv}.${sealed}.${tag}`],
    ...[`${header}..${iv}!.${sealed}.${tag}`, `${header}..AAAA.${sealed}.${tag}`, '.'.repeat(1_000_000)],
    ...[withHeader('['.repeat(1_000_000)), withHeader('null'), withHeader('5')],
  ];
  for (const text of texts) assert.equal(reasonOf(text), 'malformed', text.slice(0, 80));
});
