import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AuditEntry, AuditRecord } from '@trunkline/contracts';
import { type PlacedRecord, passportEntries } from './passport-entry.ts';

function placed(sequence: number, entries: Partial<AuditEntry>[]): PlacedRecord {
  const record = AuditRecord.fromPartial({
    stream: 'OUTBOX',
    sequence,
    lane: 3,
    storedAt: new Date(sequence),
    entries,
  });
  return { record, place: { topic: 'outbox', partition: 3, offset: sequence * 10 } };
}

const event = (id: string, tenantId = 'a') => ({ kind: 'event.sealed', id, tenantId, portalId: `${tenantId}-portal` });

test('neighbouring messages share a document, each with its place', () => {
  const [document, ...others] = passportEntries([placed(1, [event('one')]), placed(2, [event('two', 'b')])]);
  assert.equal(others.length, 0);
  assert.deepEqual(document, {
    ...{ _id: 'OUTBOX.1.2', stream: 'OUTBOX', topic: 'outbox', partition: 3, offsets: [10, 20], storedAt: new Date(2) },
    ...{ ids: ['one', 'two'], tenantIds: ['a', 'b'], portalIds: ['a-portal', 'b-portal'], conversationIds: [] },
  });
});

test('what many messages share stands in a document once', () => {
  const records = Array.from({ length: 64 }, (_, index) => placed(index + 1, [event(`id-${index}`)]));
  const [document] = passportEntries(records);
  assert.deepEqual(document?.portalIds, ['a-portal']);
  assert.equal(document?.ids.length, 64);
});

test('a document covers 64 messages at most, and one in which nothing is to be found none', () => {
  const records = Array.from({ length: 130 }, (_, index) => placed(index + 1, index === 5 ? [] : [event(`${index}`)]));
  const documents = passportEntries(records);
  assert.deepEqual(
    documents.map(({ _id, offsets }) => [_id, offsets.length]),
    [
      ['OUTBOX.1.65', 64],
      ['OUTBOX.66.129', 64],
      ['OUTBOX.130.130', 1],
    ],
  );
  assert.deepEqual(passportEntries([placed(9, [])]), []);
});
