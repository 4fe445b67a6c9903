import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AuditRecord, strandOf } from '@trunkline/contracts';
import { type PlacedRecord, passportEntries } from '../domain/passport-entry.ts';
import type { History } from '../kafka.ts';
import type { Passport } from '../store/passport.ts';
import { gather } from './gather.ts';

/** One lane, in which two tenants' events were sealed one after the other: they share a document. */
const records = ['ours', 'theirs'].map((tenantId, index): PlacedRecord => {
  const entry = {
    kind: 'event.sealed',
    id: `${tenantId}-event`,
    tenantId,
    portalId: `${tenantId}-portal`,
    sequence: 1,
  };
  const record = AuditRecord.fromPartial({ stream: 'OUTBOX', sequence: index + 1, entries: [entry] });
  return { record, place: { topic: 'outbox', partition: 0, offset: index } };
});
const documents = passportEntries(records);
const passport: Passport = {
  put: async () => {},
  find: async (query) => (query.by === 'sequences' ? [] : documents),
};
const history: Pick<History, 'read'> = {
  read: async (places) =>
    places.map(({ offset }) => {
      const found = records.find(({ place }) => place.offset === offset)?.record;
      return found === undefined ? undefined : Buffer.from(AuditRecord.encode(found).finish());
    }),
};

const idsOf = async (tenantId: string | undefined, target: Parameters<typeof gather>[0]) => {
  const hops = await gather(target, { passport, history, tenantId, known: new Map(), limit: 100 });
  return hops.map(({ entry }) => entry.id);
};

test('a portal shows its own hops, and nothing of its neighbours in the same document', async () => {
  assert.deepEqual(await idsOf('ours', { $case: 'portalId', value: 'ours-portal' }), ['ours-event']);
  assert.deepEqual(await idsOf(undefined, { $case: 'portalId', value: 'theirs-portal' }), ['theirs-event']);
});

test("a document that a tenant is in too does not make another tenant's portal its own", async () => {
  assert.deepEqual(await idsOf('ours', { $case: 'portalId', value: 'theirs-portal' }), []);
  assert.deepEqual(await idsOf('ours', { $case: 'id', value: 'theirs-event' }), []);
});

test('of a parallel portal an event shows the attempts of its own strand', async () => {
  const [own, other] = ['1/4', '2/4'];
  const conversationId =
    Array.from({ length: 99 }, (_, index) => `c${index}`).find((id) => strandOf(id, 4) === 1) ?? '';
  const sealed = { kind: 'event.sealed', id: 'e', tenantId: 'ours', portalId: 'p', sequence: 4, conversationId };
  const tried = [own, other].map((strand) => {
    return { kind: 'delivery.attempted', id: strand, portalId: 'p', sequence: 3, lastSequence: 9, strand };
  });
  const entriesOf = { OUTBOX: [sealed], DELIVERIES: tried };
  const placed = Object.entries(entriesOf).map(([stream, entries], offset): PlacedRecord => {
    return {
      record: AuditRecord.fromPartial({ stream, sequence: 1, entries }),
      place: { topic: stream, partition: 0, offset },
    };
  });
  const hops = await gather(
    { $case: 'id', value: 'e' },
    {
      passport: {
        put: async () => {},
        find: async (query) => passportEntries(query.by === 'sequences' ? placed.slice(1) : placed.slice(0, 1)),
      },
      history: {
        read: async (places) =>
          places.map(({ offset }) => {
            const record = placed[offset]?.record;
            return record && Buffer.from(AuditRecord.encode(record).finish());
          }),
      },
      ...{ tenantId: undefined, known: new Map(), limit: 100 },
    },
  );
  assert.deepEqual(
    hops.map(({ entry }) => entry.id),
    ['e', own],
  );
});
