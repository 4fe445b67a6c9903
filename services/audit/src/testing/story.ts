import {
  DeliveryRecord,
  EgressBatch,
  EgressItem,
  Envelope,
  Fact,
  IngressBatch,
  IngressItem,
  ids,
  laneOf,
  MessageState,
  SealedBatch,
  SendRecord,
  subjects,
} from '@trunkline/contracts';
import type { LogPort } from '@trunkline/runtime';

/** Names of one story: a tenant with one channel, one portal, one contact. */
export function storyOf(tenantId: string) {
  const channelId = `${tenantId}-channel`;
  return {
    ...{ tenantId, channelId, portalId: `${tenantId}-portal`, contactId: `${tenantId}-contact` },
    conversationId: `${tenantId}-conversation`,
    platformId: `${tenantId}-1001`,
    inId: ids.event(channelId, 'message:1001'),
    outId: ids.message(tenantId, 'answer-1'),
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    lane: laneOf(tenantId),
    text: `what ${tenantId} wrote`,
  };
}

export type Story = ReturnType<typeof storyOf>;

function envelope(story: Story, ...facts: readonly Parameters<typeof Fact.fromPartial>[0][]): Buffer {
  const { tenantId, portalId, channelId, conversationId, contactId, traceparent, lane } = story;
  const shared = { tenantId, portalId, channelId, conversationId, contactId, traceparent, connector: 'telegram' };
  const items = facts.map((fact) => Buffer.from(Fact.encode(Fact.fromPartial({ ...shared, ...fact })).finish()));
  return Buffer.from(Envelope.encode(Envelope.fromPartial({ stage: 'normalizer', lane, items })).finish());
}

function entered(item: Parameters<typeof IngressItem.fromPartial>[0]): Buffer {
  const bytes = Buffer.from(IngressItem.encode(IngressItem.fromPartial(item)).finish());
  return Buffer.from(IngressBatch.encode({ items: [bytes] }).finish());
}

/** What the whole way of a message in leaves on the bus: hook call, fact, sealed event, a failed and an accepted attempt. */
export async function inbound(bus: LogPort, story: Story, sequence: number): Promise<void> {
  const { portalId, channelId, platformId, inId, traceparent, lane, text } = story;
  const content = { kind: { $case: 'text', value: { plain: text } } } as const;
  const event = {
    ...{ id: inId, channelId, connector: 'telegram', platformId },
    event: { $case: 'message', value: { content } },
  } as const;
  const call = { channelId, connector: 'telegram', raw: Buffer.from(`{"text":"${text}"}`), events: [event] };
  await bus.publish(
    subjects.ingress(lane),
    entered({ receivedAt: new Date(), traceparent, item: { $case: 'hookCall', value: call } }),
  );
  const received = { $case: 'received', value: { event } } as const;
  await bus.publish(subjects.facts(lane, 'normalizer'), envelope(story, { id: inId, fact: received }));
  await sealed(bus, story, inId, sequence);
  const attempt = { portalId, firstSequence: sequence, lastSequence: sequence, durationMs: 4 };
  const attempts = [
    { ...attempt, at: new Date(), outcome: 'portal_unavailable', httpStatus: 500, attempt: 1 },
    { ...attempt, at: new Date(Date.now() + 1), outcome: 'accepted', httpStatus: 200, accepted: 1, attempt: 2 },
  ];
  const record = DeliveryRecord.fromPartial({ lane, owner: 'delivery-1', attempts, at: new Date() });
  await bus.publish(subjects.deliveries(lane), DeliveryRecord.encode(record).finish());
}

/** A try that failed, and nothing else. */
export async function tried(bus: LogPort, { portalId, lane }: Story, sequence: number): Promise<void> {
  const attempt = { portalId, firstSequence: sequence, lastSequence: sequence, outcome: 'portal_unavailable' };
  const record = DeliveryRecord.fromPartial({ lane, owner: 'delivery-1', attempts: [{ ...attempt, at: new Date() }] });
  await bus.publish(subjects.deliveries(lane), DeliveryRecord.encode(record).finish());
}

/** What the sealer tells of a licence key. */
export async function keyUsed(bus: LogPort, { tenantId, portalId, lane }: Story): Promise<void> {
  const fact = { $case: 'keyUsed', value: { kid: 'kid-1', use: 'revoked', count: 1 } } as const;
  const item = Buffer.from(Fact.encode(Fact.fromPartial({ id: 'use-1', tenantId, portalId, fact })).finish());
  const envelope = Envelope.fromPartial({ stage: 'sealer', lane, items: [item] });
  await bus.publish(subjects.facts(lane, 'sealer'), Envelope.encode(envelope).finish());
}

async function sealed(bus: LogPort, story: Story, id: string, sequence: number): Promise<void> {
  const { tenantId, portalId, conversationId, traceparent, lane } = story;
  const event = { sequence, id, conversationId, traceparent, cloudEvent: Buffer.from('{"data":"sealed"}') };
  const batch = SealedBatch.fromPartial({ portalId, tenantId, events: [event] });
  await bus.publish(subjects.outbox(lane, portalId), SealedBatch.encode(batch).finish());
}

/** The way of an answer out: submission, fact, order, attempt, result, status, and the status's own event. */
export async function outbound(bus: LogPort, story: Story, sequence: number): Promise<void> {
  const { tenantId, portalId, channelId, conversationId, outId, traceparent, lane, text } = story;
  const content = { kind: { $case: 'text', value: { plain: text } } } as const;
  const message = { id: outId, conversationId, action: { $case: 'message', value: { content } } } as const;
  const submission = { tenantId, idempotencyKey: 'answer-1', message: { ...message, id: '' } };
  await bus.publish(
    subjects.ingress(lane),
    entered({ receivedAt: new Date(), traceparent, item: { $case: 'submission', value: submission } }),
  );
  const submitted = { $case: 'submitted', value: { message } } as const;
  await bus.publish(subjects.facts(lane, 'normalizer'), envelope(story, { id: outId, fact: submitted }));
  const order = {
    tenantId,
    channelId,
    conversationId,
    traceparent,
    order: { $case: 'send', value: { message } },
  } as const;
  const items = [Buffer.from(EgressItem.encode(EgressItem.fromPartial(order)).finish())];
  await bus.publish(subjects.egress('telegram', lane, channelId), EgressBatch.encode({ items }).finish());
  const attempt = { channelId, messageId: outId, outcome: 'sent', platformIds: ['2002'], attempt: 1, at: new Date() };
  const sends = SendRecord.fromPartial({ lane, owner: 'telegram-1', attempts: [attempt] });
  await bus.publish(subjects.sends('telegram', lane), SendRecord.encode(sends).finish());
  const state = MessageState.MESSAGE_STATE_SENT;
  const result = { channelId, messageId: outId, parts: 1, state, platformIds: ['2002'], attempts: 1 };
  await bus.publish(
    subjects.ingress(lane),
    entered({ receivedAt: new Date(), item: { $case: 'sendResult', value: result } }),
  );
  const statusId = ids.at('INGRESS', sequence, 0);
  const status = { $case: 'status' as const, value: { messageId: outId, state, platformIds: ['2002'] } };
  await bus.publish(subjects.facts(lane, 'normalizer'), envelope(story, { id: statusId, fact: status }));
  await sealed(bus, story, statusId, sequence);
  const delivered = { portalId, firstSequence: sequence, lastSequence: sequence, outcome: 'accepted', accepted: 1 };
  const record = DeliveryRecord.fromPartial({ lane, attempts: [{ ...delivered, at: new Date() }] });
  await bus.publish(subjects.deliveries(lane), DeliveryRecord.encode(record).finish());
}
