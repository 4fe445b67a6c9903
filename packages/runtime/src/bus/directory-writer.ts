import type { NatsConnection } from '@nats-io/transport-node';
import { buckets } from '@trunkline/contracts';
import { unlessAborted } from '../deadline.ts';
import { directoryFilters } from './directory.ts';
import type { LogPort } from './ports.ts';
import { operationHeader, watchBucket } from './watch-bucket.ts';

/** What the directory service alone does with the bucket. All reject with `unavailable` when the bus does not answer. */
export interface DirectoryWriter {
  /** Everything that is there, by key: what a start is compared with. Waits while the bus is away, until the signal. */
  entries(signal: AbortSignal): Promise<ReadonlyMap<string, Uint8Array>>;
  publishEntry(key: string, value: Uint8Array): Promise<void>;
  removeEntry(key: string): Promise<void>;
}

/** Makes the writer of the directory bucket. */
export function createDirectoryWriter(nats: NatsConnection, bus: LogPort): DirectoryWriter {
  const subject = (key: string) => `$KV.${buckets.directory}.${key}`;
  return {
    entries: async (signal) => {
      const found = new Map<string, Uint8Array>();
      await Promise.all(directoryFilters('directory').map((filter) => readOnce(nats, filter, found, signal)));
      return found;
    },
    publishEntry: async (key, value) => {
      await bus.publish(subject(key), value);
    },
    removeEntry: async (key) => {
      await bus.publish(subject(key), new Uint8Array(), { headers: { [operationHeader]: 'DEL' } });
    },
  };
}

/** One watch, as far as it is loaded. */
async function readOnce(
  nats: NatsConnection,
  filter: string,
  found: Map<string, Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  const loaded = Promise.withResolvers<void>();
  const enough = new AbortController();
  const watching = watchBucket(nats, {
    bucket: buckets.directory,
    filter,
    signal: AbortSignal.any([signal, enough.signal]),
    onLoaded: loaded.resolve,
    onMessage: ({ key, value }) => void (value === undefined ? found.delete(key) : found.set(key, value)),
  });
  try {
    await unlessAborted(loaded.promise, signal);
  } finally {
    enough.abort();
    await watching;
  }
}
