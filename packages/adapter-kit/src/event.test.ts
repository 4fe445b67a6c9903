import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConversationRef, Origin } from '@trunkline/contracts';
import { channelEvent, orderBySequence, orderByTime } from './event.ts';

const channel = { id: 'c1', tenantId: 't1', connector: 'sample', accountId: '7' };
const told = {
  dedupeKey: 'message:1',
  order: orderBySequence(1),
  conversation: ConversationRef.create({ platformId: 'p' }),
  event: { $case: 'start' as const, value: { payload: '' } },
};

test('the same thing told twice has the same id, another thing or another channel another', () => {
  const first = channelEvent(channel, { receivedAtMs: 1_000 }, told);
  assert.equal(channelEvent(channel, { receivedAtMs: 2_000 }, told).id, first.id);
  assert.notEqual(channelEvent(channel, { receivedAtMs: 1_000 }, { ...told, dedupeKey: 'message:2' }).id, first.id);
  assert.notEqual(channelEvent({ ...channel, id: 'c2' }, { receivedAtMs: 1_000 }, told).id, first.id);
  assert.equal(first.origin, Origin.ORIGIN_CONTACT);
  assert.equal(first.receivedAt?.getTime(), 1_000);
});

test('order keys compare as text like the numbers that they stand for', () => {
  const keys = [9, 10, '871234501', 5_812_661_846_655_238_145n].map((value) => orderBySequence(value).key);
  assert.deepEqual(keys, keys.toSorted());
  assert.equal(orderByTime(1_782_900_123_456.7).key, '00000001782900123456');
  for (const bad of [-1, 1.5, 'x', '1'.repeat(21)]) assert.throws(() => orderBySequence(bad), RangeError);
});
