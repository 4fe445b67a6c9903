import { headers } from '@trunkline/contracts';
import { asTrunklineError } from '../../errors.ts';
import { laterTotals, totalsOf } from '../overflow/totals.ts';
import type { BatchLimit, StoredMessage } from '../ports.ts';
import { eventsOf, expiredOf, following } from './portal-batch.ts';
import { batchEventsOf, eventsAtOnce, type Lane, outbox, toLive } from './portal-lane.ts';
import type { GivenUp, PortalView } from './portal-ports.ts';
import { moveBehind, type PlacedEvent, type Portal, withNotice } from './portal-state.ts';
import { isChanging, passOthers, wholeOf } from './portal-strand.ts';

/** What stands at the front of a portal that is behind. */
export type Front =
  /** These are to be sent, after the portal's notices; none: only notices wait. */
  | { readonly kind: 'events'; readonly events: readonly PlacedEvent[] }
  /** Look again: something expired, or something came meanwhile. */
  | { readonly kind: 'again' }
  /** Nothing waits: a portal that was in drain is live now. */
  | { readonly kind: 'empty' }
  /** Events are missing, or cannot be read: why, in words, and whether the next look may find them. */
  | { readonly kind: 'gap'; readonly text: string; readonly mayHeal: boolean };

/** A leader that was replaced may say for a moment that nothing waits. */
const raceDelayMs = 20;
const expiringAtOnce = { messages: 256, bytes: 1024 * 1024 };
/** A strand reads over what is other strands': least messages, and most bytes, of one read. */
const strandReads = { messages: 64, bytes: 1024 * 1024 };

/** Reads the front back from the stream; gives up what has expired, if it still may; goes live when nothing waits. */
export async function readFront(
  lane: Lane,
  portal: Portal,
  view: PortalView,
  mayGiveUp: () => Promise<boolean> = async () => true,
): Promise<Front> {
  const { batchBytes, retentionMs } = view.settings;
  const messages = portal.failures > 0 ? eventsAtOnce(portal, view.settings) : batchEventsOf(portal, view.settings);
  const front = await readOn(lane, portal, readLimitOf(portal, { messages, bytes: batchBytes }));
  if (!Array.isArray(front)) return front;
  const expiredBeforeMs = lane.clock.wallMs() - retentionMs;
  if (expiredOf(front, expiredBeforeMs) === 0) {
    portal.frontAtMs = front[0]?.event.at?.getTime();
    return { kind: 'events', events: front };
  }
  if (!(await mayGiveUp())) return { kind: 'again' };
  const more = await lane.log.batchOf(outbox, portal.subject, portal.outboxSequence + 1, expiringAtOnce);
  const all = passOthers(portal, following(placed(lane, portal, more), portal.sequence).events, view);
  const oldest = all.length > front.length ? all : front;
  const expired = oldest.slice(0, expiredOf(oldest, expiredBeforeMs));
  await giveUp(lane, portal, expired, { kind: 'expired', reason: `older than ${retentionMs / 3_600_000} hours` });
  return { kind: 'again' };
}

function readLimitOf({ strand }: Portal, { messages, bytes }: BatchLimit): BatchLimit {
  if (strand === undefined) return { messages, bytes };
  return {
    messages: Math.max(messages * strand.count, strandReads.messages),
    bytes: Math.min(bytes * strand.count, strandReads.bytes),
  };
}

/** The events after the cursor, as many as one read brings; else what stands there instead. */
export async function readOn(lane: Lane, portal: Portal, limit: BatchLimit): Promise<PlacedEvent[] | Front> {
  const front = await eventsBehind(lane, portal, limit);
  // Whoever answered: the next trouble gets its whole patience.
  if (Array.isArray(front) || front.kind !== 'gap') portal.unreadableSinceMs = undefined;
  return front;
}

async function eventsBehind(lane: Lane, portal: Portal, limit: BatchLimit): Promise<PlacedEvent[] | Front> {
  const from = portal.outboxSequence + 1;
  const read = await lane.log.batchOf(outbox, portal.subject, from, limit);
  const { events } = following(placed(lane, portal, read), portal.sequence);
  if (portal.strand !== undefined && events.length > 0) return ownFront(lane, portal, events);
  return events.length > 0 ? events : await fromLeader(lane, portal, from);
}

/** What of it is the strand's own; if nothing is, it has moved behind what is not. */
function ownFront(lane: Lane, portal: Portal, events: readonly PlacedEvent[]): PlacedEvent[] | Front {
  const own = passOthers(portal, events, lane.ports.view(portal.id));
  lane.changed.add(portal);
  if (own.length > 0) return [...own];
  // Behind the barrier it looks for nothing more, and tells what is still to be told.
  const isBarred = portal.sequence < (events.at(-1)?.event.sequence ?? 0);
  return isBarred && portal.notices.length > 0 ? { kind: 'events', events: [] } : { kind: 'again' };
}

/** A direct get may be answered by a replica that lags: only the leader knows that nothing waits, or that something is missing. */
async function fromLeader(lane: Lane, portal: Portal, from: number): Promise<PlacedEvent[] | Front> {
  const message = await lane.log.nextOf(outbox, portal.subject, from);
  if (message === undefined) return whenEmpty(lane, portal);
  const found = placed(lane, portal, [message]);
  const { events, hasGap } = following(found, portal.sequence);
  if (events.length > 0) return portal.strand === undefined ? events : ownFront(lane, portal, events);
  const isDone = Number(message.header(headers.sequence) ?? Number.POSITIVE_INFINITY) <= portal.sequence;
  if (hasGap) return { kind: 'gap', text: 'events before the next one are missing', mayHeal: false };
  if (found.length === 0 && !isDone) return { kind: 'gap', text: unreadable(message), mayHeal: true };
  // Whatever it holds was sent before.
  portal.outboxSequence = message.sequence;
  portal.doneTotals = laterTotals(portal.doneTotals, totalsOf(message));
  portal.taken = 0;
  lane.changed.add(portal);
  return { kind: 'again' };
}

function whenEmpty(lane: Lane, portal: Portal): Front {
  // The feed showed something while the leader was asked: going live now would lose it.
  if (portal.seenSequence > portal.outboxSequence) {
    lane.observer.raced(portal.id);
    portal.nextAttemptAtMs = lane.clock.now() + raceDelayMs;
    return { kind: 'again' };
  }
  portal.clearSequence = lane.feedSequence;
  if (portal.notices.length > 0) return { kind: 'events', events: [] };
  if (portal.strand !== undefined && isChanging(portal, lane.ports.view(portal.id))) return { kind: 'again' };
  if (portal.mode === 'drain') toLive(lane, portal);
  return { kind: 'empty' };
}

/** Why a message has no events for us. */
function unreadable(message: StoredMessage): string {
  try {
    eventsOf(message, 0);
    return 'a message of its stream holds no events';
  } catch (error) {
    return asTrunklineError(error).message;
  }
}

function placed(lane: Lane, portal: Portal, messages: readonly StoredMessage[]): PlacedEvent[] {
  const nowMs = lane.clock.now();
  return messages.flatMap((message) => {
    try {
      return eventsOf(message, nowMs);
    } catch {
      lane.observer.damaged(portal.id, message.sequence);
      return [];
    }
  });
}

/** Keeps events that will not be sent, and only then moves the cursor behind them; the portal is told by a notice. */
export async function giveUp(
  lane: Lane,
  portal: Portal,
  events: readonly PlacedEvent[],
  why: Pick<GivenUp, 'kind' | 'reason'>,
): Promise<void> {
  const last = events.at(-1);
  if (last === undefined) return;
  const range: GivenUp = {
    ...why,
    portalId: portal.id,
    tenantId: last.tenantId,
    events: events.map(({ event }) => event),
  };
  await lane.ports.keep(range);
  portal.notices = withNotice(portal, range, lane.clock.wallMs());
  moveBehind(portal, events);
  wholeOf(portal)[why.kind] += events.length;
  portal.done += events.length;
  lane.changed.add(portal);
  lane.observer.gaveUp(range);
}
