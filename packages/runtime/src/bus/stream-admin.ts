import { randomUUID } from 'node:crypto';
import { type ConsumerConfig, type JetStreamManager, jetstreamManager, type StreamInfo } from '@nats-io/jetstream';
import { type NatsConnection, nanos } from '@nats-io/transport-node';
import { TrunklineError } from '../errors.ts';
import { busError } from './bus-error.ts';
import { openWatchSession } from './watch-session.ts';

/** How full a stream is. */
export interface StreamRoom {
  readonly bytes: number;
  readonly maxBytes: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** Messages that a stream which it takes from still has for it. */
  readonly lag: number;
}

/** What the janitor does with streams. Every call rejects with `unavailable` when the bus does not answer. */
export interface StreamAdmin {
  room(stream: string): Promise<StreamRoom>;
  /** Sequence of the first message that was stored at or after an instant; one after the last when there is none. */
  sequenceAt(stream: string, atMs: number): Promise<number>;
  /** The last sequence of each subject of a filter that has more than one message. */
  lastSequences(stream: string, filter: string): Promise<ReadonlyMap<string, number>>;
  /** Removes a subject's messages before a sequence; returns how many. An empty filter: all of the stream's. */
  purgeBefore(stream: string, filter: string, sequence: number): Promise<number>;
}

/** Subjects that one answer names at most; more are asked for in further ones. */
const pageSubjects = 100_000;

/** Makes it of a connection whose user may. Does no input or output. */
export function createStreamAdmin(nats: NatsConnection): StreamAdmin {
  let manager: Promise<JetStreamManager> | undefined;
  const asking = async <T>(ask: (streams: JetStreamManager) => Promise<T>): Promise<T> => {
    try {
      manager ??= jetstreamManager(nats, { checkAPI: false, timeout: 5_000 });
      return await ask(await manager);
    } catch (error) {
      throw busError(error);
    }
  };
  return {
    room: (stream) => asking(async ({ streams }) => roomOf(await streams.info(stream))),
    sequenceAt: (stream, atMs) =>
      asking(async ({ consumers }) => {
        // Where a consumer from that instant on would begin: nobody reads with it.
        const { name, delivered } = await consumers.add(stream, beginningAt(atMs));
        await consumers.delete(stream, name);
        return delivered.stream_seq + 1;
      }),
    lastSequences: async (stream, filter) => {
      const counts = await asking(({ streams }) => countsOf(streams, stream, filter));
      const several = new Set([...counts].filter(([, count]) => count > 1).map(([subject]) => subject));
      if (several.size === 0) return new Map();
      const last = await readLast(nats, stream, filter);
      return new Map([...last].filter(([subject]) => several.has(subject)));
    },
    purgeBefore: (stream, filter, sequence) =>
      asking(async ({ streams }) => {
        const what = filter === '' ? { seq: sequence } : { filter, seq: sequence };
        return (await streams.purge(stream, what)).purged;
      }),
  };
}

function roomOf({ config, state, sources = [] }: StreamInfo): StreamRoom {
  return {
    bytes: state.bytes,
    maxBytes: config.max_bytes,
    firstSequence: state.first_seq,
    lastSequence: state.last_seq,
    lag: sources.reduce((lag, source) => lag + source.lag, 0),
  };
}

function beginningAt(atMs: number): Partial<ConsumerConfig> {
  return {
    name: `janitor_${randomUUID()}`,
    deliver_policy: 'by_start_time',
    opt_start_time: new Date(atMs).toISOString(),
    ack_policy: 'none',
    mem_storage: true,
    num_replicas: 1,
    inactive_threshold: nanos(5_000),
  };
}

async function countsOf(
  streams: JetStreamManager['streams'],
  stream: string,
  filter: string,
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (let offset = 0; ; offset += pageSubjects) {
    const { state } = await streams.info(stream, { subjects_filter: filter, offset });
    const page = Object.entries(state.subjects ?? {});
    for (const [subject, count] of page) counts.set(subject, count);
    if (page.length < pageSubjects) return counts;
  }
}

async function readLast(nats: NatsConnection, stream: string, filter: string): Promise<ReadonlyMap<string, number>> {
  const last = new Map<string, number>();
  const loaded = Promise.withResolvers<void>();
  const close = await openWatchSession(nats, {
    stream,
    subject: filter,
    headersOnly: true,
    onMessage: ({ subject, sequence }) => void last.set(subject, sequence),
    onLoaded: loaded.resolve,
    onBroken: () => loaded.reject(new TrunklineError('unavailable', `the subjects of ${stream} could not be read`)),
  });
  try {
    await loaded.promise;
  } finally {
    close();
  }
  return last;
}
