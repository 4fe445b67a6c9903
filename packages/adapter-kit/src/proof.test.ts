import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hmacHex, isSameSecret, newSecret } from './proof.ts';

test('a secret is the same only if it is the same', () => {
  assert.equal(isSameSecret('abc', 'abc'), true);
  for (const given of ['abd', 'ab', 'abcd', '', undefined]) assert.equal(isSameSecret('abc', given), false);
  assert.equal(isSameSecret('', ''), false, 'an absent secret proves nothing');
});

test('an HMAC over bytes as received is the one that platforms send', () => {
  const body = '{"object":"page","entry":[{"id":"1020304050","time":1782900123999,"messaging":[]}]}';
  const expected = '0b01b0768ac8555f861e800901812923483fe1c0f3c5303300fdbc917f5d6b94';
  assert.equal(hmacHex('sha256', 'app-secret-1', Buffer.from(body)), expected);
  assert.equal(hmacHex('sha1', 'app-secret-1', Buffer.from(body)), '50d19a70208598e7ad45de8915ccd729acf3b1a1');
});

test('new secrets fit a header and are never the same', () => {
  assert.match(newSecret(), /^[\w-]{43}$/);
  assert.notEqual(newSecret(), newSecret());
});
