import type { ErrorCode, PendingNotice, SealedEvent } from '@trunkline/contracts';

/** How a portal wants its events, and whether it may be sent any. */
export interface PortalView {
  readonly settings: {
    /** Longest wait for a fuller batch. */
    readonly lingerMs: number;
    readonly batchEvents: number;
    readonly batchBytes: number;
    /** An event that is older by the server's clock expires; infinite while no clock is to be trusted. */
    readonly retentionMs: number;
    /** Most requests a minute; 0: any number. */
    readonly requestsPerMinute: number;
    /** True: each batch is tried once, and what the portal does not take is skipped. */
    readonly isOnce: boolean;
    /** Requests at once, each of other conversations; 1: one after the other. */
    readonly strands: number;
  };
  /** Why nothing is sent now (paused by a person, switched off, without an address); undefined: it may be sent to. */
  readonly blockedBy: string | undefined;
  /** Name of the consumer that pulls the events; empty: they are pushed. */
  readonly consumer: string;
  /** Keys that are no more: what is sealed under them is sealed anew before it is sent. */
  readonly deletedKids: ReadonlySet<string>;
  /** When a person last said that it may be tried at once, and when its keys were last changed, in milliseconds since 1970; 0: not lately. */
  readonly resumedAtMs: readonly number[];
}

/** One element of a request's batch. */
export interface BatchItem {
  readonly sequence: number;
  readonly id: string;
  /** A whole CloudEvent as JSON. */
  readonly bytes: Uint8Array;
  /** W3C trace context; empty where not sampled. */
  readonly traceparent: string;
}

/** Where an element stands among those of its strand. */
export interface ItemPlace {
  /** Index and number of the strands, as `3/4`; undefined: there are none. */
  readonly name: string | undefined;
  /** Sequence of what comes before it; of the first after a change the last of each former strand, 0: it had none. */
  readonly previous: readonly number[];
}

/** One request to a portal. */
export interface PortalRequest {
  readonly portalId: string;
  /** At least one, in the order of sequences. */
  readonly items: readonly BatchItem[];
  /** Number of the try, from 1. */
  readonly attempt: number;
  /** Number of the replay whose events these are; absent: they come for the first time. */
  readonly replay?: number;
}

/** What a portal's answer means. */
export type Verdict =
  /** The first `count` items were taken, 1 to all. */
  | { readonly kind: 'accepted'; readonly count: number }
  /** Nothing was taken; to be tried again, not before `retryAfterMs` if the portal says so. */
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly text: string; readonly retryAfterMs?: number }
  /** Nothing was taken because of the events themselves; the portal may name the one. */
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly text: string; readonly eventId?: string }
  /** Nothing was taken: the portal has no key for this `kid` (empty: it does not say which). */
  | { readonly kind: 'unknown_key'; readonly code: ErrorCode; readonly text: string; readonly kid: string }
  /** The portal wants nothing more until a person says otherwise. */
  | { readonly kind: 'off'; readonly code: ErrorCode; readonly text: string };

/** What became of a request. */
export interface PostResult {
  readonly verdict: Verdict;
  /** 0 when there was no answer. */
  readonly httpStatus: number;
  /** W3C trace context that went with the request; empty where not sampled. */
  readonly traceparent: string;
}

/** A range of events that is given up: to be kept before the cursor passes it. */
export interface GivenUp {
  readonly kind: 'expired' | 'parked' | 'withheld' | 'skipped';
  readonly portalId: string;
  readonly tenantId: string;
  readonly events: readonly SealedEvent[];
  /** In words. */
  readonly reason: string;
}

/** Events at the front of a portal that are to be sealed under another key. */
export interface ResealOrder {
  readonly portalId: string;
  readonly tenantId: string;
  /** At least one, in order. */
  readonly events: readonly SealedEvent[];
  /** Keys that the portal does not know. */
  readonly notKids: readonly string[];
}

/** An event under another key; or why it is not sealed, ever. */
export type ResealedEvent =
  | { readonly kind: 'sealed'; readonly cloudEvent: Buffer; readonly kid: string }
  | { readonly kind: 'withheld'; readonly reason: string };

/** There is no other key that events could be sealed under: why, in words, and what to do. */
export interface ResealRefused {
  readonly refused: string;
}

/** The next events of a replay. */
export interface ReplayBatch {
  /** How far the replay is done: everything of it up to this sequence. */
  readonly afterSequence: number;
  /** At least one, in the order of sequences, each with the attribute `replay`. */
  readonly items: readonly BatchItem[];
}

/** What is wanted of a replay at once. */
export interface ReplayWanted {
  readonly events: number;
  readonly bytes: number;
  /** Keys that the portal does not know; none unless given. */
  readonly notKids?: readonly string[];
}

/** Sequences without a hole. */
export interface SequenceRun {
  readonly firstSequence: number;
  readonly lastSequence: number;
}

/** Events of a replay that a consumer took, or refused. */
export interface PulledRun extends SequenceRun {
  /** Of this run alone, for ever. */
  readonly id: string;
  readonly portalId: string;
  readonly replay: number;
  readonly isTaken: boolean;
  readonly at: Date;
}

/** What became of events of a replay. */
export type ReplayOutcome =
  /**
   * The portal took, or refused for good, so many: the replay goes on behind this sequence. `pulled`: it was a consumer, and no
   * record tells of it yet.
   */
  | {
      readonly kind: 'sent' | 'refused';
      readonly count: number;
      readonly untilSequence: number;
      readonly pulled?: readonly SequenceRun[];
    }
  /** Nothing was taken; they come again. */
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly text: string };

/** Events that somebody asked to have sent again. They move no cursor, and wait until nothing else waits for their portal. */
export interface ReplayPort {
  /** Portals with a replay that is not over; from memory. */
  readonly portals: () => Iterable<string>;
  /** Number of a portal's oldest replay that is not over; from memory. */
  readonly next: (portalId: string) => number | undefined;
  /** Its next events, under keys that the portal can know; undefined: it is over, and {@link ReplayPort.next} says it no more. */
  readonly read: (portalId: string, replay: number, wanted: ReplayWanted) => Promise<ReplayBatch | undefined>;
  /** Stores what became of a batch; changes nothing where the replay stands elsewhere by now, or is over. */
  readonly settle: (portalId: string, replay: number, from: ReplayBatch, outcome: ReplayOutcome) => Promise<void>;
  /** What consumers of a lane's portals took of replays, and no record tells yet; from memory. */
  readonly pulled: (lane: number) => Iterable<PulledRun>;
  /** A record tells of these: they are pulled no more. Rejects when the store is away. */
  readonly recorded: (runs: readonly PulledRun[]) => Promise<void>;
}

/** Why a queue itself pauses a portal: events are missing, it refuses whatever comes, it says that it is gone. */
export type PauseReason = 'gap' | 'portal_rejected' | 'portal_gone';

/** Where consumers stand. What one that is open acknowledges counts as delivered; nothing else does. */
export interface ConsumerPorts {
  /** An open consumer, as last noticed; undefined: as far as is known none of this name is open. From memory. */
  readonly opened: (portalId: string, consumer: string) => OpenedConsumer | undefined;
  /** Portals of a lane that a consumer asks for or is open for. From memory. */
  readonly ofLane: (lane: number) => Iterable<string>;
  /**
   * Opens a consumer; resolves with what counts as acknowledged: `afterSequence`, or more if it acknowledged more since it was
   * opened the last time; and with the epoch of its place, which is another one whenever it had been closed. Repeats change
   * nothing. Nobody gets events by it before a record names both.
   */
  readonly open: (portalId: string, consumer: string, afterSequence: number) => Promise<OpenedConsumer>;
  /** Closes a consumer: nothing is acknowledged from then on. Resolves with the last that was. Repeats change nothing. */
  readonly close: (portalId: string, consumer: string) => Promise<number>;
}

/** A consumer that is open. */
export interface OpenedConsumer {
  readonly acknowledged: number;
  readonly epoch: number;
  /** The event after what it acknowledged, which it will never take: it is parked before anybody gets events by this epoch. */
  readonly refused?: RefusedEvent | undefined;
}

/** An event that a consumer refused. */
export interface RefusedEvent {
  readonly sequence: number;
  readonly eventId: string;
}

/** The world around a portal queue, but for the log. */
export interface PortalPorts {
  /** Called before each request and for each new event; from memory. */
  readonly view: (portalId: string) => PortalView;
  /** Sends one request. Ends soon after the signal aborts. A rejection counts as a failed attempt. */
  readonly post: (request: PortalRequest, signal: AbortSignal) => Promise<PostResult>;
  /** Stores sealed events by id; repeats change nothing. Resolves when they are certainly stored. */
  readonly keep: (range: GivenUp) => Promise<void>;
  /** Seals events anew, one answer each, in order, or says that there is no other key. Rejects when nobody answers in time. */
  readonly reseal: (order: ResealOrder) => Promise<readonly ResealedEvent[] | ResealRefused>;
  /** Pauses a portal until a person resumes it: from the return on {@link PortalPorts.view} says `blockedBy`. */
  readonly pause: (portalId: string, reason: PauseReason, text: string) => void;
  readonly consumers: ConsumerPorts;
  /** A notice as a CloudEvent; the same each time. Pure. */
  readonly notice: (portalId: string, notice: PendingNotice) => BatchItem;
  /** An element that says where it stands. Pure. */
  readonly inStrand: (item: BatchItem, place: ItemPlace) => BatchItem;
  readonly replays: ReplayPort;
}
