import type { NatsConnection } from '@nats-io/transport-node';
import { buckets } from '@trunkline/contracts';
import { unlessAborted } from '../deadline.ts';
import { directoryFilters } from './directory.ts';
import type { LogPort } from './ports.ts';
import { operationHeader, watchBucket } from './watch-bucket.ts';

/** An entry as it stands in the bucket. */
export interface StoredEntry {
  /** Undefined: it was removed. */
  readonly value: Uint8Array | undefined;
  /** What the next change of the key expects. */
  readonly revision: number;
}

/**
 * What the directory service alone does with the bucket. All reject with `unavailable` when the bus does not answer. A
 * change may say behind which revision of its key it belongs (0: the first): one that comes later, from an instance that
 * was held up, rejects with WrongLastSequence instead of bringing back what was. Both changes give the new revision.
 */
export interface DirectoryWriter {
  /** Everything that is there, by key: what a start is compared with. Waits while the bus is away, until the signal. */
  entries(signal: AbortSignal): Promise<ReadonlyMap<string, StoredEntry>>;
  publishEntry(key: string, value: Uint8Array, after?: number): Promise<number>;
  removeEntry(key: string, after?: number): Promise<number>;
}

/** Makes the writer of the directory bucket. */
export function createDirectoryWriter(nats: NatsConnection, bus: LogPort): DirectoryWriter {
  const subject = (key: string) => `$KV.${buckets.directory}.${key}`;
  return {
    entries: async (signal) => {
      const found = new Map<string, StoredEntry>();
      await Promise.all(directoryFilters('directory').map((filter) => readOnce(nats, filter, found, signal)));
      return found;
    },
    publishEntry: async (key, value, after) => (await bus.publish(subject(key), value, behind(after))).sequence,
    removeEntry: async (key, after) => {
      const options = { ...behind(after), headers: { [operationHeader]: 'DEL' } };
      return (await bus.publish(subject(key), new Uint8Array(), options)).sequence;
    },
  };
}

function behind(revision: number | undefined) {
  return revision === undefined ? {} : { expectLastSubjectSequence: revision };
}

/** One watch, as far as it is loaded. */
async function readOnce(
  nats: NatsConnection,
  filter: string,
  found: Map<string, StoredEntry>,
  signal: AbortSignal,
): Promise<void> {
  const loaded = Promise.withResolvers<void>();
  const enough = new AbortController();
  const watching = watchBucket(nats, {
    bucket: buckets.directory,
    filter,
    signal: AbortSignal.any([signal, enough.signal]),
    onLoaded: loaded.resolve,
    onMessage: ({ key, value, revision }) => void found.set(key, { value, revision }),
  });
  try {
    await unlessAborted(loaded.promise, signal);
  } finally {
    enough.abort();
    await watching;
  }
}
