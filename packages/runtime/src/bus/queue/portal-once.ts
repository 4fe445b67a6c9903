import { giveUp } from './portal-front.ts';
import { consider, type Lane } from './portal-lane.ts';
import type { Verdict } from './portal-ports.ts';
import type { PlacedEvent, Portal } from './portal-state.ts';
import { isChanging } from './portal-strand.ts';
import { retryDelayMs } from './retry-schedule.ts';

/** The request never left us: its portal had no chance to take it. */
const notSent: ReadonlySet<string> = new Set(['internal', 'no_key', 'not_found', 'unavailable'] satisfies string[]);

/** What a portal did not take, of what it was sent. */
export interface NotTaken {
  readonly events: readonly PlacedEvent[];
  readonly notices: number;
  readonly verdict: Verdict;
  /** True if the request was broken off: it gave way to others, or its lane ends. */
  readonly isAborted: boolean;
}

/**
 * True if events are skipped: their portal gets each batch once, and has not taken this one. What is about single events is looked
 * for as for every portal: the one that it names, and whatever it refuses together with notices, which it must hear. So is a batch
 * that we broke off ourselves, because the lane ends or for others: its portal had not the time that it was promised.
 */
export function isSkipped(lane: Lane, portal: Portal, { events, notices, verdict, isAborted }: NotTaken): boolean {
  if (events.length === 0 || isAborted || !lane.ports.view(portal.id).settings.isOnce) return false;
  if (verdict.kind === 'failed') return !notSent.has(verdict.code);
  return verdict.kind === 'refused' && verdict.eventId === undefined && notices === 0 && portal.refusal === undefined;
}

/** Skips events: they are kept, and the portal is told. What comes next is tried in a second, or when the portal said. */
export async function skip(lane: Lane, portal: Portal, { events, verdict }: NotTaken): Promise<void> {
  const said = verdict.kind === 'accepted' ? '' : verdict.text;
  await giveUp(lane, portal, events, { kind: 'skipped', reason: `tried once: ${said}` });
  portal.refusal = undefined;
  rest(lane, portal, verdict);
  portal.nextAttemptAtMs = portal.hurriedFromMs;
}

/** Only a notice was not taken: what came meanwhile does not wait until that is tried again. */
export function goOn(lane: Lane, portal: Portal, verdict: Verdict): void {
  if (portal.mode !== 'drain' || verdict.kind !== 'failed') return;
  rest(lane, portal, verdict);
  if (portal.seenSequence > portal.outboxSequence) hurry(lane, portal);
}

function rest(lane: Lane, portal: Portal, verdict: Verdict): void {
  const afterMs = verdict.kind === 'failed' ? verdict.retryAfterMs : undefined;
  portal.hurriedFromMs = lane.clock.now() + (afterMs ?? retryDelayMs(1, lane.random()));
}

/** What comes for a portal that gets each batch once does not wait until a notice is tried again. */
export function hurry(lane: Lane, portal: Portal): void {
  if (portal.mode !== 'drain' || portal.failures === 0) return;
  const view = lane.ports.view(portal.id);
  const { isOnce, lingerMs } = view.settings;
  if (!isOnce) return;
  // What came behind strands that must come together first waits for the notice all the same.
  if (portal.strand !== undefined && isChanging(portal, view)) return;
  const hurriedAtMs = Math.max(portal.hurriedFromMs, lane.clock.now() + lingerMs);
  portal.nextAttemptAtMs = Math.min(portal.nextAttemptAtMs, hurriedAtMs);
  consider(lane, portal);
}
