import { createHash, randomUUID } from 'node:crypto';
import { JsHeaders } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { objectStream } from '@trunkline/contracts';
import { busError, refusal } from '../bus/bus-error.ts';
import type { LogPort } from '../bus/ports.ts';
import { TrunklineError } from '../errors.ts';

/** An object as the store knows it. */
export interface StoredObject {
  readonly key: string;
  /** Names its chunks. */
  readonly nuid: string;
  readonly sizeBytes: number;
  readonly chunks: number;
  /** Of the whole, in hexadecimal. */
  readonly sha256: string;
  readonly storedAtMs: number;
  /** Whatever was given when it was put. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** What {@link ObjectStore.put} stores. */
export interface NewObject {
  readonly key: string;
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * An object store of JetStream, in the format that every NATS client reads. Written by hand over the log because the
 * client's own reads an object into memory as fast as the server sends it, and wants the right to purge of whoever writes.
 * Every call rejects with `unavailable` when the bus does not answer.
 */
export interface ObjectStore {
  /** Stores an object; it is there when this resolves, and not at all until then. */
  put(object: NewObject): Promise<StoredObject>;
  /** Undefined: there is none. */
  info(key: string): Promise<StoredObject | undefined>;
  /** Its bytes, read as fast as they are taken. Rejects with `internal` when they are not those that were stored. */
  read(object: StoredObject): AsyncIterable<Uint8Array>;
  /** Removes an object; removing what is not there is no error. The janitor's user alone may. */
  remove(key: string): Promise<void>;
}

/** What an object's last message says, in the words of the format. */
interface ObjectMeta {
  readonly bucket: string;
  readonly name: string;
  readonly nuid: string;
  readonly size: number;
  readonly chunks: number;
  readonly digest: string;
  readonly mtime: string;
  readonly deleted?: boolean;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly options?: { readonly max_chunk_size: number };
}

const chunkBytes = 128 * 1024;
const readAtOnce = { messages: 8, bytes: 8 * chunkBytes };
const digestPrefix = 'SHA-256=';
const rollup = { [JsHeaders.RollupHdr]: JsHeaders.RollupValueSubject };

/** Opens an object store that infra has made. Does no input or output. */
export function openObjectStore(nats: NatsConnection, bus: LogPort, store: string): ObjectStore {
  const stream = objectStream(store);
  const chunkSubject = (nuid: string) => `$O.${store}.C.${nuid}`;
  const metaSubject = (key: string) => `$O.${store}.M.${base64Url(Buffer.from(key))}`;
  const metaOf = async (key: string) => {
    const last = await bus.lastOf(stream, metaSubject(key));
    if (last === undefined) return undefined;
    const meta = JSON.parse(new TextDecoder().decode(last.data)) as ObjectMeta;
    return meta.deleted === true ? undefined : meta;
  };
  const writeMeta = (key: string, meta: ObjectMeta) =>
    bus.publish(metaSubject(key), Buffer.from(JSON.stringify(meta)), { headers: rollup });

  return {
    put: async ({ key, bytes, metadata = {} }) => {
      const nuid = randomUUID();
      const hash = createHash('sha256');
      let size = 0;
      let chunks = 0;
      for await (const chunk of chunksOf(bytes)) {
        hash.update(chunk);
        size += chunk.length;
        chunks += 1;
        await bus.publish(chunkSubject(nuid), chunk);
      }
      const digest = digestPrefix + base64Url(hash.digest());
      const mtime = new Date().toISOString();
      const options = { max_chunk_size: chunkBytes };
      const meta = { bucket: store, name: key, nuid, size, chunks, digest, mtime, deleted: false, metadata, options };
      await writeMeta(key, meta);
      return storedObject(meta);
    },
    info: async (key) => {
      const meta = await metaOf(key);
      return meta === undefined ? undefined : storedObject(meta);
    },
    read: (object) => readChunks(bus, stream, chunkSubject(object.nuid), object),
    remove: async (key) => {
      const meta = await metaOf(key);
      if (meta === undefined) return;
      await writeMeta(key, { ...meta, size: 0, chunks: 0, digest: '', deleted: true });
      await purge(nats, stream, chunkSubject(meta.nuid));
    },
  };
}

async function* readChunks(
  bus: LogPort,
  stream: string,
  subject: string,
  { key, sha256, chunks }: StoredObject,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let from = 1;
  for (let left = chunks; left > 0; ) {
    const batch = await bus.batchOf(stream, subject, from, readAtOnce);
    // A replica may not have it yet: then the leader does.
    const next = batch.length > 0 ? batch : [await bus.nextOf(stream, subject, from)];
    for (const message of next.slice(0, left)) {
      if (message === undefined) throw new TrunklineError('internal', `bytes of the object ${key} are missing`);
      hash.update(message.data);
      from = message.sequence + 1;
      left -= 1;
      yield message.data;
    }
  }
  if (hash.digest('hex') !== sha256) throw new TrunklineError('internal', `the object ${key} is damaged`);
}

/** Whatever comes, in chunks of one size. */
async function* chunksOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of bytes) {
    parts.push(part);
    size += part.length;
    if (size < chunkBytes) continue;
    const whole = Buffer.concat(parts);
    const full = whole.length - (whole.length % chunkBytes);
    for (let at = 0; at < full; at += chunkBytes) yield whole.subarray(at, at + chunkBytes);
    parts = [whole.subarray(full)];
    size = whole.length - full;
  }
  if (size > 0) yield Buffer.concat(parts);
}

function storedObject({ name, nuid, size, chunks, digest, mtime, metadata = {} }: ObjectMeta): StoredObject {
  const sha256 = Buffer.from(digest.slice(digestPrefix.length), 'base64url').toString('hex');
  return { key: name, nuid, sizeBytes: size, chunks, sha256, storedAtMs: Date.parse(mtime), metadata };
}

/** With padding, as the format wants it. */
function base64Url(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}

async function purge(nats: NatsConnection, stream: string, filter: string): Promise<void> {
  try {
    const answer = await nats.request(`$JS.API.STREAM.PURGE.${stream}`, JSON.stringify({ filter }), { timeout: 5_000 });
    const { error } = answer.json<{ error?: Parameters<typeof refusal>[0] }>();
    if (error !== undefined) throw refusal(error);
  } catch (error) {
    throw busError(error);
  }
}
