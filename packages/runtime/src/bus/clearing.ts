import {
  egressStream,
  lanes,
  messageSubjects,
  objectStores,
  objectStream,
  sendsStream,
  streams,
  subjects,
} from '@trunkline/contracts';
import { pause } from '../deadline.ts';
import type { LogPort } from './ports.ts';
import { passedByAll, type Reader, readersOf } from './readers.ts';
import type { StreamAdmin } from './stream-admin.ts';

/** What clearing wants. */
export interface ClearingOptions {
  readonly bus: LogPort;
  readonly admin: StreamAdmin;
  readonly connectors: readonly string[];
  /** Nothing younger is removed, in milliseconds. */
  readonly keepMs: number;
  /** The same for a stream that is more than 70% full. */
  readonly keepWhenFullMs: number;
  /** Bodies of hook calls are kept so long, because parked ones are parsed again; as long as messages when their store is crowded. */
  readonly keepBodiesMs: number;
  /** Now, in milliseconds since 1970, by the server's clock. */
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** What clearing did with one stream, or why it removed nothing more. */
export interface Cleared {
  readonly stream: string;
  readonly removed: number;
  /** 0 to 1, before. */
  readonly fullness: number;
  /** The lanes' slowest readers, who hold old messages back: `<reader> on lane <lane>`. */
  readonly heldBackBy: readonly string[];
}

/** A stream that is fuller than this is cleared sooner and of younger messages. */
export const crowdedAbove = 0.7;
/** While there is room, removing takes at most this part of the server's time. */
const duty = 0.1;
/** An object is put before the message that refers to it, and clocks differ. */
const putMarginMs = 60 * 60 * 1_000;

/**
 * Removes what is old enough and was read by everybody, but never the last message of a subject: from it heads, positions
 * and checkpoints are read. Rejects with `unavailable`; repeating is harmless.
 */
export async function clearStream(stream: string, options: ClearingOptions): Promise<Cleared> {
  const { bus, admin, connectors, now } = options;
  const { bytes, maxBytes, firstSequence } = await admin.room(stream);
  const fullness = bytes / maxBytes;
  const isCrowded = fullness > crowdedAbove;
  const keepMs = isCrowded ? options.keepWhenFullMs : options.keepMs;
  const clear = clearer(options, stream, isCrowded ? 1 : duty);
  const oldBefore = await admin.sequenceAt(stream, now() - keepMs);
  const readers = readersOf(connectors);
  const heldBackBy: string[] = [];
  let removed = 0;
  for (const lane of oldBefore > firstSequence ? lanes : []) {
    const passed = await passedByAll(bus, readers, stream, lane);
    const horizon = Math.min(oldBefore, passed.sequence + 1);
    for (const filter of filtersOf(stream, lane, connectors)) {
      const unread = horizon < oldBefore ? await bus.nextOf(stream, filter, horizon) : undefined;
      if (unread !== undefined && unread.sequence < oldBefore) heldBackBy.push(`${passed.slowest} on lane ${lane}`);
      if (horizon > firstSequence) removed += await clear(filter, horizon);
    }
  }
  return { stream, removed, fullness, heldBackBy: [...new Set(heldBackBy)] };
}

/**
 * Removes due timers that INGRESS took over, bodies of hook calls and overflowed messages that everybody has read, all old
 * enough. Returns how many messages. Rejects with `unavailable`.
 */
export async function clearBeside(options: ClearingOptions): Promise<number> {
  const { admin, keepMs, keepWhenFullMs, keepBodiesMs, now } = options;
  let removed = 0;
  const { lag } = await admin.room(streams.ingress);
  const dueBefore = lag === 0 ? await admin.sequenceAt(streams.timers, now() - keepMs) : 1;
  const clear = clearer(options, streams.timers, duty);
  for (const lane of dueBefore > 1 ? lanes : []) removed += await clear(subjects.due(lane), dueBefore);
  const bodies = await clearObjects(options, {
    ...{ store: objectStores.bodies, stream: streams.ingress },
    keptMs: (isCrowded) => (isCrowded ? keepMs : Math.max(keepMs, keepBodiesMs)),
  });
  // As long as the messages that refer to them; an object that no message came to refer to goes with the others of its time.
  const overflow = await clearObjects(options, {
    ...{ store: objectStores.overflow, stream: streams.outbox },
    keptMs: (isCrowded) => (isCrowded ? keepWhenFullMs : keepMs) + putMarginMs,
  });
  return removed + bodies + overflow;
}

type KeptMs = (isCrowded: boolean) => number;

/** Objects that messages of a stream refer to: whatever was put before the oldest of them that is still wanted, whole or half. */
async function clearObjects(
  { bus, admin, connectors, now }: ClearingOptions,
  { store, stream, keptMs }: { readonly store: string; readonly stream: string; readonly keptMs: KeptMs },
): Promise<number> {
  const objects = objectStream(store);
  const { bytes, maxBytes } = await admin.room(objects);
  const unreadAt = await oldestUnreadAt(bus, { readers: readersOf(connectors), stream, nowMs: now() });
  const oldAt = now() - keptMs(bytes / maxBytes > crowdedAbove);
  const before = await admin.sequenceAt(objects, Math.min(unreadAt - putMarginMs, oldAt));
  return before > 1 ? await admin.purgeBefore(objects, '', before) : 0;
}

/**
 * Clears the subjects of a filter one after the other, because only so the last message of each stays. A purge scans a part
 * of the stream under its lock: between two of them the server is left alone, the longer the more room there is.
 */
function clearer({ admin, signal }: ClearingOptions, stream: string, share: number) {
  return async (filter: string, horizon: number): Promise<number> => {
    let removed = 0;
    for (const [subject, last] of await admin.lastSequences(stream, filter)) {
      if (signal.aborted) break;
      const startedAt = performance.now();
      removed += await admin.purgeBefore(stream, subject, Math.min(horizon, last));
      const tookMs = performance.now() - startedAt;
      if (share < 1) await pause((tookMs * (1 - share)) / share, signal);
    }
    return removed;
  };
}

/** When the oldest message of a stream was stored that somebody has not read; now when everybody has read everything. */
async function oldestUnreadAt(
  bus: LogPort,
  { readers, stream, nowMs }: { readonly readers: readonly Reader[]; readonly stream: string; readonly nowMs: number },
): Promise<number> {
  const unread = await Promise.all(
    lanes.map(async (lane) => {
      const { sequence } = await passedByAll(bus, readers, stream, lane);
      const next = await Promise.all(
        messageSubjects(stream, lane).map((subject) => bus.nextOf(stream, subject, sequence + 1)),
      );
      return Math.min(...next.map((message) => message?.storedAtMs ?? nowMs));
    }),
  );
  return Math.min(...unread);
}

/** What of a stream belongs to a lane. Pure. */
function filtersOf(stream: string, lane: number, connectors: readonly string[]): readonly string[] {
  const { ingress, facts, outbox, deliveries } = streams;
  const shared: Readonly<Record<string, readonly string[]>> = {
    [ingress]: [subjects.ingress(lane), subjects.due(lane)],
    [facts]: [subjects.allFacts(lane)],
    [outbox]: [subjects.allOutbox(lane), subjects.outboxPosition(lane)],
    [deliveries]: [subjects.deliveries(lane)],
  };
  const own = connectors.flatMap((name) => [
    [egressStream(name), [subjects.allEgress(name, lane), subjects.egressPosition(name, lane)]] as const,
    [sendsStream(name), [subjects.sends(name, lane)]] as const,
  ]);
  return { ...shared, ...Object.fromEntries(own) }[stream] ?? [];
}
