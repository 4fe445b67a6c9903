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
 * Tells how far every reader is behind, in each lane, by what stands on the bus: a few small reads a reader and lane, so ask no
 * more often than every few seconds. Whoever had read everything has read everything still while nothing was added to its
 * stream: of that nothing is asked again. The normalizer says how far it is with its next fact, and a queue with its slowest
 * destination. Each call rejects with `unavailable`.
 */
export function openLags(bus: LogPort, connectors: readonly string[]): (nowMs: number) => Promise<readonly LaneLag[]> {
  const readers = readersOf(connectors).filter(({ name }) => !name.endsWith('taking over'));
  const streams = [...new Set(readers.map(({ stream }) => stream))];
  /** Ends of streams at which a reader had read everything, by reader and lane. */
  const readTo = new Map<string, number>();
  return async (nowMs) => {
    // Before any position is read: what is added meanwhile is not taken for read.
    const ends = new Map(
      await Promise.all(streams.map(async (stream) => [stream, await bus.lastSequence(stream)] as const)),
    );
    const lagIn = async (reader: Reader, lane: number): Promise<LaneLag> => {
      const place = `${lane} ${reader.name}`;
      const end = ends.get(reader.stream) ?? 0;
      const waitsSince = readTo.get(place) === end ? undefined : await oldestUnread(bus, reader, lane);
      if (waitsSince === undefined) readTo.set(place, end);
      return { lane, reader: reader.name, lagMs: waitsSince === undefined ? 0 : Math.max(0, nowMs - waitsSince) };
    };
    const all: LaneLag[] = [];
    // A lane after the other: nobody waits for this, and the server has other work.
    for (const lane of lanes) all.push(...(await Promise.all(readers.map((reader) => lagIn(reader, lane)))));
    return all;
  };
}

/** When the oldest message was stored that a reader has not read; undefined when it has read everything. */
async function oldestUnread(
  bus: LogPort,
  { name, stream, at, passed }: Reader,
  lane: number,
): Promise<number | undefined> {
  const place = at(lane);
  const last = await bus.lastOf(place.stream, place.subject);
  // The position of a stage and of a keyed log lies inside a message, and then says that the one before is passed.
  const isInside = name === 'normalizer' || name === 'sealer' || name.startsWith('dispatch');
  const from = (last === undefined ? 0 : passed(last)) + (last !== undefined && isInside ? 2 : 1);
  const unread = await Promise.all(messageSubjects(stream, lane).map((subject) => bus.nextOf(stream, subject, from)));
  const storedAt = unread.flatMap((message) => (message === undefined ? [] : [message.storedAtMs]));
  return storedAt.length === 0 ? undefined : Math.min(...storedAt);
}
