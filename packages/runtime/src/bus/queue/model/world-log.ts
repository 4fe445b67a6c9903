import {
  DeliveryRecord,
  headers,
  type PortalCursor,
  SealedBatch,
  type SealedEvent,
  type StreamTotals,
  streams,
} from '@trunkline/contracts';
import { TrunklineError } from '../../../errors.ts';
import { type MemoryObjects, memoryObjects } from '../../models/memory-objects.ts';
import { openingOverflow } from '../../overflow/opening-log.ts';
import { createOverflowStore, referenceTo } from '../../overflow/overflow-store.ts';
import { totalsBehind, totalsHeader, totalsOf, withMessage } from '../../overflow/totals.ts';
import { type BatchLimit, type LogPort, type StoredMessage, WrongLastSequence } from '../../ports.ts';
import type { Chance } from './chance.ts';
import { type Network, NoAnswer, type Process } from './network.ts';

/** What the servers of the model hold. */
export interface Servers {
  readonly outbox: StoredMessage[];
  readonly deliveries: StoredMessage[];
  /** Messages of the stream that overflowed, whole. */
  readonly objects: MemoryObjects;
  /** Part of all answers that are lost now, 0 to 1. */
  lossRate: number;
  /** Part of all messages that overflow now, 0 to 1. */
  overflowRate: number;
  /** False while a sealer seals whose version knows no totals. */
  tellsTotals: boolean;
  /** Called right after the leader said that nothing waits for a portal. */
  onEmpty: (portalId: string) => void;
  /** Purged up to here, but for the last message of each subject. */
  purgedSequence: number;
  /** How often events were read back. */
  reads: number;
  /** Those that wait for the next message of the stream. */
  readonly readers: Set<() => void>;
}

/** A message of the stream to be. */
export interface Sealing {
  readonly batch: SealedBatch;
  readonly storedAtMs: number;
  /** Says whether only what refers to it stands in the stream. */
  readonly chance: Chance;
}

/** Servers that hold nothing, and answer. */
export function emptyServers(): Servers {
  const held = { outbox: [], deliveries: [], objects: new Map(), readers: new Set<() => void>() };
  const counts = { purgedSequence: 0, reads: 0 };
  return { ...held, ...counts, lossRate: 0, overflowRate: 0, tellsTotals: true, onEmpty: () => {} };
}

/** Appends sealed events of a portal as one message. */
export function appendSealed(servers: Servers, subject: string, { batch, storedAtMs, chance }: Sealing): void {
  const isOverflowing = servers.overflowRate > 0 && chance.happens(servers.overflowRate);
  const sequence = (servers.outbox.at(-1)?.sequence ?? 0) + 1;
  const whole = SealedBatch.encode(batch).finish();
  const { objectKey, reference } = referenceTo(subject, whole);
  if (isOverflowing) servers.objects.set(objectKey, whole);
  const former = totalsBehind(servers.outbox.findLast((message) => message.subject === subject));
  const data = isOverflowing ? reference.data : whole;
  const own: Readonly<Record<string, string>> = {
    [headers.sequence]: String(batch.events.at(-1)?.sequence ?? 0),
    ...(servers.tellsTotals ? totalsHeader(withMessage(former, data, isOverflowing ? whole.length : 0)) : {}),
    ...(isOverflowing ? reference.headers : {}),
  };
  servers.outbox.push({ sequence, subject, data, storedAtMs, header: (name) => own[name] });
  for (const wake of [...servers.readers]) wake();
}

/** The events of a message, wherever they lie. */
export function eventsIn({ objects }: Servers, { data }: StoredMessage): readonly SealedEvent[] {
  const { events, overflow } = SealedBatch.decode(data);
  return overflow === undefined ? events : SealedBatch.decode(objects.get(overflow.objectKey) ?? data).events;
}

/** What a portal's stream weighs. */
export function headTotalsOf({ outbox }: Servers, portalId: string): StreamTotals {
  return totalsOf(outbox.findLast(({ subject }) => subject.endsWith(`.${portalId}`)));
}

/** The janitor removes what the records say that nobody needs. */
export function purge(servers: Servers): void {
  servers.purgedSequence = recordsOf(servers).at(-1)?.lowSequence ?? 0;
}

const decoded = new WeakMap<StoredMessage, DeliveryRecord>();

/** All records in order. */
export function recordsOf(servers: Servers): DeliveryRecord[] {
  return servers.deliveries.map((message) => {
    const record = decoded.get(message) ?? DeliveryRecord.decode(message.data);
    decoded.set(message, record);
    return record;
  });
}

/** What the records say, by portal. */
export function cursorsOf(servers: Servers): Map<string, PortalCursor> {
  const cursors = new Map<string, PortalCursor>();
  for (const record of recordsOf(servers)) {
    for (const cursor of record.cursors) cursors.set(cursor.portalId, cursor);
  }
  return cursors;
}

/** The log as one process sees it, every message of a portal whole. */
export function logOf(process: Process, servers: Servers, network: Network, chance: Chance): LogPort {
  const ask = async <T>(effect: () => T): Promise<T> =>
    await network.call(process, () => {
      if (chance.happens(servers.lossRate)) throw new TrunklineError('unavailable', 'no answer');
      return effect();
    });
  const store = createOverflowStore(memoryObjects(servers.objects, { put: ask, ask }));
  return openingOverflow(rawLogOf(process, servers, network, chance), store);
}

/** Answers may be lost, direct gets may be old. */
function rawLogOf(process: Process, servers: Servers, network: Network, chance: Chance): LogPort {
  const of = (stream: string) => (stream === streams.outbox ? servers.outbox : servers.deliveries);
  const heldOf = (stream: string, subject: string) => {
    const all = of(stream).filter((message) => message.subject === subject);
    const purged = stream === streams.outbox ? servers.purgedSequence : 0;
    return all.filter(({ sequence }, index) => sequence > purged || index === all.length - 1);
  };
  const ask = async <T>(effect: () => T): Promise<T> => {
    const fate = chance.happens(servers.lossRate) ? chance.pick(['request', 'answer'] as const) : undefined;
    return await network.call(process, () => {
      if (fate === 'request') throw new NoAnswer();
      const value = effect();
      if (fate === 'answer') throw new NoAnswer();
      return value;
    });
  };
  return {
    publish: (subject, data, options) =>
      ask(() => {
        const last = servers.deliveries.at(-1)?.sequence ?? 0;
        if ((options?.expectLastSubjectSequence ?? last) !== last) throw new WrongLastSequence(`it is ${last}`);
        servers.deliveries.push({ sequence: last + 1, subject, data, storedAtMs: 0, header: () => undefined });
        return { sequence: last + 1, isDuplicate: false };
      }),
    lastOf: (stream, subject) => ask(() => of(stream).findLast((message) => message.subject === subject)),
    nextOf: (stream, subject, from) =>
      ask(() => {
        const found = heldOf(stream, subject).find(({ sequence }) => sequence >= from);
        if (found === undefined && stream === streams.outbox)
          servers.onEmpty(subject.slice(subject.lastIndexOf('.') + 1));
        return found;
      }),
    batchOf: (stream, subject, from, limit) =>
      ask(() => {
        const lag = chance.happens(0.2) ? chance.below(20) : 0;
        const seenSequence = (of(stream).at(-1)?.sequence ?? 0) - lag;
        if (stream === streams.outbox) servers.reads += 1;
        return within(
          heldOf(stream, subject).filter(({ sequence }) => sequence >= from && sequence <= seenSequence),
          limit,
        );
      }),
    lastSequence: (stream) => ask(() => of(stream).at(-1)?.sequence ?? 0),
    feed: ({ afterSequence, signal }) => feedOf(process, servers, network, { afterSequence, signal }),
  };
}

/** As many as the limit lets, and always one. */
function within(found: readonly StoredMessage[], limit: BatchLimit): StoredMessage[] {
  let bytes = 0;
  const full = found.findIndex(({ data }, index) => {
    bytes += data.length;
    return index > 0 && bytes > limit.bytes;
  });
  return found.slice(0, Math.min(limit.messages, full === -1 ? found.length : full));
}

async function* feedOf(
  process: Process,
  servers: Servers,
  network: Network,
  { afterSequence, signal }: { afterSequence: number; signal: AbortSignal },
): AsyncGenerator<StoredMessage> {
  let last = afterSequence;
  while (!signal.aborted) {
    const next = await network.callLater<StoredMessage | undefined>(process, (answer) => {
      const look = () => {
        const found = servers.outbox[last];
        if (found === undefined && !signal.aborted) return;
        servers.readers.delete(look);
        signal.removeEventListener('abort', look);
        answer(found);
      };
      servers.readers.add(look);
      signal.addEventListener('abort', look);
      look();
    });
    if (next === undefined || signal.aborted) return;
    last = next.sequence;
    yield next;
  }
}
