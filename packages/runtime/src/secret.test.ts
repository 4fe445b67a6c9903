import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { isSecret, secret, withoutPassword } from './secret.ts';

test('a secret shows itself to nobody who does not ask for it', () => {
  const hidden = secret('hunter2');
  const seen = [JSON.stringify({ hidden }), inspect({ hidden }, { depth: 9, showHidden: true }), `${hidden}`].join(' ');
  assert.doesNotMatch(seen, /hunter2/);
  assert.equal(hidden.reveal(), 'hunter2');
  assert.ok(isSecret(hidden));
  assert.ok(!isSecret({ reveal: () => 'x' }));
});

test('the password of an address is left out, its user stays', () => {
  assert.equal(withoutPassword('nats://delivery:s3cret@nats:4222'), 'nats://delivery:***@nats:4222');
  assert.equal(withoutPassword('mongodb://a:b@h1,h2/x?authSource=admin'), 'mongodb://a:***@h1,h2/x?authSource=admin');
  assert.equal(withoutPassword('http://collector:4318'), 'http://collector:4318');
});
