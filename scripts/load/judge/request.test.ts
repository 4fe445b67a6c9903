import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CloudEvent } from './open.ts';
import { faultsOf } from './request.ts';

const portal = { id: 'p', tenantId: 't' };

function event(sequence: number, more: Partial<CloudEvent> = {}): CloudEvent {
  return {
    ...{ id: `e${sequence}`, source: 'trunkline/t/p', type: 'message', sequence: String(sequence).padStart(20, '0') },
    ...{ datacontenttype: 'application/jose', chain: '', data: '', ...more },
  };
}

const batch = (count: number, more: Partial<CloudEvent> = {}) =>
  Array.from({ length: count }, (_, index) => event(index + 1, more));

const found = (events: readonly CloudEvent[], webhookId: string) =>
  faultsOf(events, { body: JSON.stringify(events), webhookId }, portal).join();

test('a request as the protocol says has no fault', () => {
  assert.equal(found(batch(100), 'p_1_100'), '');
  assert.equal(found(batch(2, { strand: '0/2', previous: '0' }), 'p_1_2'), '');
  assert.equal(found(batch(2, { replay: 3 }), 'p_1_2_r3'), '');
  assert.equal(found([event(1, { data: 'x'.repeat(500_000) })], 'p_1_1'), '', 'one event may be larger, alone');
});

test('each thing that the protocol forbids is named', () => {
  assert.match(found([], 'p_1_1'), /without events/);
  assert.match(found(batch(101), 'p_1_101'), /101 events/);
  assert.match(found(batch(2, { data: 'x'.repeat(140_000) }), 'p_1_2'), /280\d\d\d bytes/);
  assert.match(found([event(1, { strand: '0/2' }), event(2, { strand: '1/2' })], 'p_1_2'), /more than one strand/);
  assert.match(found([event(1), event(2, { replay: 1 })], 'p_1_2'), /more than one replay/);
  assert.match(found(batch(2), 'p_1_1'), /p_1_1 instead of p_1_2/);
  assert.match(found(batch(1, { source: 'trunkline/t/q' }), 'p_1_1'), /source trunkline\/t\/q/);
});
