import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TenantEntry } from '@trunkline/contracts';
import { retryAfterMsOf, TrunklineError } from '../errors.ts';
import { createTenantRates } from './tenant-rates.ts';

function setting(rate?: { perSecond: number; burst: number }) {
  const world = { nowMs: 1_000_000, rate, refused: 0 };
  const rates = createTenantRates({
    usual: { perSecond: 10, burst: 3 },
    tenant: (id) => TenantEntry.fromPartial({ id, isActive: true, rate: id === 'own' ? world.rate : undefined }),
    now: () => world.nowMs,
    onRefused: () => (world.refused += 1),
  });
  const taken = (tenantId: string, tries: number) => {
    let count = 0;
    for (let number = 0; number < tries; number += 1) {
      try {
        rates.take(tenantId);
        count += 1;
      } catch (error) {
        assert.ok(error instanceof TrunklineError && error.code === 'rate_limited');
      }
    }
    return count;
  };
  return { world, rates, taken };
}

test('a tenant may send a burst, then its rate, and hears how long to wait', () => {
  const { world, rates, taken } = setting();
  assert.equal(taken('a', 10), 3);
  assert.throws(
    () => rates.take('a'),
    (error) => error instanceof TrunklineError && retryAfterMsOf(error) === 1_000,
  );
  world.nowMs += 200;
  assert.equal(taken('a', 10), 2);
  assert.equal(world.refused, 7 + 1 + 8);
});

test("one tenant's flood takes nothing from another", () => {
  const { taken } = setting();
  assert.equal(taken('a', 1_000), 3);
  assert.equal(taken('b', 3), 3);
});

test("a tenant's own rate is obeyed as soon as the directory tells it", () => {
  const { world, taken } = setting();
  assert.equal(taken('own', 10), 3);
  world.rate = { perSecond: 100, burst: 50 };
  assert.equal(taken('own', 100), 50);
  world.rate = { perSecond: 2, burst: 0 };
  assert.equal(taken('own', 100), 2, 'without a burst: a second of it');
});

test('many tenants do not fill the memory: who rests is forgotten and begins full', () => {
  const { world, taken } = setting();
  for (let number = 0; number < 10_000; number += 1) taken(`t${number}`, 1);
  world.nowMs += 60_000;
  assert.equal(taken('one more', 10), 3);
  assert.equal(taken('t1', 10), 3);
});
