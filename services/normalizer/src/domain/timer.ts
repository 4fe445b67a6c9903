import type { TimerDue } from '@trunkline/contracts';
import { releaseFrom } from './inbound/release.ts';
import { forgetWaiting } from './state/waiting.ts';
import type { Turn } from './turn.ts';

/** The normalizer's name as a stage. */
export const stageName = 'normalizer';

/** Which holds are due, as the item says that asks for their release. */
export interface DueHolds {
  readonly ids: readonly string[];
  /** The time by the clock of whoever looked: the bus's own may be a little behind. */
  readonly atMs: number;
}

/** The item that asks for the release of holds. Pure. */
export function dueHoldsTimer(due: DueHolds): TimerDue {
  return { timerId: 'holds', stage: stageName, payload: Buffer.from(JSON.stringify(due)) };
}

/** A timer is due: our own releases what was held, everybody else's is told. */
export function takeTimer(turn: Turn, timer: TimerDue): void {
  if (timer.stage !== stageName) {
    turn.say({ tenantId: '' }, { $case: 'timerDue', value: timer });
    return;
  }
  const { ids, atMs } = JSON.parse(timer.payload.toString()) as DueHolds;
  const nowMs = Math.max(turn.nowMs, atMs);
  for (const id of ids) release(turn, id, nowMs);
}

function release(turn: Turn, id: string, nowMs: number): void {
  const hold = turn.draft.get('holds', id);
  if (hold === undefined || hold.dueAtMs > nowMs) return;
  // What nobody has claimed by now is about messages that were not sent from here, or never came.
  if (hold.kind === 'receipts') forgetWaiting(turn, hold);
  else releaseFrom(turn, hold, nowMs);
}
