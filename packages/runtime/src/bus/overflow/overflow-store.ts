import { createHash } from 'node:crypto';
import type { NatsConnection } from '@nats-io/transport-node';
import { headers, type OverflowReference, objectStores, SealedBatch } from '@trunkline/contracts';
import { TrunklineError } from '../../errors.ts';
import { type ObjectStore, openObjectStore } from '../../files/object-store.ts';
import { isTransient } from '../patience.ts';
import type { LogPort, StoredMessage } from '../ports.ts';

/** A message of a portal's stream whose bytes lie in the object store: what stands in OUTBOX in its place. */
export interface StoredReference {
  readonly data: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/** Sealed messages of portals that held more of the bus than they may. Rejects with `unavailable`. */
export interface OverflowStore {
  /** Stores a message of a portal's stream; resolves with what refers to it once it is there, whole. */
  put(subject: string, data: Uint8Array): Promise<StoredReference>;
  /** The message, whole; undefined when the store has it no more, or holds other bytes than were stored. */
  open(message: StoredMessage): Promise<StoredMessage | undefined>;
}

/** No sealed message is larger: an event of 1 MiB, sealed, and its chain. */
const mostBytes = 2 * 1024 * 1024;

/** Opens the store of a service whose user may read, or write, it. Does no input or output. */
export function openOverflowStore(nats: NatsConnection, bus: LogPort): OverflowStore {
  return createOverflowStore(openObjectStore(nats, bus, objectStores.overflow));
}

/** The same over any object store. */
export function createOverflowStore(objects: Pick<ObjectStore, 'put' | 'info' | 'read'>): OverflowStore {
  return {
    put: async (subject, data) => {
      if (data.length > mostBytes) throw new TrunklineError('too_large', `${data.length} bytes would not be read back`);
      const { objectKey, reference } = referenceTo(subject, data);
      await objects.put({ key: objectKey, bytes: once(data) });
      return reference;
    },
    open: async (message) => {
      try {
        const reference = SealedBatch.decode(message.data);
        const data = reference.overflow && (await bytesOf(objects, reference.overflow));
        return data && isSame(SealedBatch.decode(data), reference) ? withData(message, data) : undefined;
      } catch (error) {
        if (isTransient(error)) throw error;
        return undefined;
      }
    },
  };
}

/** Size of the object that holds a message whole; undefined where the message itself does. Pure. */
export function overflowedBytesOf(message: Pick<StoredMessage, 'header'>): number | undefined {
  const size = message.header(headers.overflow);
  return size === undefined ? undefined : Number(size);
}

/**
 * What stands in OUTBOX in the place of a message, and the key of the object that is to be there before. Numbers, chains and ids
 * stay in the stream: heads, statements and passports need no object. Pure.
 */
export function referenceTo(
  subject: string,
  data: Uint8Array,
): { readonly objectKey: string; readonly reference: StoredReference } {
  const { portalId, tenantId, events } = SealedBatch.decode(data);
  const sha256 = createHash('sha256').update(data).digest();
  // Two owners seal the same events under other bytes: neither may overwrite what the other refers to.
  const objectKey = `${subject}/${events[0]?.sequence ?? 0}/${sha256.toString('hex')}`;
  const left = events.map(({ sequence, id, conversationId, at, chain, traceparent }) => ({
    ...{ sequence, id, conversationId, at, chain, traceparent },
  }));
  const overflow = { objectKey, sizeBytes: data.length, sha256 };
  const batch = SealedBatch.fromPartial({ portalId, tenantId, events: left, overflow });
  const own = { [headers.overflow]: String(data.length) };
  return { objectKey, reference: { data: SealedBatch.encode(batch).finish(), headers: own } };
}

/** Undefined for anything but the very bytes that were stored. */
async function bytesOf(
  objects: Pick<ObjectStore, 'info' | 'read'>,
  { objectKey, sizeBytes, sha256 }: OverflowReference,
): Promise<Uint8Array | undefined> {
  const object = await objects.info(objectKey);
  if (object === undefined || sizeBytes > mostBytes || object.sizeBytes !== sizeBytes) return undefined;
  const parts: Uint8Array[] = [];
  let left = sizeBytes;
  for await (const part of objects.read(object)) {
    left -= part.length;
    if (left < 0) return undefined;
    parts.push(part);
  }
  const data = Buffer.concat(parts);
  return createHash('sha256').update(data).digest().equals(sha256) ? data : undefined;
}

/** From now on the message itself holds its events. */
function withData(message: StoredMessage, data: Uint8Array): StoredMessage {
  return { ...message, data, header: (name) => (name === headers.overflow ? undefined : message.header(name)) };
}

/** An object that belongs to another message is as good as none. */
function isSame(whole: SealedBatch, { portalId, events }: SealedBatch): boolean {
  if (whole.portalId !== portalId || whole.events.length !== events.length) return false;
  return whole.events.every(({ sequence }, index) => sequence === events[index]?.sequence);
}

async function* once(data: Uint8Array): AsyncGenerator<Uint8Array> {
  yield data;
}
