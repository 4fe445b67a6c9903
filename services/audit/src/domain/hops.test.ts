import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AuditRecord, DeliveryRecord } from '@trunkline/contracts';
import { hopKey, hopsOf } from './hops.ts';
import { deliveryEntries } from './portal-streams.ts';

/** The hops of a record of delivery in which the notice of a range waits; and of the next, which says so again. */
function hopsOfTwo(...strands: readonly string[]) {
  const notice = { kind: 'skipped', fromSequence: 3, toSequence: 9 };
  const cursor = { portalId: 'p', strands: strands.map(() => ({ notices: [notice] })) };
  const record = { cursors: [strands.length > 0 ? cursor : { portalId: 'p', notices: [notice] }] };
  const data = DeliveryRecord.encode(DeliveryRecord.fromPartial(record)).finish();
  return [5, 6].flatMap((sequence) => {
    const place = { stream: 'DELIVERIES', sequence, storedAtMs: 0 };
    const entries = deliveryEntries(place, data).map(({ entry }) => entry);
    return hopsOf(AuditRecord.fromPartial({ stream: 'DELIVERIES', sequence, entries }));
  });
}

test('a range that was given up is one hop, however long its notice waits and each record says so', () => {
  const hops = hopsOfTwo();
  assert.equal(hops.length, 2);
  assert.equal(new Set(hops.map(hopKey)).size, 1);
});

test('each strand of a parallel portal has its own', () => {
  const hops = hopsOfTwo('0/2', '1/2');
  assert.equal(hops.length, 4);
  assert.equal(new Set(hops.map(hopKey)).size, 2);
});
