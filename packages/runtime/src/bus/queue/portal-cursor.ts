import { type PortalCursor, PortalMode, type StrandCursor } from '@trunkline/contracts';
import { noTotals } from '../overflow/totals.ts';
import type { Clock } from '../ports.ts';
import { newPortal, type Portal } from './portal-state.ts';
import { summaryOf } from './portal-strand.ts';

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
  const { failures, lastError, lastErrorText, after } = cursor;
  const isLive = cursor.mode === PortalMode.PORTAL_MODE_LIVE;
  const portal: Portal = {
    ...newPortal(cursor.portalId, subject, outboxSequence),
    ...{ taken, sequence, expired, parked, withheld, skipped, notices, failures, lastError, lastErrorText, after },
    mode: isLive ? 'live' : consumer === '' ? 'drain' : 'pull',
    consumer,
    consumerEpoch,
    nextAttemptAtMs: ownTimeOf(cursor, clock),
    // What is live is read again by the feed, and counted then.
    headSequence: isLive ? sequence : Math.max(sequence, cursor.seenSequence),
    frontAtMs: cursor.frontAt?.getTime(),
    doneTotals: cursor.doneTotals ?? noTotals,
    headTotals: cursor.headTotals ?? noTotals,
  };
  return cursor.strands.length > 0 ? withStrands(portal, cursor, clock) : portal;
}

function withStrands(portal: Portal, { strands, after }: PortalCursor, clock: Clock): Portal {
  const whole: Portal = { ...portal, mode: 'live', failures: 0, sequence: Math.max(...after) };
  whole.strands = strands.map((cursor, index) => {
    const { outboxSequence, taken, sequence, told, done, notices, failures, lastError, lastErrorText } = cursor;
    return {
      ...newPortal(whole.id, whole.subject, outboxSequence),
      ...{ taken, sequence, told, done, notices, failures, lastError, lastErrorText },
      strand: { index, count: strands.length, whole },
      unknownKids: whole.unknownKids,
      mode: cursor.mode === PortalMode.PORTAL_MODE_LIVE ? 'live' : 'drain',
      nextAttemptAtMs: ownTimeOf(cursor, clock),
      headSequence: sequence,
      frontAtMs: cursor.frontAt?.getTime(),
      doneTotals: cursor.doneTotals ?? noTotals,
      headTotals: whole.headTotals,
    };
  });
  return whole;
}

/** The schedule's longest wait is shorter, and no portal is heeded that asks for more. */
const longestWaitMs = 3_600_000;

/** The former owner's wall clock may be hours off ours: it makes no portal wait that is well, and none for longer than it could. */
function ownTimeOf(
  { nextAttemptAt, failures }: Pick<PortalCursor, 'nextAttemptAt' | 'failures'>,
  clock: Clock,
): number {
  const waitMs = failures === 0 ? 0 : (nextAttemptAt?.getTime() ?? 0) - clock.wallMs();
  return clock.now() + Math.min(waitMs, longestWaitMs);
}

/** The cursor that is recorded. */
export function cursorOf(portal: Portal, clock: Clock): PortalCursor {
  const { expired, parked, withheld, skipped, strands, after } = portal;
  const { outboxSequence, taken, sequence, doneTotals } = leastOf(portal);
  const { mode, failures, lastError, lastErrorText, nextAttemptAtMs, frontAtMs, headSequence } = summaryOf(portal);
  return {
    ...{ portalId: portal.id, outboxSequence, taken, sequence, expired, parked, withheld, skipped },
    ...{ failures, lastError, lastErrorText },
    mode: modes[mode],
    nextAttemptAt: nextAttemptAtOf({ mode, nextAttemptAtMs, timer: portal.timer }, clock),
    notices: [...portal.notices],
    consumer: portal.consumer,
    consumerEpoch: portal.consumerEpoch,
    takenPerSecond: portal.flow?.takenPerSecond ?? 0,
    comingPerSecond: portal.flow?.comingPerSecond ?? 0,
    seenSequence: headSequence,
    frontAt: frontAtOf(frontAtMs),
    ...{ doneTotals, headTotals: portal.headTotals },
    strands: strands.map((strand) => strandCursorOf(strand, clock)),
    after: [...after],
  };
}

function strandCursorOf(strand: Portal, clock: Clock): StrandCursor {
  const { outboxSequence, taken, sequence, told, done, mode, failures, lastError, lastErrorText, notices } = strand;
  return {
    ...{ outboxSequence, taken, sequence, told, done, failures, lastError, lastErrorText },
    ...{ mode: modes[mode], nextAttemptAt: nextAttemptAtOf(strand, clock), notices: [...notices] },
    frontAt: frontAtOf(strand.frontAtMs),
    doneTotals: strand.doneTotals,
  };
}

function frontAtOf(frontAtMs: number | undefined): Date | undefined {
  return frontAtMs === undefined ? undefined : new Date(frontAtMs);
}

/** What is told of a portal's place is that of the strand that is least far. */
function leastOf(portal: Portal): Portal {
  return portal.strands.reduce(
    (least, strand) => (least === portal || strand.sequence < least.sequence ? strand : least),
    portal,
  );
}

function nextAttemptAtOf(
  { mode, nextAttemptAtMs, timer }: Pick<Portal, 'mode' | 'nextAttemptAtMs' | 'timer'>,
  clock: Clock,
): Date | undefined {
  if (mode === 'live' || mode === 'pull') return undefined;
  // The timer knows of the pace too.
  return new Date(clock.wallMs() + Math.max(nextAttemptAtMs, timer?.atMs ?? 0) - clock.now());
}
