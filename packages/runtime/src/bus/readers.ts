import {
  DeliveryRecord,
  Envelope,
  egressStream,
  messageStreams,
  Position,
  SendRecord,
  sendsStream,
  streams,
  subjects,
} from '@trunkline/contracts';
import type { LogPort, StoredMessage } from './ports.ts';

/**
 * Somebody who must have read a stream before anything of it is removed. How far each is stands on the bus already, so
 * nobody writes anything for the janitor's sake:
 * - a stage says it in its own output: the last envelope's `to`. It is published after its transaction was committed, so
 *   it is never ahead of the stage; it lags while a stage has nothing to say, which removes later and never too early;
 * - a keyed log stores its position beside what it writes;
 * - a queue stores the low mark of its cursors in its records;
 * - a sink stores its cursor.
 * A position that is not there counts as nothing read.
 */
export interface Reader {
  /** For people: "sealer". */
  readonly name: string;
  /** The stream that it reads. */
  readonly stream: string;
  /** Where its position stands. */
  readonly at: (lane: number) => { readonly stream: string; readonly subject: string };
  /** Everything up to this sequence is read, as that place's last message says. Pure. */
  readonly passed: (last: StoredMessage) => number;
}

/** Name of the sink by which audit reads a stream; its position is `cursor.<name>.<lane>`. */
export function auditSink(stream: string): string {
  return `audit.${stream}`;
}

/** Everybody who reads the message streams of an installation. A new reader is added here, in the change that makes it. */
export function readersOf(connectors: readonly string[]): readonly Reader[] {
  const { ingress, facts, outbox, deliveries } = streams;
  return [
    {
      name: 'normalizer',
      stream: ingress,
      at: (lane) => ({ stream: facts, subject: subjects.facts(lane, 'normalizer') }),
      passed: ({ data }) => before(Envelope.decode(data).to),
    },
    sink('normalizer.timers', facts),
    keyedLog('sealer', outbox, subjects.outboxPosition),
    ...connectors.map((name) =>
      keyedLog(`dispatch to ${name}`, egressStream(name), (lane) => subjects.egressPosition(name, lane)),
    ),
    ...queue('delivery', outbox, { records: deliveries, subject: subjects.deliveries, codec: DeliveryRecord }),
    ...connectors.flatMap((name) => {
      const subject = (lane: number) => subjects.sends(name, lane);
      return queue(name, egressStream(name), { records: sendsStream(name), subject, codec: SendRecord });
    }),
    ...messageStreams(connectors).map((stream) => sink(auditSink(stream), stream)),
  ];
}

/** How far the slowest reader of a stream's lane is. Rejects with `unavailable`. */
export async function passedByAll(
  bus: LogPort,
  readers: readonly Reader[],
  stream: string,
  lane: number,
): Promise<{ readonly sequence: number; readonly slowest: string }> {
  const own = readers.filter((reader) => reader.stream === stream);
  const all = await Promise.all(
    own.map(async ({ name, at, passed }) => {
      const place = at(lane);
      const last = await bus.lastOf(place.stream, place.subject);
      return { slowest: name, sequence: last === undefined ? 0 : readable(passed, last) };
    }),
  );
  return all.reduce((low, one) => (one.sequence < low.sequence ? one : low), {
    slowest: '',
    sequence: Number.MAX_SAFE_INTEGER,
  });
}

/** What cannot be read says that nothing was read: it holds its stream back, and is told. */
function readable(passed: Reader['passed'], last: StoredMessage): number {
  try {
    return passed(last);
  } catch {
    return 0;
  }
}

/** Reads FACTS and stores its position in the stream that it writes. */
function keyedLog(name: string, stream: string, subject: (lane: number) => string): Reader {
  return {
    name,
    stream: streams.facts,
    at: (lane) => ({ stream, subject: subject(lane) }),
    passed: ({ data }) => before(Position.decode(data)),
  };
}

function sink(name: string, stream: string): Reader {
  return {
    name,
    stream,
    at: (lane) => ({ stream: streams.cursors, subject: subjects.cursor(name, lane) }),
    passed: ({ data }) => Position.decode(data).sequence,
  };
}

interface QueueRecord {
  readonly isFull: boolean;
  readonly fullSequence: number;
  readonly lowSequence: number;
}

/** Where a queue records what it did. */
interface QueueLog {
  readonly records: string;
  readonly subject: (lane: number) => string;
  readonly codec: { decode(bytes: Uint8Array): QueueRecord };
}

/** A queue reads what it delivers, and at a take-over its own records since the last full one. */
function queue(name: string, stream: string, { records, subject, codec }: QueueLog): readonly Reader[] {
  const at = (lane: number) => ({ stream: records, subject: subject(lane) });
  return [
    { name, stream, at, passed: ({ data }) => codec.decode(data).lowSequence },
    {
      name: `${name} taking over`,
      stream: records,
      at,
      passed: ({ data, sequence }) => {
        const { isFull, fullSequence } = codec.decode(data);
        return (isFull ? sequence : fullSequence) - 1;
      },
    },
  ];
}

/** A position may lie inside its message, so the message itself is not passed. */
function before(position: Position | undefined): number {
  return Math.max((position?.sequence ?? 0) - 1, 0);
}
