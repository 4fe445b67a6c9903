import type { PostResult } from './portal-ports.ts';

/** What was learned of how fast a portal may be asked. In memory only: a new owner learns anew. Times are of the process's own clock. */
export interface Pace {
  /** Most events of its next request; without a limit while none took too long. */
  readonly mostEvents: number;
  /** How long the last request took that was not answered in time, in milliseconds. */
  readonly tooLongMs: number;
  /** Least time from the end of a request to the next, in milliseconds. */
  readonly restMs: number;
  /** When the last request began and when it was over. */
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

/** A portal that nothing is known against. */
export const freePace: Pace = {
  mostEvents: Number.POSITIVE_INFINITY,
  tooLongMs: 0,
  restMs: 0,
  startedAtMs: Number.NEGATIVE_INFINITY,
  endedAtMs: Number.NEGATIVE_INFINITY,
};

/** A request that is over. */
export interface Asked {
  readonly events: number;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  /** How many events a request has by the portal's settings. */
  readonly batchEvents: number;
  /** Number of the try, from 1. */
  readonly attempt: number;
  /** True if it gave way to others: its portal is not to blame. */
  readonly isAborted: boolean;
  readonly result: Pick<PostResult, 'verdict' | 'httpStatus'>;
}

const rest = { firstMs: 200, mostMs: 10_000, leastMs: 50, grows: 2, shrinks: 0.9 };
/** An answer is quick if twice as many events would still have half the time. */
const quickPart = 4;
const minuteMs = 60_000;

/**
 * The pace after a request. One that times out gets half as many events, twice as many again after a quick answer; one that
 * takes events and then says that it is busy, without saying for how long, gets a rest between requests that grows with each
 * time and shrinks with each answer. Those that fail several times in a row have the schedule of retries. Pure.
 */
export function afterAnswer(pace: Pace, asked: Asked): Pace {
  const { events, startedAtMs, endedAtMs, attempt } = asked;
  // Of several at once the last that began counts.
  const next = { ...pace, startedAtMs: Math.max(pace.startedAtMs, startedAtMs), endedAtMs };
  switch (kindOf(asked)) {
    case 'timed out':
      if (events < 2) return next;
      return { ...next, mostEvents: events >> 1, tooLongMs: endedAtMs - startedAtMs };
    case 'busy':
      if (attempt > 1) return next;
      return { ...next, restMs: Math.min(rest.mostMs, Math.max(rest.firstMs, pace.restMs * rest.grows)) };
    case 'accepted': {
      const restMs = pace.restMs * rest.shrinks;
      return { ...next, restMs: restMs < rest.leastMs ? 0 : restMs, mostEvents: mostAfterAccepted(pace, asked) };
    }
    case 'other':
      return next;
  }
}

function mostAfterAccepted({ mostEvents, tooLongMs }: Pace, asked: Asked): number {
  const isQuick = (asked.endedAtMs - asked.startedAtMs) * quickPart <= tooLongMs;
  if (!isQuick || asked.events < mostEvents) return mostEvents;
  return mostEvents * 2 < asked.batchEvents ? mostEvents * 2 : Number.POSITIVE_INFINITY;
}

function kindOf({ result: { verdict, httpStatus }, isAborted }: Asked): 'accepted' | 'timed out' | 'busy' | 'other' {
  if (verdict.kind === 'accepted') return 'accepted';
  if (verdict.kind !== 'failed' || isAborted) return 'other';
  if (verdict.code === 'portal_timeout') return 'timed out';
  const saysBusy = httpStatus === 429 || httpStatus === 503 || (httpStatus >= 200 && httpStatus < 300);
  return saysBusy && verdict.code === 'portal_unavailable' && verdict.retryAfterMs === undefined ? 'busy' : 'other';
}

/** Before this time no request begins: the portal allows so many a minute (0: any number), and has its rest. Pure. */
export function pacedFromMs({ restMs, startedAtMs, endedAtMs }: Pace, requestsPerMinute: number): number {
  const spacedFromMs = requestsPerMinute > 0 ? startedAtMs + minuteMs / requestsPerMinute : startedAtMs;
  return Math.max(spacedFromMs, endedAtMs + restMs);
}
