import { type DirectoryWriter, pause, type Timestamp, TrunklineError } from '@trunkline/runtime';
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
 * ends; begun again, it compares everything again, so that nothing is lost by it.
 */
export async function copyToBucket(from: Copied, writer: DirectoryWriter, signal: AbortSignal): Promise<void> {
  const changes = watchChanges(from, await from.operationTime());
  try {
    const known = new Map(await writer.entries(signal));
    const wanted = (await Promise.all(names.map((name) => entriesOf(from, name)))).flat();
    await publish(wanted, known, writer);
    const keys = new Set(wanted.map((entry) => entry.key));
    await remove(
      [...known.keys()].filter((key) => !keys.has(key)),
      known,
      writer,
    );
    while (!signal.aborted) {
      for (const [name, ids] of changes.take()) {
        const current = await entriesOf(from, name, ids);
        await publish(current, known, writer);
        await remove(goneKeys(name, ids, current, known), known, writer);
      }
      // A person waits for what they changed to work: a short look, not a long one.
      await pause(20, signal);
    }
  } finally {
    await changes.close();
  }
}

async function publish(entries: readonly BucketEntry[], known: Map<string, Uint8Array>, writer: DirectoryWriter) {
  for (const { key, value } of entries) {
    const former = known.get(key);
    if (former && Buffer.compare(former, value) === 0) continue;
    await writer.publishEntry(key, value);
    known.set(key, value);
  }
}

async function remove(keys: readonly string[], known: Map<string, Uint8Array>, writer: DirectoryWriter) {
  for (const key of keys) {
    await writer.removeEntry(key);
    known.delete(key);
  }
}

/** Keys of documents that changed and are not there any more: a change stream tells the id of what was deleted, no more. */
function goneKeys(
  name: CopiedName,
  ids: readonly string[],
  current: readonly BucketEntry[],
  known: ReadonlyMap<string, Uint8Array>,
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
  const streams = names.map((name) => {
    const stream = from[name].watch([{ $project: { documentKey: 1 } }], {
      maxAwaitTimeMS: 1_000,
      startAtOperationTime,
    });
    stream.on('change', (change: object) => {
      const id = 'documentKey' in change ? (change.documentKey as { _id: string })._id : undefined;
      if (id === undefined) return;
      changed.set(name, (changed.get(name) ?? new Set()).add(id));
    });
    stream.on('error', (error: unknown) => {
      failure = error;
    });
    return stream;
  });
  return {
    take: (): [CopiedName, string[]][] => {
      if (failure !== undefined) throw new TrunklineError('unavailable', 'A change stream ended.', { cause: failure });
      const taken = [...changed].map(([name, ids]): [CopiedName, string[]] => [name, [...ids]]);
      changed.clear();
      return taken;
    },
    close: () => Promise.all(streams.map((stream) => stream.close())),
  };
}
