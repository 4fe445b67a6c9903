import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestMs, unexcused } from './overlaps.ts';

const at = (atMs: number) => [{ stream: 'p1', atMs }];
const upset = (name: string) => [{ name, fromMs: 100, toMs: 200 }];

test('two requests at once are excused from when an instance of delivery is disturbed, for as long as one may be open', () => {
  for (const name of ['delivery-1', 'delivery-2 → nats'])
    for (const atMs of [100, 200 + requestMs]) assert.deepEqual(unexcused(at(atMs), upset(name)), [], name);
});

test('they are not before and after it, nor by what else is disturbed', () => {
  for (const atMs of [99, 201 + requestMs])
    assert.match(unexcused(at(atMs), upset('delivery-1')).join(), /^two requests of p1 at once at 1970-/);
  for (const name of ['sealer-1', 'mongo', 'p1', 'sealer-1 → nats'])
    assert.equal(unexcused(at(150), upset(name)).length, 1, name);
});
