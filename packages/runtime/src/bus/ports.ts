import type { Position } from '@trunkline/contracts';

/** One message of a stream as a reader gets it. */
export interface StoredMessage {
  /** Its sequence in the stream. */
  readonly sequence: number;
  readonly subject: string;
  readonly data: Uint8Array;
  /** When the server stored it, in milliseconds since 1970. */
  readonly storedAtMs: number;
  /** A header's value; undefined when absent. */
  header(name: string): string | undefined;
}

/** How a message is published. */
export interface PublishOptions {
  /** Refused with {@link WrongLastSequence} unless this is the last sequence of the subject (0: the subject is empty). */
  readonly expectLastSubjectSequence?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Repeats within the stream's duplicate window are answered with the original's sequence. */
  readonly messageId?: string;
  /** Longest wait for the confirmation, in milliseconds; 2,000 by default. */
  readonly timeoutMs?: number;
}

/** The server's confirmation that a message is stored. */
export interface PublishAck {
  readonly sequence: number;
  /** True if messageId was seen before: sequence is the original's. */
  readonly isDuplicate: boolean;
}

/** What a feed reads. */
export interface FeedOptions {
  readonly stream: string;
  readonly subjects: readonly string[];
  /** The first message read is the first one after this stream sequence. */
  readonly afterSequence: number;
  readonly signal: AbortSignal;
}

/**
 * The append-only log that everything moves through: JetStream in the product, an array in models. Every call rejects
 * with `unavailable` when the server does not answer in time; a publish that rejects so may or may not be stored.
 */
export interface LogPort {
  /** Stores a message. Rejects with {@link WrongLastSequence} when the expectation fails. */
  publish(subject: string, data: Uint8Array, options?: PublishOptions): Promise<PublishAck>;
  /** The last message of a literal subject, from the leader; undefined when there is none. */
  lastOf(stream: string, subject: string): Promise<StoredMessage | undefined>;
  /** The first message of a subject at or after a stream sequence, from the leader; undefined when there is none. */
  nextOf(stream: string, subject: string, fromSequence: number): Promise<StoredMessage | undefined>;
  /** Messages of a subject at or after a stream sequence, by direct get; possibly stale, so an empty answer proves nothing. */
  batchOf(stream: string, subject: string, fromSequence: number, limit: BatchLimit): Promise<StoredMessage[]>;
  /** The last sequence of a stream, from the leader. */
  lastSequence(stream: string): Promise<number>;
  /** Messages in order, without gaps, until the signal; made anew by itself after a gap, a reconnect or a silence. */
  feed(options: FeedOptions): AsyncIterable<StoredMessage>;
}

/** How much one batch read may bring. */
export interface BatchLimit {
  readonly messages: number;
  readonly bytes: number;
}

/** One item of an input message. */
export interface InputItem {
  readonly position: Position;
  readonly bytes: Uint8Array;
  /** When the server stored its message. Same for every reader and every repeat: the only clock that decisions may use. */
  readonly storedAtMs: number;
  readonly subject: string;
}

/** Reads a stage's own state, as it was stored last. */
export interface StateReader {
  /**
   * Documents of a collection by id; ids without a document are absent. `isNew` says that they are most likely all absent, and
   * that the decision makes those which are: a store may then answer so without looking.
   */
  find<T extends StateDocument>(
    collection: string,
    ids: readonly string[],
    options?: { readonly isNew?: boolean },
  ): Promise<Map<string, T>>;
}

/** A document of a stage's state. */
export interface StateDocument {
  readonly _id: string;
}

/** One change of a stage's state: whole documents by id, so that a model can keep them in a map. */
export type StateWrite =
  | { readonly collection: string; readonly put: StateDocument }
  | { readonly collection: string; readonly insert: StateDocument }
  | { readonly collection: string; readonly delete: string };

/** What a stage decided about a micro-batch. */
export interface Decision {
  readonly writes: readonly StateWrite[];
  /** Serialized facts by item: outputs[i] belongs to items[i]. */
  readonly outputs: readonly (readonly Uint8Array[])[];
  /** When the stage wants to be asked again (holds and short timers), in milliseconds since 1970. */
  readonly dueAtMs?: number;
}

/** A stage with state: decides micro-batches in order; decision, position and output are stored together. */
export interface StageDefinition<State = unknown> {
  /** Its name on the bus: facts.<lane>.<name>. */
  readonly name: string;
  /** Stream and subjects that it reads: never its own output. */
  readonly input: (lane: number) => { readonly stream: string; readonly subjects: readonly string[] };
  /** Items of an input message. Must not throw: what cannot be unpacked is one item. */
  readonly unpack: (message: StoredMessage) => readonly Uint8Array[];
  /** Reads what the decision needs. Possibly several times. */
  readonly read: (items: readonly InputItem[], reader: StateReader) => Promise<State>;
  /** Decides. Pure: no clock, no random, no input or output. What throws is tried alone and, if it throws again, parked. */
  readonly decide: (items: readonly InputItem[], state: State) => Decision;
  /** What to write and say for an item that cannot be decided. Must not throw. */
  readonly park: (item: InputItem, error: unknown) => Decision;
  /** The next due time in the stored state, read at take-over; undefined when nothing is held. */
  readonly nextDue?: (lane: number) => Promise<number | undefined>;
  /** Called once when {@link Decision.dueAtMs} is past: puts a due item on the stage's input through the door. */
  readonly onDue?: (lane: number) => Promise<void>;
}

/** One message that a keyed log will publish for a key. */
export interface KeyedEntry {
  readonly data: Uint8Array;
  /** Position of the last input item inside. */
  readonly position: Position;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The head of a key, as its last message tells. */
export interface KeyedHead {
  /** Last stream sequence of the key's subject; 0 when it is empty. */
  readonly revision: number;
  /** Position of the last item inside; undefined when the subject is empty. */
  readonly position: Position | undefined;
  /** The last message itself, for what the log keeps in it (a portal's sequence and chain). */
  readonly last: StoredMessage | undefined;
}

/** A keyed log: reads facts, groups by key, writes each key's messages with its position inside. */
export interface KeyedLogDefinition<Item> {
  /** Name, for leases, metrics and logs. */
  readonly name: string;
  /** Stream and subjects that it reads. */
  readonly input: (lane: number) => { readonly stream: string; readonly subjects: readonly string[] };
  /** Items of an input message; none where nothing of it is for this log, which then steps over it. */
  readonly unpack: (message: StoredMessage) => readonly Uint8Array[];
  /** What of an item belongs to the log, and to which keys; empty: nothing. Pure. Throwing parks the item. */
  readonly route: (item: InputItem) => readonly { readonly key: string; readonly item: Item }[];
  /** Stream that it writes. */
  readonly stream: (key: string) => string;
  /** Subject of a key. Literal. */
  readonly subject: (lane: number, key: string) => string;
  /** Stream of the position. */
  readonly positionStream: string;
  /** Subject of the position, in that stream; holds a Position. */
  readonly positionSubject: (lane: number) => string;
  /** Makes a key's next messages (≤ 100 items, ≤ 256 KiB each) from its head. May do input and output of its own kind. */
  readonly seal: (key: string, head: KeyedHead, items: readonly KeyedItem<Item>[]) => Promise<readonly KeyedEntry[]>;
  /** True if {@link seal} never looks at a head's last message: heads are then kept without it, which costs hardly any memory. */
  readonly ignoresLast?: true;
  /** Called for an item that cannot be sealed; it is counted and left out. */
  readonly park: (item: InputItem, error: unknown) => Promise<void>;
}

/** One routed item with its place. */
export interface KeyedItem<Item> {
  readonly item: Item;
  readonly position: Position;
  readonly storedAtMs: number;
}

/** Time, so that models and tests can drive it. */
export interface Clock {
  /** Milliseconds that never go back. */
  now(): number;
  /** Milliseconds since 1970. */
  wallMs(): number;
  /** Calls once after so many milliseconds; returns what cancels it. */
  after(ms: number, call: () => void): () => void;
}

/** A lease on a lane: says who works, never what is true. */
export interface Lease {
  readonly lane: number;
  /** Id of this instance. */
  readonly owner: string;
  /** Aborts when the lease is lost or released. */
  readonly signal: AbortSignal;
  /** Milliseconds (monotonic) since the lease was last confirmed by the server. */
  confirmedAgoMs(): number;
}

/** Refused: the subject's last sequence was another one. */
export class WrongLastSequence extends Error {
  override readonly name = 'WrongLastSequence';
}
