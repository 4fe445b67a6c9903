import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { deriveKeys, LicenceKeyError, signingSecret } from './keys.ts';
import { licenceKeyOf } from './testing/sender.ts';

const key = licenceKeyOf(1);

test('a licence key gives the same keys every time, and another licence key gives others', () => {
  assert.equal(deriveKeys(key).kid, deriveKeys(` ${key}\n`).kid);
  assert.notEqual(deriveKeys(key).kid, deriveKeys(licenceKeyOf(2)).kid);
  assert.match(deriveKeys(key).kid, /^[0-9a-f]{16}$/);
  assert.match(signingSecret(deriveKeys(key)), /^whsec_[A-Za-z0-9+/]{43}=$/);
});

test('printing keys shows no secret', () => {
  const keys = deriveKeys(key);
  const printed = inspect(keys, { depth: 9 }) + JSON.stringify(keys);
  for (const secret of [keys.encryptionKey, keys.signingKey]) {
    assert.ok(
      !printed.includes(secret.export().toString('base64')) && !printed.includes(secret.export().toString('hex')),
    );
  }
});

test('one mistyped character of a licence key is noticed, and the error does not repeat the key', () => {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'];
  fc.assert(
    fc.property(fc.integer({ min: 4, max: key.length - 1 }), fc.constantFrom(...letters), (place, letter) => {
      fc.pre(key[place] !== letter);
      const mistyped = key.slice(0, place) + letter + key.slice(place + 1);
      assert.throws(
        () => deriveKeys(mistyped),
        (error: unknown) => error instanceof LicenceKeyError && !error.message.includes(mistyped.slice(4, 20)),
      );
    }),
  );
});

test('what is no licence key at all is refused', () => {
  for (const text of [
    '',
    'tlk_',
    key.slice(0, -1),
    `${key}A`,
    key.slice(4),
    key.toUpperCase(),
    `whsec_${key.slice(4)}`,
  ]) {
    assert.throws(() => deriveKeys(text), LicenceKeyError);
  }
  assert.throws(() => Reflect.apply(deriveKeys, undefined, [undefined]), LicenceKeyError);
});
