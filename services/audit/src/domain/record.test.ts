import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type AuditEntry,
  DeliveryRecord,
  EgressBatch,
  EgressItem,
  Envelope,
  Fact,
  type HopKind,
  hopKinds,
  IngressBatch,
  IngressItem,
  ids,
  MediaState,
  MessageState,
  SealedBatch,
  SendRecord,
  streams,
} from '@trunkline/contracts';
import { clearRecord } from './record.ts';

type Given<Codec extends { fromPartial(partial: never): unknown }> = Parameters<Codec['fromPartial']>[0];

const storedAtMs = Date.UTC(2026, 0, 1);

function read(stream: string, data: Uint8Array) {
  return clearRecord(stream, { sequence: 7, subject: '', data, storedAtMs, header: () => undefined });
}

function ingress(item: Given<typeof IngressItem>): Uint8Array {
  return IngressBatch.encode({
    items: [Buffer.from(IngressItem.encode(IngressItem.fromPartial(item)).finish())],
  }).finish();
}

function facts(fact: Given<typeof Fact>): Uint8Array {
  const items = [Buffer.from(Fact.encode(Fact.fromPartial({ id: 'f', tenantId: 't', ...fact })).finish())];
  return Envelope.encode(Envelope.fromPartial({ stage: 'normalizer', items })).finish();
}

function egress(item: Given<typeof EgressItem>): Uint8Array {
  return EgressBatch.encode({
    items: [Buffer.from(EgressItem.encode(EgressItem.fromPartial(item)).finish())],
  }).finish();
}

const deliveries = (record: Given<typeof DeliveryRecord>) =>
  DeliveryRecord.encode(DeliveryRecord.fromPartial(record)).finish();
const failed = MessageState.MESSAGE_STATE_FAILED;
const sent = MessageState.MESSAGE_STATE_SENT;

interface Case {
  readonly what: string;
  readonly stream: string;
  readonly data: Uint8Array;
  readonly kind: HopKind;
  readonly expected: Partial<AuditEntry>;
}

const cases: readonly Case[] = [
  {
    what: 'a hook call names its events and the platform ids of them',
    stream: streams.ingress,
    data: ingress({
      item: {
        $case: 'hookCall',
        value: { connector: 'telegram', channelId: 'c', events: [{ id: 'e1', platformId: '10' }, { id: 'e2' }] },
      },
    }),
    kind: 'hook.received',
    expected: { service: 'telegram', channelId: 'c', messageIds: ['e1', 'e2'], platformIds: ['10'], outcome: 'stored' },
  },
  {
    what: 'a hook call that was not understood says so',
    stream: streams.ingress,
    data: ingress({ item: { $case: 'hookCall', value: { connector: 'telegram', parseError: 'no JSON' } } }),
    kind: 'hook.received',
    expected: { outcome: 'malformed', id: ids.at(streams.ingress, 7, 0) },
  },
  {
    what: 'a submission has the id that its message will get',
    stream: streams.ingress,
    data: ingress({
      item: {
        $case: 'submission',
        value: { tenantId: 't', idempotencyKey: 'k', message: { conversationId: 'v' } },
      },
    }),
    kind: 'message.submitted',
    expected: {
      ...{ id: ids.message('t', 'k'), messageIds: [ids.message('t', 'k')] },
      ...{ tenantId: 't', conversationId: 'v' },
    },
  },
  {
    what: 'a result tells why a send failed',
    stream: streams.ingress,
    data: ingress({
      item: {
        $case: 'sendResult',
        value: { messageId: 'm', state: failed, error: { code: 'recipient_blocked' }, attempts: 2 },
      },
    }),
    kind: 'send.result',
    expected: { messageIds: ['m'], outcome: 'recipient_blocked', attempt: 2 },
  },
  {
    what: 'a copied file tells its state',
    stream: streams.ingress,
    data: ingress({
      item: { $case: 'fileResult', value: { messageId: 'm', media: { state: MediaState.MEDIA_STATE_STORED } } },
    }),
    kind: 'file.copied',
    expected: { messageIds: ['m'], outcome: 'stored' },
  },
  {
    what: 'a command about a message names it',
    stream: streams.ingress,
    data: ingress({
      item: {
        $case: 'command',
        value: { id: 'o', tenantId: 't', command: { $case: 'resolveUnknown', value: { messageId: 'm' } } },
      },
    }),
    kind: 'command.received',
    expected: { id: 'o', tenantId: 't', messageIds: ['m'] },
  },
  {
    what: 'a message that was received',
    stream: streams.facts,
    data: facts({
      contactId: 'p',
      fact: { $case: 'received', value: { event: { platformId: '10', event: { $case: 'message', value: {} } } } },
    }),
    kind: 'messages.received',
    expected: { messageIds: ['f'], platformIds: ['10'], outcome: 'normalized', service: 'normalizer', saltId: 'p' },
  },
  {
    what: 'an edit names the message that it changes',
    stream: streams.facts,
    data: facts({
      fact: {
        $case: 'received',
        value: { event: { event: { $case: 'edit', value: {} } }, targetMessageIds: ['m'], isLate: true },
      },
    }),
    kind: 'messages.edited',
    expected: { messageIds: ['f', 'm'], outcome: 'late' },
  },
  {
    what: 'a status',
    stream: streams.facts,
    data: facts({ fact: { $case: 'status', value: { messageId: 'm', state: sent, platformIds: ['20'] } } }),
    kind: 'messages.status',
    expected: { id: 'f', messageIds: ['m'], platformIds: ['20'], outcome: 'sent', saltId: '' },
  },
  {
    what: 'a parked item tells its code',
    stream: streams.facts,
    data: facts({ fact: { $case: 'parked', value: { parkedId: 'k', code: 'malformed' } } }),
    kind: 'items.parked',
    expected: { messageIds: ['k'], outcome: 'malformed' },
  },
  {
    what: 'a repeat names what was here before',
    stream: streams.facts,
    data: facts({ fact: { $case: 'repeated', value: { eventId: 'e' } } }),
    kind: 'items.repeated',
    expected: { messageIds: ['e'] },
  },
  {
    what: 'a use of a licence key names the key, what was done with it, and how often',
    stream: streams.facts,
    data: facts({ portalId: 'q', fact: { $case: 'keyUsed', value: { kid: 'k', use: 'sealed', count: 7 } } }),
    kind: 'keys.used',
    expected: { portalId: 'q', tenantId: 't', kid: 'k', outcome: 'sealed', count: 7 },
  },
  {
    what: 'a fact of a later version is kept as unreadable',
    stream: streams.facts,
    data: facts({}),
    kind: 'item.unreadable',
    expected: { id: 'f', outcome: 'unknown_kind' },
  },
  {
    what: 'a sealed event has its sequence',
    stream: streams.outbox,
    data: SealedBatch.encode(
      SealedBatch.fromPartial({ portalId: 'q', tenantId: 't', events: [{ id: 'f', sequence: 41 }] }),
    ).finish(),
    kind: 'event.sealed',
    expected: { id: 'f', tenantId: 't', portalId: 'q', sequence: 41, service: 'sealer' },
  },
  {
    what: 'an attempt has the range that it tried',
    stream: streams.deliveries,
    data: deliveries({
      attempts: [{ portalId: 'q', firstSequence: 1, lastSequence: 9, outcome: 'portal_timeout', attempt: 3 }],
    }),
    kind: 'delivery.attempted',
    expected: { portalId: 'q', sequence: 1, lastSequence: 9, outcome: 'portal_timeout', attempt: 3 },
  },
  {
    what: 'an attempt of which the portal took the first few ends there',
    stream: streams.deliveries,
    data: deliveries({
      attempts: [{ portalId: 'q', firstSequence: 1, lastSequence: 9, outcome: 'accepted', accepted: 4 }],
    }),
    kind: 'delivery.attempted',
    expected: { sequence: 1, lastSequence: 4, outcome: 'accepted' },
  },
  {
    what: 'what was withheld is told by its range',
    stream: streams.deliveries,
    data: deliveries({ cursors: [{ portalId: 'q', notices: [{ kind: 'withheld', fromSequence: 2, toSequence: 5 }] }] }),
    kind: 'events.withheld',
    expected: { portalId: 'q', sequence: 2, lastSequence: 5, outcome: 'withheld' },
  },
  {
    what: 'what was skipped is told by its range',
    stream: streams.deliveries,
    data: deliveries({ cursors: [{ portalId: 'q', notices: [{ kind: 'skipped', fromSequence: 2, toSequence: 5 }] }] }),
    kind: 'events.skipped',
    expected: { portalId: 'q', sequence: 2, lastSequence: 5, outcome: 'skipped' },
  },
  {
    what: 'an attempt of a replay is told apart, with its number',
    stream: streams.deliveries,
    data: deliveries({
      attempts: [{ portalId: 'q', firstSequence: 2, lastSequence: 5, outcome: 'accepted', accepted: 4, replay: 3 }],
    }),
    kind: 'delivery.replayed',
    expected: { portalId: 'q', sequence: 2, lastSequence: 5, outcome: 'accepted', replay: 3 },
  },
  {
    what: 'what expired is told by its range',
    stream: streams.deliveries,
    data: deliveries({ cursors: [{ portalId: 'q', notices: [{ kind: 'expired', fromSequence: 2, toSequence: 5 }] }] }),
    kind: 'events.expired',
    expected: { portalId: 'q', sequence: 2, lastSequence: 5, id: ids.notice('q', 2, 5) },
  },
  {
    what: 'an order says how the message was degraded',
    stream: 'EGRESS_telegram',
    data: egress({
      tenantId: 't',
      order: { $case: 'send', value: { message: { id: 'm' }, degraded: ['D5'] } },
    }),
    kind: 'message.dispatched',
    expected: { id: 'm', tenantId: 't', messageIds: ['m'], outcome: 'queued D5' },
  },
  {
    what: 'a try to send is of its connector',
    stream: 'SENDS_telegram',
    data: SendRecord.encode(
      SendRecord.fromPartial({ attempts: [{ messageId: 'm', outcome: 'sent', platformIds: ['20'], attempt: 1 }] }),
    ).finish(),
    kind: 'send.attempted',
    expected: { messageIds: ['m'], platformIds: ['20'], outcome: 'sent', service: 'telegram' },
  },
  {
    what: 'bytes that are nothing known are kept as unreadable',
    stream: streams.facts,
    data: Buffer.from('not protobuf'),
    kind: 'item.unreadable',
    expected: { outcome: 'malformed', service: 'audit' },
  },
];

for (const { what, stream, data, kind, expected } of cases) {
  test(`${stream}: ${what}`, () => {
    const entries = read(stream, data).entries.map(({ entry }) => entry);
    assert.equal(entries.length, 1);
    const [entry] = entries;
    assert.equal(entry?.kind, kind);
    assert.ok(hopKinds.includes(kind));
    for (const [field, value] of Object.entries(expected)) {
      assert.deepEqual(entry?.[field as keyof AuditEntry], value, field);
    }
    assert.equal(entry?.at?.getTime(), storedAtMs);
  });
}

test('only what people wrote is content, and only facts carry it', () => {
  const withContent = cases.filter(({ stream, data }) => read(stream, data).entries.some(({ content }) => content));
  assert.deepEqual(
    withContent.map(({ what }) => what),
    ['a message that was received'],
  );
});

test('a checkpoint that only repeats where everything stands is a record without entries', () => {
  const record = { isFull: true, cursors: [{ portalId: 'q', notices: [{ kind: 'expired', fromSequence: 2 }] }] };
  assert.deepEqual(read(streams.deliveries, deliveries(record)).entries, []);
});
