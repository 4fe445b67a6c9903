import {
  type PendingNotice,
  type PortalCursor,
  PortalMode,
  type SealedEvent,
  type StreamTotals,
} from '@trunkline/contracts';
import { laterTotals, noTotals } from '../overflow/totals.ts';
import type { Clock } from '../ports.ts';
import type { Flow } from './portal-flow.ts';
import { freePace, type Pace } from './portal-pace.ts';
import type { GivenUp } from './portal-ports.ts';
import type { Refusal } from './portal-refusal.ts';

/** An event of a portal with its place in the stream. */
export interface PlacedEvent {
  /** Stream sequence of its message. */
  readonly outboxSequence: number;
  readonly index: number;
  /** True for the last event of its message. */
  readonly isLast: boolean;
  readonly tenantId: string;
  readonly event: SealedEvent;
  /** What its stream weighs up to and with its message. */
  readonly totals: StreamTotals;
  /** When this process read it, by its own clock. */
  readonly readAtMs: number;
}

/** How the sending of a replay is doing. */
export interface ReplayState {
  readonly number: number;
  failures: number;
  /** By the process's own clock. */
  nextAtMs: number;
  refusal: Refusal | undefined;
  /** Keys that the portal said it does not know, and until when it is believed. */
  readonly unknownKids: Map<string, number>;
}

/** How far a portal's queue is and how it is doing. Only the step that holds `isBusy` moves the cursor. */
export interface Portal {
  readonly id: string;
  readonly subject: string;
  /** Live: events are in `queue`. Drain: they are read back. Paused: nothing is sent. Pull: nothing is, its consumer fetches. */
  mode: 'live' | 'drain' | 'paused' | 'pull';
  /** The consumer whose acknowledgements move the cursor; empty: requests do. */
  consumer: string;
  /** Of its place; 0: none. */
  consumerEpoch: number;
  /** The most that consumers were seen to acknowledge: the cursor moves at least so far. */
  acknowledged: number;
  /** Everything of it up to this stream sequence is done; of the message after it, `taken` events. */
  outboxSequence: number;
  taken: number;
  /** The portal's own sequence that is done. */
  sequence: number;
  /** What its stream weighs up to the last message that is wholly done, and up to the last that was seen. */
  doneTotals: StreamTotals;
  headTotals: StreamTotals;
  expired: number;
  parked: number;
  withheld: number;
  skipped: number;
  /** What the portal must hear before its next event; empty while live. */
  notices: readonly PendingNotice[];
  failures: number;
  lastError: string;
  lastErrorText: string;
  /** By the process's own clock, as all times here that are not told otherwise. */
  nextAttemptAtMs: number;
  /** Of one that gets each batch once: from then on what comes does not wait for the next try. */
  hurriedFromMs: number;
  /** The last message that the feed showed, and the portal's sequence after it. */
  seenSequence: number;
  headSequence: number;
  /** Nothing of it waits up to this stream sequence, as the leader once said. */
  clearSequence: number;
  /** Live only: what waits, the front first; what is being sent stays in it. */
  queue: PlacedEvent[];
  queuedBytes: number;
  /** When the front was stored, in milliseconds since 1970; undefined while it is not known. */
  frontAtMs: number | undefined;
  refusal: Refusal | undefined;
  /** How fast it may be asked, as this process learned. */
  pace: Pace;
  /** Events that the feed showed since its first. */
  arrived: number;
  /** How fast it is taken and grows; undefined while it is not behind, or nothing is taken. */
  flow: Flow | undefined;
  /** Keys that the portal said it does not know, each until when that is believed. */
  readonly unknownKids: Map<string, number>;
  /** The last time a person wanted it to be tried at once that was heeded, in milliseconds since 1970. */
  resumedAtMs: number;
  /** Parked since the last event that was taken. */
  parkedInRow: number;
  /** The replay that was sent last, while this process sends it. */
  replay: ReplayState | undefined;
  isBusy: boolean;
  /** When the step that makes it busy began. */
  startedAtMs: number;
  timer: { readonly atMs: number; readonly cancel: () => void } | undefined;
}

/** A portal that was never heard of: its first event must have the sequence 1 and lie after `afterSequence`. */
export function newPortal(id: string, subject: string, afterSequence: number): Portal {
  return {
    id,
    subject,
    mode: 'live',
    consumer: '',
    consumerEpoch: 0,
    acknowledged: 0,
    outboxSequence: afterSequence,
    taken: 0,
    sequence: 0,
    doneTotals: noTotals,
    headTotals: noTotals,
    expired: 0,
    parked: 0,
    withheld: 0,
    skipped: 0,
    hurriedFromMs: 0,
    notices: [],
    failures: 0,
    lastError: '',
    lastErrorText: '',
    nextAttemptAtMs: 0,
    seenSequence: 0,
    headSequence: 0,
    clearSequence: 0,
    queue: [],
    queuedBytes: 0,
    frontAtMs: undefined,
    refusal: undefined,
    pace: freePace,
    arrived: 0,
    flow: undefined,
    unknownKids: new Map(),
    resumedAtMs: 0,
    parkedInRow: 0,
    replay: undefined,
    isBusy: false,
    startedAtMs: 0,
    timer: undefined,
  };
}

const modes = {
  live: PortalMode.PORTAL_MODE_LIVE,
  drain: PortalMode.PORTAL_MODE_DRAIN,
  paused: PortalMode.PORTAL_MODE_PAUSED,
  pull: PortalMode.PORTAL_MODE_PULL,
} as const;

/** A portal as its cursor tells: what was live goes on live, everything else is read back first. */
export function portalOf(cursor: PortalCursor, subject: string, clock: Clock): Portal {
  const { outboxSequence, taken, sequence, expired, parked, withheld, skipped, notices, consumer, consumerEpoch } =
    cursor;
  const { failures, lastError, lastErrorText } = cursor;
  const isLive = cursor.mode === PortalMode.PORTAL_MODE_LIVE;
  return {
    ...newPortal(cursor.portalId, subject, outboxSequence),
    ...{ taken, sequence, expired, parked, withheld, skipped, notices, failures, lastError, lastErrorText },
    mode: isLive ? 'live' : consumer === '' ? 'drain' : 'pull',
    consumer,
    consumerEpoch,
    nextAttemptAtMs: clock.now() + ((cursor.nextAttemptAt?.getTime() ?? 0) - clock.wallMs()),
    // What is live is read again by the feed, and counted then.
    headSequence: isLive ? sequence : Math.max(sequence, cursor.seenSequence),
    frontAtMs: cursor.frontAt?.getTime(),
    doneTotals: cursor.doneTotals ?? noTotals,
    headTotals: cursor.headTotals ?? noTotals,
  };
}

/** The cursor that is recorded. */
export function cursorOf(portal: Portal, clock: Clock): PortalCursor {
  const { id, outboxSequence, taken, sequence, expired, parked, withheld, skipped } = portal;
  const { failures, lastError, lastErrorText } = portal;
  // The timer knows of the pace too.
  const nextAtMs = Math.max(portal.nextAttemptAtMs, portal.timer?.atMs ?? 0);
  return {
    ...{ portalId: id, outboxSequence, taken, sequence, expired, parked, withheld, skipped },
    ...{ failures, lastError, lastErrorText },
    mode: modes[portal.mode],
    nextAttemptAt: isSent(portal) ? new Date(clock.wallMs() + nextAtMs - clock.now()) : undefined,
    notices: [...portal.notices],
    consumer: portal.consumer,
    consumerEpoch: portal.consumerEpoch,
    takenPerSecond: portal.flow?.takenPerSecond ?? 0,
    comingPerSecond: portal.flow?.comingPerSecond ?? 0,
    seenSequence: portal.headSequence,
    frontAt: portal.frontAtMs === undefined ? undefined : new Date(portal.frontAtMs),
    doneTotals: portal.doneTotals,
    headTotals: portal.headTotals,
  };
}

function isSent({ mode }: Portal): boolean {
  return mode !== 'live' && mode !== 'pull';
}

/** Everything up to this sequence the portal has, or was told of. Pure. */
export function toldOf({
  notices,
  sequence,
}: {
  readonly notices: readonly PendingNotice[];
  readonly sequence: number;
}): number {
  return (notices[0]?.fromSequence ?? sequence + 1) - 1;
}

/** Sequence of what the portal gets next: a notice has that of its last event. Pure. */
export function nextOf({ notices, sequence }: Portal): number {
  return notices[0]?.toSequence ?? sequence + 1;
}

/** Moves the cursor behind an event. */
export function moveBehind(portal: Portal, last: PlacedEvent): void {
  portal.outboxSequence = last.isLast ? last.outboxSequence : last.outboxSequence - 1;
  portal.taken = last.isLast ? 0 : last.index + 1;
  portal.sequence = last.event.sequence;
  portal.headSequence = Math.max(portal.headSequence, portal.sequence);
  portal.headTotals = laterTotals(portal.headTotals, last.totals);
  if (last.isLast) portal.doneTotals = last.totals;
  portal.frontAtMs = undefined;
}

/** The notices after a range was given up: one that it goes on from grows. Pure. */
export function withNotice(notices: readonly PendingNotice[], range: GivenUp, wallMs: number): PendingNotice[] {
  const first = range.events[0];
  const last = range.events.at(-1);
  if (first === undefined || last === undefined) return [...notices];
  const former = notices.at(-1);
  const grows = former?.kind === range.kind && former.toSequence + 1 === first.sequence;
  const notice: PendingNotice = {
    kind: range.kind,
    fromSequence: grows ? former.fromSequence : first.sequence,
    toSequence: last.sequence,
    reason: range.reason,
    chain: last.chain,
    at: new Date(wallMs),
  };
  return [...(grows ? notices.slice(0, -1) : notices), notice];
}
