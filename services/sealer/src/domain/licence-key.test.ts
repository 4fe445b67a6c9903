import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deriveKeys } from '@trunkline/portal-sdk';
import fc from 'fast-check';
import { formatLicenceKey, makeLicenceKey, maskLicenceKey, parseLicenceKey } from './licence-key.ts';

test('a licence key is read back into its secret, and portal-sdk takes it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (secret) => {
      const key = formatLicenceKey(secret);
      assert.match(key, /^tlk_[\w-]{48}$/);
      assert.deepEqual(parseLicenceKey(key), Buffer.from(secret));
      assert.doesNotThrow(() => deriveKeys(key));
    }),
  );
});

test('every new licence key is another one', () => {
  assert.notEqual(makeLicenceKey(), makeLicenceKey());
});

test('a mistyped licence key is none', () => {
  const key = makeLicenceKey();
  fc.assert(
    fc.property(fc.nat(key.length - 1), fc.constantFrom(...'abXY09-_ ='), (place, letter) => {
      fc.pre(key[place] !== letter);
      assert.equal(parseLicenceKey(key.slice(0, place) + letter + key.slice(place + 1)), undefined);
    }),
  );
  for (const text of ['', 'tlk_', key.slice(0, -1), `${key}A`, `${key}=`, key.slice(4), ` ${key}`]) {
    assert.equal(parseLicenceKey(text), undefined);
  }
});

test('the mask of a licence key shows nothing of its secret', () => {
  // Two secrets that differ in all but their checksums' owner: what is shown lies behind the 32 bytes.
  const key = makeLicenceKey();
  assert.equal(maskLicenceKey(key), `tlk_…${key.slice(48)}`);
  assert.ok(Buffer.from(key.slice(4, 48), 'base64url').length > 32);
});
