import { type DirectoryWriter, type StoredEntry, type Timestamp, TrunklineError } from '@trunkline/runtime';
import type { BucketEntry } from './entries.ts';
import { type Copied, type CopiedName, entriesOf } from './snapshot.ts';

const names: readonly CopiedName[] = ['tenants', 'portals', 'apiKeys', 'connectors', 'lines', 'channels'];
/** The first word of the keys of each collection's entries; lines have none of their own. */
const firstWords: Partial<Record<CopiedName, string>> = {
  tenants: 'tenant',
  portals: 'portal',
  channels: 'channel',
  connectors: 'connector',
};

/**
 * Keeps the directory bucket as the collections are, until the signal: compares everything once, then follows their change
 * streams. They begin at a time before the comparison, so that no change falls between the two. Rejects when a stream
 * ends, or when another instance has written meanwhile; begun again, it compares everything again, so that nothing is lost.
 */
export async function copyToBucket(from: Copied, writer: DirectoryWriter, signal: AbortSignal): Promise<void> {
  const changes = watchChanges(from, await from.operationTime());
  try {
    const bucket: Bucket = { writer, known: new Map(await writer.entries(signal)) };
    const wanted = (await Promise.all(names.map((name) => entriesOf(from, name)))).flat();
    await publish(wanted, bucket);
    const keys = new Set(wanted.map((entry) => entry.key));
    const gone = [...bucket.known.keys()].filter((key) => !keys.has(key));
    await remove(gone, bucket);
    while (!signal.aborted) {
      for (const [name, ids] of changes.take()) {
        const current = await entriesOf(from, name, ids);
        await publish(current, bucket);
        await remove(goneKeys(name, ids, current, bucket.known), bucket);
      }
      // What changes while that is written goes together in the next turn.
      await changes.come(signal);
    }
  } finally {
    await changes.close();
  }
}

/** The bucket and what we know to be in it: each change goes behind that, or is refused. */
interface Bucket {
  readonly writer: DirectoryWriter;
  readonly known: Map<string, StoredEntry>;
}

async function publish(entries: readonly BucketEntry[], { writer, known }: Bucket) {
  for (const { key, value } of entries) {
    const former = known.get(key);
    if (former?.value && Buffer.compare(former.value, value) === 0) continue;
    known.set(key, { value, revision: await writer.publishEntry(key, value, former?.revision ?? 0) });
  }
}

async function remove(keys: readonly string[], { writer, known }: Bucket) {
  for (const key of keys) {
    const former = known.get(key);
    if (!former?.value) continue;
    known.set(key, { value: undefined, revision: await writer.removeEntry(key, former.revision) });
  }
}

/** Keys of documents that changed and are not there any more: a change stream tells the id of what was deleted, no more. */
function goneKeys(
  name: CopiedName,
  ids: readonly string[],
  current: readonly BucketEntry[],
  known: ReadonlyMap<string, StoredEntry>,
): string[] {
  const word = firstWords[name];
  if (word === undefined) return [];
  const there = new Set(current.map((entry) => entry.key));
  const endings = new Set(ids);
  return [...known.keys()].filter(
    (key) => key.startsWith(`${word}.`) && endings.has(key.slice(key.lastIndexOf('.') + 1)) && !there.has(key),
  );
}

/** Change streams of all collections, as the ids that changed since they were taken last. */
function watchChanges(from: Copied, startAtOperationTime: Timestamp) {
  const changed = new Map<CopiedName, Set<string>>();
  let failure: unknown;
  let isOver = false;
  let wake = () => {};
  const fail = (error: unknown) => {
    failure ??= error;
    wake();
  };
  const streams = names.map((name) => {
    const stream = from[name].watch([{ $project: { documentKey: 1 } }], {
      maxAwaitTimeMS: 1_000,
      startAtOperationTime,
    });
    stream.on('change', (change: object) => {
      const id = 'documentKey' in change ? (change.documentKey as { _id: string })._id : undefined;
      if (id === undefined) return;
      changed.set(name, (changed.get(name) ?? new Set()).add(id));
      wake();
    });
    stream.on('error', fail);
    // Also without an error: a collection was dropped or renamed.
    stream.on('close', () => {
      if (!isOver) fail(new Error(`the changes of ${name} end`));
    });
    return stream;
  });
  return {
    /** Resolves when there is something to take, a change or a failure, or at the signal. */
    come: async (signal: AbortSignal): Promise<void> => {
      if (failure !== undefined || changed.size > 0 || signal.aborted) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      signal.addEventListener('abort', wake, { once: true });
      await promise;
      signal.removeEventListener('abort', wake);
    },
    take: (): [CopiedName, string[]][] => {
      if (failure !== undefined) throw new TrunklineError('unavailable', 'A change stream ended.', { cause: failure });
      const taken = [...changed].map(([name, ids]): [CopiedName, string[]] => [name, [...ids]]);
      changed.clear();
      return taken;
    },
    close: async () => {
      isOver = true;
      await Promise.all(streams.map((stream) => stream.close()));
    },
  };
}
