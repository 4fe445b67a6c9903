import assert from 'node:assert/strict';
import { createSecretKey, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { openSecrets, sealSecrets, secretsKey } from './sealed-secrets.ts';

const key = createSecretKey(randomBytes(32));
const secrets = { token: '700100:AAH', hookSecret: 'привет' };

test('secrets come back as they were sealed, and no seal is like another', () => {
  const sealed = sealSecrets(key, secrets);
  assert.deepEqual(openSecrets(key, sealed), secrets);
  assert.notEqual(sealSecrets(key, secrets), sealed);
  assert.equal(Buffer.from(sealed, 'base64url').includes('AAH'), false);
  assert.deepEqual(openSecrets(key, ''), {});
});

test('another key, a changed text or anything else is refused without a word of the content', () => {
  const sealed = sealSecrets(key, secrets);
  const [header, , iv, content = '', tag] = sealed.split('.');
  const refused = [
    sealSecrets(createSecretKey(randomBytes(32)), secrets),
    [header, '', iv, `${content.slice(0, -2)}AA`, tag].join('.'),
    [header, 'key', iv, content, tag].join('.'),
    [Buffer.from('{"alg":"none"}').toString('base64url'), '', iv, content, tag].join('.'),
    sealSecrets(key, { token: 1 } as unknown as Record<string, string>),
    'anything',
  ];
  for (const text of refused) {
    assert.throws(
      () => openSecrets(key, text),
      (error: unknown) => !inspect(error).includes('AAH') && inspect(error).includes("code: 'internal'"),
    );
  }
});

test('a key is 32 bytes as base64url', () => {
  const bytes = randomBytes(32);
  assert.equal(secretsKey(bytes.toString('base64url'))?.equals(createSecretKey(bytes)), true);
  for (const text of ['', 'short', randomBytes(31).toString('base64url'), bytes.toString('hex')]) {
    assert.equal(secretsKey(text), undefined);
  }
});
