import { randomUUID } from 'node:crypto';
import type { NatsConnection } from '@nats-io/transport-node';
import { objectStores } from '@trunkline/contracts';
import { fileTypeFromBuffer } from 'file-type';
import type { LogPort } from '../bus/ports.ts';
import { TrunklineError } from '../errors.ts';
import { openObjectStore, type StoredObject } from './object-store.ts';

/** A file that is ours. */
export interface StoredFile {
  readonly key: string;
  readonly sizeBytes: number;
  /** In hexadecimal. */
  readonly sha256: string;
  /** By its content; where that does not tell, as it was given. */
  readonly mimeType: string;
  /** As it was given; may be empty. Never a path. */
  readonly name: string;
}

/** What {@link FileStore.put} wants to know. */
export interface NewFile {
  /** Names the file for ever; what is put under a key that is taken is not read. A random one when absent. */
  readonly key?: string;
  /** More than this is refused while it is read, with `too_large`. */
  readonly maxBytes: number;
  /** As its source calls it. */
  readonly mimeType?: string;
  readonly name?: string;
}

/** A file being read. */
export interface OpenedFile {
  readonly file: StoredFile;
  /** Read as fast as it is taken; rejects when it is damaged or the store goes away. */
  readonly stream: AsyncIterable<Uint8Array>;
}

/** Copies of files that travel in messages: hashed, capped, typed by their content. Rejects with `unavailable`. */
export interface FileStore {
  /** Stores a file; it is there, whole, when this resolves. What the stream throws passes through. */
  put(stream: AsyncIterable<Uint8Array>, options: NewFile): Promise<StoredFile>;
  /** Undefined: there is none. */
  open(key: string): Promise<OpenedFile | undefined>;
  /** What is known of a file; undefined: there is none. */
  info(key: string): Promise<StoredFile | undefined>;
  has(key: string): Promise<boolean>;
  /** Removes a file; removing what is not there is no error. */
  remove(key: string): Promise<void>;
}

/** As much as is needed to tell a type. */
const headBytes = 4_100;
const unknownType = 'application/octet-stream';

/** Opens the store of files. Does no input or output. */
export function openFileStore(nats: NatsConnection, bus: LogPort): FileStore {
  const objects = openObjectStore(nats, bus, objectStores.files);
  return {
    put: async (stream, { key = randomUUID(), maxBytes, mimeType = '', name = '' }) => {
      const present = await objects.info(key);
      if (present !== undefined) return storedFile(present);
      const { head, rest } = await takeHead(capped(stream, maxBytes));
      const type = (await fileTypeFromBuffer(head))?.mime ?? (mimeType === '' ? unknownType : mimeType);
      return storedFile(await objects.put({ key, bytes: rest, metadata: { type, name: baseName(name) } }));
    },
    open: async (key) => {
      const object = await objects.info(key);
      return object === undefined ? undefined : { file: storedFile(object), stream: objects.read(object) };
    },
    info: async (key) => {
      const object = await objects.info(key);
      return object === undefined ? undefined : storedFile(object);
    },
    has: async (key) => (await objects.info(key)) !== undefined,
    remove: (key) => objects.remove(key),
  };
}

function storedFile({ key, sizeBytes, sha256, metadata }: StoredObject): StoredFile {
  return { key, sizeBytes, sha256, mimeType: metadata.type ?? unknownType, name: metadata.name ?? '' };
}

/** What really comes counts, not what was promised. */
async function* capped(stream: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const part of stream) {
    size += part.length;
    if (size > maxBytes) throw new TrunklineError('too_large', `the file is larger than ${maxBytes} bytes`);
    yield part;
  }
}

/** The first bytes, and a stream that has them again. */
async function takeHead(
  stream: AsyncGenerator<Uint8Array>,
): Promise<{ readonly head: Uint8Array; readonly rest: AsyncIterable<Uint8Array> }> {
  const parts: Uint8Array[] = [];
  for (let size = 0; size < headBytes; size = parts.reduce((sum, { length }) => sum + length, 0)) {
    const { done, value } = await stream.next();
    if (done === true) break;
    parts.push(value);
  }
  const rest = async function* () {
    yield* parts;
    yield* stream;
  };
  return { head: Buffer.concat(parts).subarray(0, headBytes), rest: rest() };
}

function baseName(name: string): string {
  return name.split(/[/\\]/).at(-1)?.slice(0, 200) ?? '';
}
