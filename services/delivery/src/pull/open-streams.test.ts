import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOpenStreams } from './open-streams.ts';

const { signal } = new AbortController();

test('one tenant has a quarter of the streams at most, and leaves the others to others', () => {
  const streams = createOpenStreams(8);
  const open = (tenantId: string, number: number) =>
    streams.open({ tenantId, consumerId: `${tenantId}/${number}` }, `${number}`, signal);
  const [first] = [open('greedy', 1), open('greedy', 2)];
  assert.throws(() => open('greedy', 3), { code: 'rate_limited' });
  assert.equal(
    open('greedy', 2).signal.aborted,
    false,
    'a newer stream of the same consumer takes the place of the former',
  );
  for (const tenant of ['a', 'b', 'c']) for (const number of [1, 2]) open(tenant, number);
  assert.throws(() => open('d', 1), { code: 'rate_limited' }, 'the instance is full');
  first[Symbol.dispose]();
  open('greedy', 3);
});
