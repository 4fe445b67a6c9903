import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AuditEntry, AuditRecord } from '@trunkline/contracts';
import { type PlacedRecord, passportEntries } from './passport-entry.ts';

function placed(sequence: number, entries: Partial<AuditEntry>[], stream = 'OUTBOX', lane = 3): PlacedRecord {
  const record = AuditRecord.fromPartial({ stream, sequence, lane, storedAt: new Date(sequence), entries });
  return { record, place: { topic: stream.toLowerCase(), partition: lane, offset: sequence * 10 } };
}

const event = (id: string, tenantId = 'a') => ({ kind: 'event.sealed', id, tenantId, portalId: `${tenantId}-portal` });
const fact = (id: string) => ({ ...event(id), kind: 'messages.received', messageIds: [id], conversationId: 'talk' });

test('neighbouring messages share a document, each with its place', () => {
  const [document, ...others] = passportEntries([placed(1, [event('one')]), placed(2, [event('two', 'b')])]);
  assert.equal(others.length, 0);
  assert.match(document?._id ?? '', /^2\.[0-9a-f]{40}$/);
  assert.deepEqual(
    { ...document, _id: '' },
    {
      ...{ _id: '', lane: 3, places: [{ topic: 'outbox', offsets: [10, 20] }], storedAt: new Date(2) },
      ...{ ids: ['one', 'two'], tenantIds: ['a', 'b'], portalIds: ['a-portal', 'b-portal'], conversationIds: [] },
      onlyTriedPortalIds: [],
    },
  );
});

test('a message that passes several streams stands in a document once, with all its places', () => {
  const tried = { kind: 'delivery.attempted', id: 'x', portalId: 'a-portal', sequence: 7, lastSequence: 9 };
  const [document, ...others] = passportEntries([
    placed(3, [event('one')]),
    placed(4, [tried, { ...tried, portalId: 'b-portal' }], 'DELIVERIES'),
    placed(1, [{ kind: 'hook.received', outcome: 'stored', messageIds: ['one'], platformIds: ['4711'] }], 'INGRESS'),
    placed(2, [{ ...fact('one'), platformIds: ['4711'] }], 'FACTS'),
  ]);
  assert.equal(others.length, 0);
  assert.deepEqual(
    { ...document, _id: '' },
    {
      ...{ _id: '', lane: 3, storedAt: new Date(4) },
      places: ['ingress', 'facts', 'outbox', 'deliveries'].map((topic, at) => ({ topic, offsets: [(at + 1) * 10] })),
      ...{ ids: ['one', '4711'], tenantIds: ['a'], portalIds: ['a-portal', 'b-portal'], conversationIds: ['talk'] },
      ...{ messageTenantIds: ['a'], onlyTriedPortalIds: ['b-portal'] },
      ranges: ['a-portal', 'b-portal'].map((portalId) => ({ portalId, first: 7, last: 9 })),
    },
  );
});

test('what many messages share stands in a document once', () => {
  const records = Array.from({ length: 64 }, (_, index) => placed(index + 1, [event(`id-${index}`)]));
  const [document] = passportEntries(records);
  assert.deepEqual(document?.portalIds, ['a-portal']);
  assert.equal(document?.ids.length, 64);
});

test('a document covers 256 messages of one lane at most, and one in which nothing is to be found none', () => {
  const records = Array.from({ length: 514 }, (_, index) => placed(index + 1, index === 5 ? [] : [event(`${index}`)]));
  const documents = passportEntries([...records, placed(1, [event('other')], 'OUTBOX', 4)]);
  assert.deepEqual(
    documents.map(({ lane, places }) => [lane, places[0]?.offsets.length, places[0]?.offsets[0]]),
    [
      [3, 256, 10],
      [3, 256, 2_580],
      [3, 1, 5_140],
      [4, 1, 10],
    ],
  );
  assert.deepEqual(passportEntries([placed(9, [])]), []);
});

test('the same messages have the same document, wherever they stand in Kafka, and others another', () => {
  const idOf = (records: readonly PlacedRecord[]) => passportEntries(records)[0]?._id;
  const [one, two, three] = [placed(1, [event('1')]), placed(2, [event('2')]), placed(3, [event('3')])];
  const again = { ...two, place: { ...two.place, offset: 99 } };
  assert.equal(idOf([one, two]), idOf([one, again]));
  assert.notEqual(idOf([one, three]), idOf([two, three]));
});
