import { createHash } from 'node:crypto';
import type { NatsConnection } from '@nats-io/transport-node';
import { objectStores } from '@trunkline/contracts';
import type { LogPort } from '../bus/ports.ts';
import { openObjectStore } from './object-store.ts';

/** Bodies of hook calls too large for the bus. Rejects with `unavailable`. */
export interface BodyStore {
  /** Stores a body and returns its key; the same body within the hour is stored once. Called before the item that names it. */
  put(body: Uint8Array): Promise<string>;
  /** Undefined once the janitor has removed it, after everybody has read its item. */
  get(key: string): Promise<Uint8Array | undefined>;
}

/** Opens the store of bodies. Does no input or output. */
export function openBodyStore(nats: NatsConnection, bus: LogPort, now: () => number = Date.now): BodyStore {
  const objects = openObjectStore(nats, bus, objectStores.bodies);
  return {
    put: async (body) => {
      // Old ones are removed by their age: a key that is taken must never be an old one.
      const hour = new Date(now()).toISOString().slice(0, 13);
      const key = `${hour}/${createHash('sha256').update(body).digest('hex')}`;
      if ((await objects.info(key)) === undefined) await objects.put({ key, bytes: once(body) });
      return key;
    },
    get: async (key) => {
      const object = await objects.info(key);
      if (object === undefined) return undefined;
      const parts: Uint8Array[] = [];
      for await (const part of objects.read(object)) parts.push(part);
      return Buffer.concat(parts);
    },
  };
}

async function* once(body: Uint8Array): AsyncGenerator<Uint8Array> {
  yield body;
}
