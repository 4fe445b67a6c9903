import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { v5 } from 'uuid';
import { ids } from './ids.ts';

const namespace = '6f1f1d0e-6f0b-5d5c-9a55-3f1d1c0a7b11';

test('ids are UUIDv5 of what they stand for, as the library makes them', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (channelId, dedupeKey) => {
      assert.equal(ids.event(channelId, dedupeKey), v5(`event\u001f${channelId}\u001f${dedupeKey}`, namespace));
    }),
    { numRuns: 500 },
  );
});

test('ids do not change: what was stored is found by them for ever', () => {
  assert.equal(ids.event('ch1', 'message:1'), '3947c318-32d8-58d6-88ae-0b8ea96a443d');
});
