import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeliveryRecord, ids, streams } from '@trunkline/contracts';
import { deliveryEntries } from './portal-streams.ts';

const place = { stream: streams.deliveries, sequence: 1, storedAtMs: 0 };
const entryOf = (record: Parameters<typeof DeliveryRecord.fromPartial>[0]) =>
  deliveryEntries(place, DeliveryRecord.encode(DeliveryRecord.fromPartial(record)).finish())[0]?.entry;

test('an attempt of a strand is about its events alone, up to the last that was taken', () => {
  const tried = { portalId: 'q', firstSequence: 2, lastSequence: 9, outcome: 'accepted', accepted: 3, strand: '1/4' };
  const entry = entryOf({ attempts: [tried] });
  assert.deepEqual(
    [entry?.kind, entry?.sequence, entry?.lastSequence, entry?.strand],
    ['delivery.attempted', 2, 9, '1/4'],
  );
});

test('what expired of a strand is told with its strand', () => {
  const strands = [{}, { notices: [{ kind: 'expired', fromSequence: 2, toSequence: 5 }] }];
  const entry = entryOf({ cursors: [{ portalId: 'q', strands }] });
  assert.deepEqual(
    [entry?.kind, entry?.sequence, entry?.lastSequence, entry?.strand, entry?.id],
    ['events.expired', 2, 5, '1/2', ids.notice('q', 2, 5)],
  );
});
