import { createHash } from 'node:crypto';
import { type ChannelRef, channelEvent, type NewEvent, orderByTime } from '@trunkline/adapter-kit';
import type { ChannelEvent } from '@trunkline/contracts';

/** One change of a call, as far as all kinds are alike. */
export interface Update {
  readonly channel: ChannelRef;
  readonly receivedAtMs: number;
  /** When the platform made the entry, where it tells. */
  readonly entrySeconds?: number | undefined;
}

type Told = Omit<NewEvent, 'dedupeKey' | 'order' | 'sentAt'>;

/** An event at a time of the platform. Seconds are all that it tells, and calls overtake each other: it is held and sorted. */
export function tell(update: Update, dedupeKey: string, seconds: number, told: Told): ChannelEvent {
  const atMs = seconds * 1_000;
  const placed = { dedupeKey, order: orderByTime(atMs), sentAt: new Date(atMs) };
  return channelEvent(update.channel, update, { ...placed, ...told });
}

/** An event without an id or a time of its own: what it says and when its entry was made, or came, make its key. */
export function tellNews(update: Update, kind: string, value: unknown, told: Told): ChannelEvent {
  const { entrySeconds, receivedAtMs } = update;
  const said = createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);
  const seconds = entrySeconds ?? Math.floor(receivedAtMs / 1_000);
  return tell(update, `${kind}:${entrySeconds ?? `came ${Math.floor(seconds / 60)}`}:${said}`, seconds, told);
}
