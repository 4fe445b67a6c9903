import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInstances } from './instances.ts';

const addresses = new Map([
  ['telegram', ['http://a', 'http://b']],
  ['viber', ['http://v']],
]);

test('the channels of an instance that does not answer go to another for a while, and come back', () => {
  let nowMs = 0;
  const instances = createInstances(addresses, () => nowMs);
  const first = instances.of('telegram', 'c1') ?? assert.fail();
  const other = first === 'http://a' ? 'http://b' : 'http://a';
  instances.rest(first);
  assert.equal(instances.of('telegram', 'c1'), other);
  nowMs = 5_000;
  assert.equal(instances.of('telegram', 'c1'), first);
});

test('where no instance answers the usual one is asked again; a connector that is not here has none', () => {
  const instances = createInstances(addresses, () => 0);
  const usual = instances.of('telegram', 'c1');
  for (const instance of ['http://a', 'http://b', 'http://v']) instances.rest(instance);
  assert.equal(instances.of('telegram', 'c1'), usual);
  assert.equal(instances.of('viber', 'c1'), 'http://v');
  assert.equal(instances.of('__proto__', 'c1'), undefined);
});
