import type { PendingNotice, SealedEvent, StreamTotals } from '@trunkline/contracts';
import { laterTotals, noTotals } from '../overflow/totals.ts';
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

/** Which strand of a parallel portal a queue is. */
export interface StrandPlace {
  readonly index: number;
  readonly count: number;
  /** What holds for all strands together: pace, keys, counts, replays. */
  readonly whole: Portal;
}

/**
 * How far a portal's queue is and how it is doing. Only the step that holds `isBusy` moves the cursor. A parallel portal has a
 * queue for each strand, which is of the same kind; it itself has no events then, is `live` by name, and stands where they began.
 */
export interface Portal {
  readonly id: string;
  readonly subject: string;
  /** The strand that this queue is; undefined: it is its portal. */
  readonly strand: StrandPlace | undefined;
  /** Queues of a parallel portal; none: it is the only one. */
  strands: readonly Portal[];
  /** The last of each strand that there was before their number changed, 0: none; what comes first comes after these. Not of a strand. */
  after: readonly number[];
  /** False until a record says how many strands there are: nothing is sent before. Not of a strand. */
  isRecorded: boolean;
  /** The portal said that it wants nothing before this time, of whichever strand. Not of a strand. */
  heldUntilMs: number;
  /** Of a strand: the last of its events that the portal has or was told of since the strands began; 0: none. */
  told: number;
  /** Of a strand: how many of its events are done since the strands began. */
  done: number;
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
  /** The times that were last heeded of those at which a person wanted it to be tried at once, in milliseconds since 1970. */
  resumedAtMs: readonly number[];
  /** Parked since the last event that was taken. */
  parkedInRow: number;
  /** The replay that was sent last, while this process sends it. */
  replay: ReplayState | undefined;
  /** Since when its front cannot be read, while it is looked at again. */
  unreadableSinceMs: number | undefined;
  isBusy: boolean;
  /** How many requests of it, or of its strands, have given their slot back because they take too long. */
  sick: number;
  /** When the step that makes it busy began. */
  startedAtMs: number;
  timer: { readonly atMs: number; readonly cancel: () => void } | undefined;
}

/** A portal that was never heard of: its first event must have the sequence 1 and lie after `afterSequence`. */
export function newPortal(id: string, subject: string, afterSequence: number): Portal {
  return {
    id,
    subject,
    strand: undefined,
    strands: [],
    after: [],
    isRecorded: true,
    heldUntilMs: 0,
    told: 0,
    done: 0,
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
    resumedAtMs: [],
    parkedInRow: 0,
    replay: undefined,
    unreadableSinceMs: undefined,
    isBusy: false,
    sick: 0,
    startedAtMs: 0,
    timer: undefined,
  };
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

/** Moves the cursor behind events that were read one after the other. */
export function moveBehind(portal: Portal, events: readonly PlacedEvent[]): void {
  const last = events.at(-1);
  if (last === undefined) return;
  portal.outboxSequence = last.isLast ? last.outboxSequence : last.outboxSequence - 1;
  portal.taken = last.isLast ? 0 : last.index + 1;
  portal.sequence = last.event.sequence;
  portal.headSequence = Math.max(portal.headSequence, portal.sequence);
  // Messages of a sealer that knows no totals may lie behind one that tells.
  const [told, done] = [events.findLast(isTold), events.findLast((placed) => placed.isLast && isTold(placed))];
  if (told !== undefined) portal.headTotals = laterTotals(portal.headTotals, told.totals);
  if (done !== undefined) portal.doneTotals = laterTotals(portal.doneTotals, done.totals);
  portal.frontAtMs = undefined;
}

function isTold({ totals }: PlacedEvent): boolean {
  return totals.bytes > 0;
}

/** The notices after a range was given up: one that it goes on from grows. In a strand each follows the one before. Pure. */
export function withNotice(
  { notices, strand }: Pick<Portal, 'notices' | 'strand'>,
  range: GivenUp,
  wallMs: number,
): PendingNotice[] {
  const first = range.events[0];
  const last = range.events.at(-1);
  if (first === undefined || last === undefined) return [...notices];
  const former = notices.at(-1);
  const follows = strand !== undefined || (former !== undefined && former.toSequence + 1 === first.sequence);
  const grows = former?.kind === range.kind && follows;
  const notice: PendingNotice = {
    kind: range.kind,
    fromSequence: grows ? former.fromSequence : first.sequence,
    toSequence: last.sequence,
    reason: range.reason,
    chain: last.chain,
    at: new Date(wallMs),
    count: strand === undefined ? 0 : range.events.length + (grows ? former.count : 0),
  };
  return [...(grows ? notices.slice(0, -1) : notices), notice];
}
