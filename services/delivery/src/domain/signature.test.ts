import assert from 'node:assert/strict';
import { createHash, createSecretKey } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { signatureHeaders, webhookId } from './signature.ts';

const keyOf = (name: string) => createHash('sha256').update(name).digest();
const libraryOf = (key: Uint8Array) => new Webhook(`whsec_${Buffer.from(key).toString('base64')}`);

test('the library of Standard Webhooks accepts a batch by either key while one is being replaced', () => {
  const [current, next, foreign] = [keyOf('current'), keyOf('next'), keyOf('foreign')];
  fc.assert(
    fc.property(fc.array(fc.jsonValue(), { maxLength: 20 }), (events) => {
      const body = Buffer.from(JSON.stringify(events));
      const name = { portalId: '0b7e5a1c-5d1f-5f0e-8d6d-3a3f4c1e2b9a', first: 1, last: 20 };
      const headers = signatureHeaders(
        name,
        body,
        [current, next].map((key) => createSecretKey(key)),
        Date.now(),
      );
      for (const key of [current, next]) {
        assert.deepEqual(libraryOf(key).verify(body.toString(), headers), JSON.parse(body.toString()));
      }
      assert.throws(() => libraryOf(foreign).verify(body.toString(), headers), /signature/);
    }),
  );
});

test('the published example of Standard Webhooks gets its published signature', () => {
  const key = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');
  const at = new Date(1614265330 * 1000);
  // Its id is not of our form: the same computation, checked through the library that published it.
  const body = Buffer.from('{"test": 2432232314}');
  const headers = signatureHeaders({ portalId: 'p', first: 1, last: 2 }, body, [createSecretKey(key)], at.getTime());
  assert.equal(headers['webhook-signature'], libraryOf(key).sign('p_1_2', at, body.toString()));
  assert.equal(
    libraryOf(key).sign('msg_p5jXN8AQM9LWM0D4loKWxJek', at, body.toString()),
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  );
});

test('the id of a batch names portal, range and replay, and holds no full stop', () => {
  assert.equal(webhookId({ portalId: 'p', first: 7, last: 12n }), 'p_7_12');
  assert.equal(webhookId({ portalId: 'p', first: 7, last: 12, replay: 3 }), 'p_7_12_r3');
  assert.equal(
    webhookId({ portalId: 'p', first: 2n ** 63n, last: 2n ** 63n }),
    'p_9223372036854775808_9223372036854775808',
  );
});

test('a portal without a valid key gets no signature at all', () => {
  const headers = signatureHeaders({ portalId: 'p', first: 1, last: 1 }, Buffer.from('[]'), [], 1_000);
  assert.equal(headers['webhook-signature'], '');
});
