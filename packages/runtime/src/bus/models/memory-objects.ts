import { createHash } from 'node:crypto';
import type { ObjectStore, StoredObject } from '../../files/object-store.ts';

/** Objects of a model, by key: the last that was put. */
export type MemoryObjects = Map<string, Uint8Array>;

/** What {@link memoryObjects} calls the world by. */
export type WorldCall = <T>(effect: () => T) => Promise<T>;

/** An object store in memory as one process sees it: what is put is there whole or not at all, answers come as the model lets them. */
export function memoryObjects(
  objects: MemoryObjects,
  { put, ask }: { readonly put: WorldCall; readonly ask: WorldCall },
): Pick<ObjectStore, 'put' | 'info' | 'read'> {
  return {
    put: async ({ key, bytes }) => {
      const parts: Uint8Array[] = [];
      for await (const part of bytes) parts.push(part);
      const data = Buffer.concat(parts);
      await put(() => void objects.set(key, data));
      return stored(key, data);
    },
    info: (key) =>
      ask(() => {
        const data = objects.get(key);
        return data === undefined ? undefined : stored(key, data);
      }),
    read: async function* ({ key }) {
      yield await ask(() => objects.get(key) ?? new Uint8Array());
    },
  };
}

function stored(key: string, data: Uint8Array): StoredObject {
  const sha256 = createHash('sha256').update(data).digest('hex');
  return { key, nuid: key, sizeBytes: data.length, chunks: 1, sha256, storedAtMs: 0, metadata: {} };
}
