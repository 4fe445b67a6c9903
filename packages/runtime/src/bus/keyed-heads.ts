import { headers, type Position } from '@trunkline/contracts';
import { LaneAlarm } from './alarm.ts';
import type { KeyedEntry, KeyedHead, LogPort, StoredMessage } from './ports.ts';
import { parsePosition } from './position.ts';

/** Memory for heads, in bytes of their last messages; a head that had to go is read again from the leader. */
const cacheBytes = 16 * 1024 * 1024;
/** What a head costs beside its message. */
const headBytes = 300;

/** Where a key's messages stand. */
export interface KeyPlace {
  readonly stream: string;
  readonly subject: string;
}

/** The heads of a lane's keys. */
export interface KeyedHeads {
  /** A key's head; from the leader when it is not known. */
  of(place: KeyPlace): Promise<KeyedHead>;
  /** Forgets a head that a refused or unanswered publish made doubtful, and reads it from the leader. */
  reread(place: KeyPlace): Promise<KeyedHead>;
  /** Moves a head by what was just stored. */
  move(place: KeyPlace, entry: KeyedEntry, sequence: number): KeyedHead;
}

/** What {@link createKeyedHeads} wants. */
export interface KeyedHeadsOptions {
  readonly nowMs: () => number;
  /** False: a head is known without its last message. */
  readonly keepsLast: boolean;
}

/** Keeps the heads that were used last. A head never goes back: where the leader's does, the stream was restored from an older copy. */
export function createKeyedHeads(log: LogPort, { nowMs, keepsLast }: KeyedHeadsOptions): KeyedHeads {
  const known = new Map<string, KeyedHead>();
  let bytes = 0;
  const keep = ({ subject }: KeyPlace, whole: KeyedHead): KeyedHead => {
    const head = keepsLast ? whole : { ...whole, last: undefined };
    const former = known.get(subject);
    known.delete(subject);
    known.set(subject, head);
    bytes += sizeOf(head) - (former === undefined ? 0 : sizeOf(former));
    for (const [oldest, { last }] of known) {
      if (bytes <= cacheBytes || oldest === subject) break;
      known.delete(oldest);
      bytes -= (last?.data.length ?? 0) + headBytes;
    }
    return head;
  };
  const reread = async (place: KeyPlace): Promise<KeyedHead> => {
    const head = headOf(await log.lastOf(place.stream, place.subject));
    const former = known.get(place.subject);
    if (former !== undefined && head.revision < former.revision)
      throw new LaneAlarm('stream_lost', `${place.subject} ends at ${head.revision}, we wrote ${former.revision}`);
    return keep(place, head);
  };
  return {
    reread,
    of: async (place) => {
      const head = known.get(place.subject);
      return head === undefined ? await reread(place) : keep(place, head);
    },
    move: (place, { data, position, headers: own }, sequence) => {
      const header = (name: string) => own?.[name];
      const last: StoredMessage = { sequence, subject: place.subject, data, storedAtMs: nowMs(), header };
      return keep(place, { revision: sequence, position, last });
    },
  };
}

function sizeOf({ last }: KeyedHead): number {
  return (last?.data.length ?? 0) + headBytes;
}

function headOf(last: StoredMessage | undefined): KeyedHead {
  if (last === undefined) return { revision: 0, position: undefined, last: undefined };
  return { revision: last.sequence, position: positionOf(last), last };
}

function positionOf(last: StoredMessage): Position {
  const position = parsePosition(last.header(headers.position));
  if (position === undefined) throw new LaneAlarm('forked', `${last.subject} ${last.sequence} has no position`);
  return position;
}
