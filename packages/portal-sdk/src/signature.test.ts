import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { deriveKeys, type PortalKeys, signingSecret } from './keys.ts';
import { type Headers, sign, verify } from './signature.ts';
import { licenceKeyOf } from './testing/sender.ts';

const keys = deriveKeys(licenceKeyOf(1));
const next = deriveKeys(licenceKeyOf(2));
const nowMs = Date.now();
const timestampSeconds = Math.floor(nowMs / 1000);

function signed(body = '[]', by: readonly PortalKeys[] = [keys]) {
  return { ...sign({ id: 'p_1_1', timestampSeconds, body }, by) };
}

function judge(headers: Headers, body = '[]', by: readonly PortalKeys[] = [keys]) {
  return verify({ headers, body, nowMs, toleranceMs: 300_000 }, by);
}

test('the published example of Standard Webhooks gets its published signature', () => {
  const secret = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');
  const example = { ...keys, signingKey: createSecretKey(secret) };
  const headers = sign(
    { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestampSeconds: 1614265330, body: '{"test": 2432232314}' },
    [example],
  );
  assert.equal(headers['webhook-signature'], 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

test('the library of Standard Webhooks accepts what is signed here, and the reverse', () => {
  fc.assert(
    fc.property(fc.json(), (body) => {
      const library = new Webhook(signingSecret(keys));
      assert.deepEqual(library.verify(body, { ...signed(body, [next, keys]) }), JSON.parse(body));
      const theirs = { ...signed(body), 'webhook-signature': library.sign('p_1_1', new Date(nowMs), body) };
      assert.equal(judge(theirs, body).valid, true);
    }),
  );
});

test('while a key is being replaced, either side may be the first to know the new one', () => {
  assert.equal(judge(signed('[]', [keys, next]), '[]', [keys]).valid, true);
  assert.equal(judge(signed('[]', [keys, next]), '[]', [next]).valid, true);
  assert.equal(judge(signed('[]', [keys]), '[]', [next, keys]).valid, true);
  assert.deepEqual(judge(signed('[]', [keys]), '[]', [next]), { valid: false, reason: 'bad_signature' });
});

test('signatures of other versions and spoiled ones beside the right one do no harm; alone they do not help', () => {
  const right = signed()['webhook-signature'];
  const spoiled = [
    'v1',
    'v1,',
    ',',
    'v1a,AAAA',
    `v2,${right.slice(3)}`,
    `${right}=`,
    right.slice(0, -1),
    right.toLowerCase(),
  ];
  for (const text of spoiled) {
    assert.equal(judge({ ...signed(), 'webhook-signature': text }).valid, false, text);
    assert.equal(judge({ ...signed(), 'webhook-signature': `${text} ${right}` }).valid, true, text);
  }
  assert.equal(judge({ ...signed(), 'webhook-signature': `${'v1,x '.repeat(100_000)}${right}` }).valid, false);
});

test('an old, a future and a strange timestamp are refused', () => {
  const at = (seconds: number) => ({ ...sign({ id: 'p_1_1', timestampSeconds: seconds, body: '[]' }, [keys]) });
  assert.equal(judge(at(timestampSeconds - 299)).valid, true);
  assert.deepEqual(judge(at(timestampSeconds - 301)), { valid: false, reason: 'old_timestamp' });
  assert.deepEqual(judge(at(timestampSeconds + 302)), { valid: false, reason: 'old_timestamp' });
  for (const text of ['-1', '1e9', 'NaN', `${timestampSeconds}.0`, ` ${timestampSeconds}`, '9'.repeat(400)]) {
    assert.deepEqual(judge({ ...signed(), 'webhook-timestamp': text }), { valid: false, reason: 'bad_timestamp' });
  }
});

test('a missing header is named, and the case of header names does not matter', () => {
  for (const name of ['webhook-id', 'webhook-timestamp', 'webhook-signature']) {
    assert.deepEqual(judge({ ...signed(), [name]: undefined }), { valid: false, reason: 'missing_headers' });
  }
  const shouted = Object.fromEntries(Object.entries(signed()).map(([name, value]) => [name.toUpperCase(), [value]]));
  assert.equal(judge(shouted).valid, true);
});

test('another body, id or timestamp does not fit the signature', () => {
  assert.equal(judge(signed(), '[ ]').valid, false);
  assert.equal(judge({ ...signed(), 'webhook-id': 'p_1_2' }).valid, false);
  assert.equal(judge({ ...signed(), 'webhook-timestamp': String(timestampSeconds - 1) }).valid, false);
});
