import { EgressBatch, EgressItem, ids, SendRecord } from '@trunkline/contracts';
import { type ClearEntry, distinct, entryOf, type Place, type Said } from './entry.ts';

/** Entries of a message of EGRESS_<connector>: orders to a channel. Pure; throws when it is no batch. */
export function egressEntries(place: Place, data: Uint8Array): ClearEntry[] {
  return EgressBatch.decode(data).items.map((bytes, index) => {
    const item = EgressItem.decode(bytes);
    const { tenantId, channelId, conversationId, traceparent } = item;
    const about = { tenantId, channelId, conversationId, traceparent, service: 'normalizer' };
    return { entry: entryOf(place, index, { ...about, ...orderOf(item) }) };
  });
}

function orderOf({ order }: EgressItem): Said {
  switch (order?.$case) {
    case 'send': {
      const id = order.value.message?.id ?? '';
      const outcome = ['queued', ...order.value.degraded].join(' ');
      return { kind: 'message.dispatched', id, messageIds: distinct([id]), outcome };
    }
    case 'fetch': {
      const { messageId, media } = order.value;
      return { kind: 'file.ordered', id: media?.id ?? '', messageIds: distinct([messageId]), outcome: 'queued' };
    }
    case undefined:
      return { kind: 'item.unreadable', outcome: 'unknown_kind' };
  }
}

/** Entries of a message of SENDS_<connector>: what was tried. Pure; throws when it is no record. */
export function sendEntries(place: Place, data: Uint8Array, connector: string): ClearEntry[] {
  return SendRecord.decode(data).attempts.map((tried, index) => {
    const { channelId, messageId, platformIds, outcome, attempt, durationMs, traceparent, at } = tried;
    const about = { channelId, messageIds: distinct([messageId]), platformIds: distinct(platformIds), traceparent };
    const id = ids.at(place.stream, place.sequence, index);
    const told = { outcome, attempt, durationMs, service: connector, ...(at === undefined ? {} : { at }) };
    return { entry: entryOf(place, index, { kind: 'send.attempted', id, ...about, ...told }) };
  });
}
