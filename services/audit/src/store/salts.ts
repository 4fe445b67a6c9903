import { randomBytes } from 'node:crypto';
import type { Collection } from '@trunkline/runtime';

/** The salt of one contact. */
export interface SaltDocument {
  /** Id of the contact; of the conversation, where there is no contact. */
  readonly _id: string;
  /** 32 random bytes. */
  readonly salt: Uint8Array;
  readonly createdAt: Date;
}

/** The salts of the contents' keys. */
export interface Salts {
  /** Salts by id; one that is not there yet is made. Rejects when the database does not answer. */
  make(ids: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>>;
  /** A salt, from the database; undefined when there is none (any more). */
  find(id: string): Promise<Uint8Array | undefined>;
  /** Deletes a salt: what was written under it cannot be opened any more, wherever copies of it are. */
  erase(id: string): Promise<void>;
}

/** A salt that was erased elsewhere is known here so long at most. */
const cachedMs = 30_000;
const cacheSize = 10_000;
const timeout = { timeoutMS: 5_000 };

/** Reads and writes the collection; what was used lately is kept in memory. */
export function openSalts(collection: Collection<SaltDocument>, now: () => number): Salts {
  const cache = new Map<string, { readonly salt: Uint8Array; readonly untilMs: number }>();
  const cached = (id: string) => {
    const found = cache.get(id);
    return found !== undefined && found.untilMs > now() ? found.salt : undefined;
  };
  const read = async (ids: readonly string[]) => {
    const found = await collection.find({ _id: { $in: [...ids] } }, timeout).toArray();
    return new Map(found.map(({ _id, salt }) => [_id, bytesOf(salt)]));
  };
  return {
    make: async (ids) => {
      const wanted = [...new Set(ids)];
      const known = new Map<string, Uint8Array>();
      for (const id of wanted) {
        const salt = cached(id);
        if (salt !== undefined) known.set(id, salt);
      }
      const unknown = wanted.filter((id) => !known.has(id));
      if (unknown.length === 0) return known;
      const there = await read(unknown);
      const absent = unknown.filter((id) => !there.has(id));
      await add(collection, absent, now);
      // Another instance may have been first: only what stands there counts.
      const made = absent.length === 0 ? there : new Map([...there, ...(await read(absent))]);
      for (const [id, salt] of made) {
        known.set(id, salt);
        cache.set(id, { salt, untilMs: now() + cachedMs });
      }
      for (const id of cache.keys()) if (cache.size > cacheSize) cache.delete(id);
      return known;
    },
    find: async (id) => (await read([id])).get(id),
    erase: async (id) => {
      await collection.deleteOne({ _id: id }, timeout);
      cache.delete(id);
    },
  };
}

async function add(collection: Collection<SaltDocument>, ids: readonly string[], now: () => number): Promise<void> {
  if (ids.length === 0) return;
  const operations = ids.map((_id) => {
    const $setOnInsert = { salt: randomBytes(32), createdAt: new Date(now()) };
    return { updateOne: { filter: { _id }, update: { $setOnInsert }, upsert: true } };
  });
  await collection.bulkWrite(operations, { ordered: false, ...timeout });
}

/** The driver may give the bytes in its own wrapping. */
function bytesOf(salt: Uint8Array | { readonly buffer: Uint8Array }): Uint8Array {
  return salt instanceof Uint8Array ? salt : salt.buffer;
}
