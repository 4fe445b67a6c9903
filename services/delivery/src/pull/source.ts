import { type PendingNotice, type PortalCursor, subjects } from '@trunkline/contracts';
import {
  type BatchItem,
  type BatchLimit,
  fitting,
  isExpired,
  itemOf,
  type LogPort,
  outboxPlaceOf,
  type PlacedEvent,
  placeBehind,
  type ReaderPlace,
  readOutbox,
} from '@trunkline/runtime';
import { strandItem } from '../domain/strand-item.ts';
import { type KnownKeys, underKnownKeys } from './known-keys.ts';
import { notHeld } from './refusals.ts';

/** The elements of a consumer's stream, in order. */
export interface Source {
  /** The next ones, which fit into a batch and hold at most so many events; none: nothing now. Rejects when events are missing. */
  next(limit: BatchSize): Promise<readonly BatchItem[]>;
  /** Sequence of the last one that was given. */
  readonly sent: number;
  /** True after {@link Source.next} gave nothing although something waits: it is to be asked again without any news. */
  readonly isHolding: boolean;
}

/** How much a batch may hold. */
export interface BatchSize {
  readonly events: number;
  readonly bytes: number;
}

/** Where a source reads. */
export interface SourceOf {
  readonly bus: LogPort;
  /** The same, with every message of a portal whole. */
  readonly whole: LogPort;
  readonly lane: number;
  readonly portalId: string;
  readonly place: ReaderPlace;
  readonly keys: KnownKeys;
  readonly noticeOf: (notice: PendingNotice) => BatchItem;
}

/** Reads whatever OUTBOX holds, without regard to what became of it for others. */
export function followerSource(of: SourceOf): Source {
  let { place } = of;
  return {
    get sent() {
      return place.sequence;
    },
    isHolding: false,
    next: async (limit) => {
      const opened = await underKnownKeys(fitted(await eventsAfter(of, place, limit), limit), of.keys);
      const last = opened.events.at(-1);
      if (last === undefined) return [];
      place = placeBehind(last);
      if (opened.kind === 'events') return opened.events.map(itemOf);
      return [of.noticeOf(withheldNotice(opened.events, last, opened.reason))];
    },
  };
}

/** What the lane tells the primary consumer of such events, a follower is told here. */
function withheldNotice(events: readonly PlacedEvent[], { event }: PlacedEvent, reason: string): PendingNotice {
  const fromSequence = events[0]?.event.sequence ?? event.sequence;
  return {
    kind: 'withheld',
    fromSequence,
    toSequence: event.sequence,
    reason,
    chain: event.chain,
    at: event.at,
    count: 0,
  };
}

/** What the primary one's source needs beside. */
export interface PrimaryOf extends SourceOf {
  /** The cursor as recorded. */
  readonly cursor: PortalCursor;
  /** Reads it again. */
  readonly readCursor: () => Promise<PortalCursor | undefined>;
  /** What was stored before, in milliseconds since 1970, is too old. */
  readonly expiredBeforeMs: () => number;
}

/** Reads what a push would have sent: what is too old, or withheld, is left to the lane, which gives it up and has a notice in its place. */
export function primarySource(of: PrimaryOf): Source {
  let { place, cursor } = of;
  let isHolding = false;
  /** The lane's word about what is too old. */
  const hold = async (): Promise<readonly BatchItem[]> => {
    isHolding = true;
    cursor = (await of.readCursor()) ?? cursor;
    return [];
  };
  return {
    get sent() {
      return place.sequence;
    },
    get isHolding() {
      return isHolding;
    },
    next: async (limit) => {
      isHolding = false;
      const notice = cursor.notices.find(({ toSequence }) => toSequence > place.sequence);
      if (notice !== undefined && notice.fromSequence <= place.sequence + 1) {
        const items = afterStrands(cursor, place, [of.noticeOf(notice)]);
        place = behindNotice(place, notice, cursor);
        return items;
      }
      const events = await eventsAfter(of, place, limit);
      const end = events.findIndex((placed) => isForLater(placed, { notice, cursor, beforeMs: of.expiredBeforeMs() }));
      const opened = await underKnownKeys(fitted(end === -1 ? events : events.slice(0, end), limit), of.keys);
      const last = opened.events.at(-1);
      if (opened.kind === 'withheld' || (last === undefined && events.length > 0)) return await hold();
      const items = afterStrands(cursor, place, opened.events.map(itemOf));
      if (last !== undefined) place = placeBehind(last);
      return items;
    },
  };
}

/** The first that comes after strands says what it comes after. */
function afterStrands(
  { after }: PortalCursor,
  { sequence }: ReaderPlace,
  items: readonly BatchItem[],
): readonly BatchItem[] {
  if (after.length === 0 || sequence !== Math.max(...after)) return items;
  return items.map((item, index) => (index > 0 ? item : strandItem(item, { name: undefined, previous: after })));
}

interface Bound {
  readonly notice: PendingNotice | undefined;
  readonly cursor: PortalCursor;
  readonly beforeMs: number;
}

function isForLater(placed: PlacedEvent, { notice, cursor, beforeMs }: Bound): boolean {
  const { sequence } = placed.event;
  if (notice !== undefined && sequence >= notice.fromSequence) return true;
  return sequence > cursor.sequence && isExpired(placed, beforeMs);
}

/** Behind its last notice there is nothing before the cursor. */
function behindNotice(
  { outboxSequence }: ReaderPlace,
  { toSequence }: PendingNotice,
  cursor: PortalCursor,
): ReaderPlace {
  const isLast = toSequence >= cursor.sequence;
  return {
    outboxSequence: isLast ? Math.max(outboxSequence, cursor.outboxSequence) : outboxSequence,
    sequence: toSequence,
  };
}

async function eventsAfter(
  of: SourceOf,
  place: ReaderPlace,
  { events, bytes }: BatchSize,
): Promise<readonly PlacedEvent[]> {
  const subject = subjects.outbox(of.lane, of.portalId);
  const limit: BatchLimit = { messages: events, bytes };
  const read = await readOutbox(of.whole, subject, place, limit);
  if (read.kind === 'events') return read.events;
  if (read.kind === 'empty') return [];
  const found = await outboxPlaceOf(of.bus, subject, place.sequence + 1);
  throw notHeld(place.sequence, found.kind === 'purged' ? found.oldestSequence : 0);
}

function fitted(events: readonly PlacedEvent[], limit: BatchSize): readonly PlacedEvent[] {
  return events.slice(0, fitting(events.slice(0, limit.events).map(itemOf), limit).length);
}
