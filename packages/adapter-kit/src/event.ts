import { ChannelEvent, ids, type OrderKey, OrderScheme, Origin } from '@trunkline/contracts';
import type { ChannelRef } from './channel.ts';

/** What `parse` tells about one thing that happened; what follows from the channel is filled in. */
export type NewEvent = Pick<ChannelEvent, 'conversation' | 'dedupeKey' | 'event' | 'order'> &
  Partial<Omit<ChannelEvent, 'id' | 'channelId' | 'connector' | 'receivedAt'>>;

/**
 * Makes a channel event: its id from the channel and the dedupe key, so that the same thing told twice has the same id;
 * origin the contact unless said otherwise. Pure.
 */
export function channelEvent(
  channel: ChannelRef,
  call: { readonly receivedAtMs: number },
  told: NewEvent,
): ChannelEvent {
  return ChannelEvent.create({
    origin: Origin.ORIGIN_CONTACT,
    ...told,
    id: ids.event(channel.id, told.dedupeKey),
    channelId: channel.id,
    connector: channel.connector,
    receivedAt: new Date(call.receivedAtMs),
  });
}

/** Order by a strictly growing number of the platform, at most 20 digits. Throws RangeError for anything else. Pure. */
export function orderBySequence(sequence: number | bigint | string): OrderKey {
  return { key: twentyDigits(sequence), scheme: OrderScheme.ORDER_SCHEME_SEQUENCE };
}

/** Order by a time in milliseconds: such events are held for a moment and sorted. Throws RangeError below 0. Pure. */
export function orderByTime(atMs: number): OrderKey {
  return { key: twentyDigits(Math.trunc(atMs)), scheme: OrderScheme.ORDER_SCHEME_TIME };
}

function twentyDigits(value: number | bigint | string): string {
  const digits = String(value);
  if (!/^\d{1,20}$/.test(digits)) throw new RangeError('an order key is a whole number of at most 20 digits');
  return digits.padStart(20, '0');
}
