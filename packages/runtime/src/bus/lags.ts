import { lanes, messageSubjects } from '@trunkline/contracts';
import type { LogPort } from './ports.ts';
import { type Reader, readersOf } from './readers.ts';

/** How far a reader is behind in one lane of its stream. */
export interface LaneLag {
  readonly lane: number;
  /** For people: "sealer", "dispatch to telegram", "audit.FACTS". */
  readonly reader: string;
  /** Age of the oldest message that it has not read, in milliseconds; 0 when it has read everything. */
  readonly lagMs: number;
}

/**
 * How far every reader is behind, in each lane, by what stands on the bus: a few small reads a reader and lane, so ask no more
 * often than every few seconds. The normalizer says how far it is with its next fact, and a queue with its slowest destination.
 * Rejects with `unavailable`.
 */
export async function lagsOf(bus: LogPort, connectors: readonly string[], nowMs: number): Promise<readonly LaneLag[]> {
  const readers = readersOf(connectors).filter(({ name }) => !name.endsWith('taking over'));
  const all: LaneLag[] = [];
  // A lane after the other: nobody waits for this, and the server has other work.
  for (const lane of lanes)
    all.push(...(await Promise.all(readers.map((reader) => lagOf(bus, reader, { lane, nowMs })))));
  return all;
}

async function lagOf(
  bus: LogPort,
  { name: reader, stream, at, passed }: Reader,
  { lane, nowMs }: { readonly lane: number; readonly nowMs: number },
): Promise<LaneLag> {
  const place = at(lane);
  const last = await bus.lastOf(place.stream, place.subject);
  // The position of a stage and of a keyed log lies inside a message, and then says that the one before is passed.
  const isInside = reader === 'normalizer' || reader === 'sealer' || reader.startsWith('dispatch');
  const from = (last === undefined ? 0 : passed(last)) + (last !== undefined && isInside ? 2 : 1);
  const unread = await Promise.all(messageSubjects(stream, lane).map((subject) => bus.nextOf(stream, subject, from)));
  const oldest = unread.flatMap((message) => (message === undefined ? [] : [message.storedAtMs]));
  return { lane, reader, lagMs: oldest.length === 0 ? 0 : Math.max(0, nowMs - Math.min(...oldest)) };
}
