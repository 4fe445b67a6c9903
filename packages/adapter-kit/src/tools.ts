import type { ChannelEvent, Media } from '@trunkline/contracts';
import type { Runtime } from '@trunkline/runtime';
import type { ChannelAccess, ChannelRef } from './channel.ts';

/** What the host lends to every call of a connector. */
export interface Tools {
  /** Aborts when the call has to end: its time is over, or the service stops. */
  readonly signal: AbortSignal;
  /** HTTP with a deadline, a cap on the answer, no redirects, public addresses only and, where the connector names its
   * hosts, only these. */
  readonly fetch: GuardedFetch;
  /** Now, in milliseconds since 1970. */
  readonly now: () => number;
  /** What the connector keeps of a channel. */
  readonly state: ChannelState;
  /** Words between the connector's instances, lost when nobody listens. */
  readonly hints: Hints;
}

/** What the host lends for sending. */
export interface SendTools extends Tools {
  /** Bytes of a file of ours. Throws ConnectorError 'transient' when they cannot be read now, 'media_failed' for ever. */
  readonly openFile: (media: Media) => Promise<Download>;
  /** Public, unguessable link to a file of ours, where a platform wants an address. */
  readonly fileUrl: (media: Media) => string;
  /**
   * The platform's ids of a message of ours, or of the person's that we received; empty when it is not known there. Where the
   * order is about one part of a message: of that part.
   */
  readonly platformIdsOf: (messageId: string) => Promise<readonly PlatformMessage[]>;
}

/** A message as the platform knows it. */
export interface PlatformMessage {
  readonly platformId: string;
  readonly conversationPlatformId: string;
}

/** A file being read. */
export interface Download {
  readonly stream: AsyncIterable<Uint8Array>;
  /** In bytes; 0 when unknown. The host caps by what really comes, not by this. */
  readonly sizeBytes: number;
  readonly mimeType: string;
  readonly name: string;
}

/**
 * Guarded fetch: see {@link Tools.fetch}. Resolves with whatever status the platform answered. Rejects with ConnectorError
 * 'transient' when the request certainly did not reach the platform (no connection), 'unknown_outcome' when it may have,
 * 'permission' when the address is not allowed.
 */
export type GuardedFetch = (url: string, request?: GuardedRequest) => Promise<GuardedResponse>;

/** A request of the guarded fetch. */
export interface GuardedRequest {
  /** GET by default, POST when there is a body. */
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | FormData;
  /**
   * True for what may be asked twice, because nobody would see it: an upload, a search. GET is so by itself. A send that ends
   * before it asked anything else has certainly done nothing, whatever ended it.
   */
  readonly isRepeatable?: boolean;
  /** Whole call, in milliseconds; 15,000 by default. */
  readonly timeoutMs?: number;
  /** Cap of the answer, in bytes; 4 MiB by default. */
  readonly maxBytes?: number;
}

/** An answer of the guarded fetch. One of `stream` and `text` is read, once. */
export interface GuardedResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body as it comes; throws ConnectorError 'too_large' at the cap. */
  readonly stream: AsyncIterable<Uint8Array>;
  /** The whole body; throws like the stream. */
  text(): Promise<string>;
}

/**
 * What a connector keeps, a channel at a time: documents by key, and append-only logs with gapless numbers. Shared by all
 * instances of the connector. Rejects with 'unavailable' while the database is away.
 */
export interface ChannelState {
  /** A document; undefined when there is none or it expired. */
  get<Value>(key: string): Promise<Kept<Value> | undefined>;
  /** Writes a document whole. False, and nothing written, when its revision is not the expected one. */
  put<Value>(key: string, value: Value, options?: PutOptions): Promise<boolean>;
  /** Removes a document; nothing happens when there is none. */
  delete(key: string): Promise<void>;
  /**
   * Appends an entry to a log and gives its number: gapless from 1, in the order in which readers see it. The same id
   * again appends nothing and gives the number that it got then.
   */
  append<Entry>(log: string, id: string, entry: Entry): Promise<Appended>;
  /** Entries of a log after a number, in order, at most `limit`. */
  read<Entry>(log: string, afterSequence: number, limit: number): Promise<readonly LogEntry<Entry>[]>;
  /** Number of the last entry of a log; 0 when it is empty. */
  lastSequence(log: string): Promise<number>;
}

/** A kept document. */
export interface Kept<Value> {
  readonly value: Value;
  /** Grows with each change, from 1. */
  readonly revision: number;
}

/** How a document is written. */
export interface PutOptions {
  /** Written only if the document has this revision now; 0: only if there is none. Absent: in any case. */
  readonly ifRevision?: number;
  /** When it may be forgotten, in milliseconds since 1970; absent: never. */
  readonly expiresAtMs?: number;
}

/** Where an entry stands in its log. */
export interface Appended {
  readonly sequence: number;
  /** True if an entry with this id was there already. */
  readonly isRepeat: boolean;
}

/** One entry of a log. */
export interface LogEntry<Entry> {
  readonly sequence: number;
  readonly id: string;
  readonly entry: Entry;
  readonly atMs: number;
}

/**
 * Words between the instances of a connector about one channel: "look into the log", "somebody types". At most once and
 * never stored: what must not be lost stands in {@link ChannelState}.
 */
export interface Hints {
  /** Tells all instances, this one too. Never waits and never throws. */
  tell(topic: string, hint?: Uint8Array): void;
  /** Listens until the signal aborts. The listener must not throw. */
  listen(topic: string, listener: (hint: Uint8Array) => void, signal: AbortSignal): void;
}

/** A connector's HTTP server: a Fastify instance. */
export type HttpServer = Runtime<unknown>['http'];

/** What a connector with a door of its own gets, before its server listens. */
export interface ConnectorHost<Settings = unknown> {
  /** Aborts when the service ends. */
  readonly signal: AbortSignal;
  readonly now: () => number;
  /** HTTP server; routes go under the connector's own prefix: /widget/v1/ for webchat. */
  readonly http: HttpServer;
  /** Public address of the gateway, as browsers call it. */
  readonly publicUrl: string;
  /** WebSockets under a path, query apart. The handler owns the socket; when it returns or throws, the socket is closed. */
  readonly onSocket: (path: string, handle: (socket: Socket) => Promise<void>) => void;
  /** Channel by id; undefined when there is none or it is off. Throws ConnectorError 'unavailable' until all are loaded. */
  readonly channel: (channelId: string) => ChannelAccess<Settings> | undefined;
  /** The tools of one channel. */
  readonly tools: (channel: ChannelAccess<Settings>) => Tools;
  /**
   * Stores events at the door, like a hook call, one call of a conversation at a time; resolves once they are stored,
   * rejects with ConnectorError 'unavailable' when they are not: the caller tells its client to repeat.
   */
  readonly enter: (channel: ChannelRef, raw: Uint8Array, events: readonly ChannelEvent[]) => Promise<void>;
  /** Keeps a file that came as bytes: capped, hashed, typed by content. Throws ConnectorError 'too_large', 'unavailable'. */
  readonly putFile: (channel: ChannelRef, file: NewFile) => Promise<Media>;
  /** Bytes of a file of ours. Throws as {@link SendTools.openFile}. */
  readonly openFile: (media: Media) => Promise<Download>;
}

/** A file that came as bytes. */
export interface NewFile {
  /** Unique in the channel: makes the file's id, so the same upload twice is one file. */
  readonly uploadId: string;
  readonly name: string;
  readonly stream: AsyncIterable<Uint8Array>;
  /** Cap, in bytes. */
  readonly maxBytes: number;
}

/** One WebSocket. */
export interface Socket {
  /** Of the request that opened it. */
  readonly query: Readonly<Record<string, string>>;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** The client's address, as the gateway tells it. */
  readonly ip: string;
  /** Aborts when the socket is closed, by whomever. */
  readonly signal: AbortSignal;
  /** Text frames as they come, one at a time: the next is read when the former is done. Ends when the socket closes. */
  readonly frames: AsyncIterable<string>;
  /** Sends a text frame; resolves when it may be forgotten, closes the socket when the client reads too slowly. */
  send(frame: string): Promise<void>;
  /** Closes it, with a code of RFC 6455 (1000, 4000–4999). */
  close(code: number, reason: string): void;
}
