import {
  type Backlog,
  laneOf,
  type PortalCursor,
  type PortalEntry,
  PortalMode,
  SealedBatch,
  streams,
  subjects,
} from '@trunkline/contracts';
import { heldOf, type LogPort, laterTotals, noTotals, type Recorded, readRecorded, totalsOf } from '@trunkline/runtime';
import { emptyAtOf } from '../domain/empty-at.ts';
import { obstacleOf } from '../domain/settings.ts';
import type { DeliveryContext } from './context.ts';

/**
 * What waits for a portal: the cursor from the lane's records first, then what the stream holds, asked of its leader, which is
 * never before it. So every instance gives the same answer. Head, done and waiting come from three places: what the lane has
 * seen, what it has done, and what is really there; they balance as long as nothing is missing.
 */
export async function backlogOf(portal: PortalEntry, context: DeliveryContext): Promise<Backlog> {
  const recorded = await readRecorded(context.bus, laneOf(portal.tenantId));
  const paused = await context.pauses.find([portal.id]);
  return await backlogFrom(portal, recorded, { ...context, pause: paused.get(portal.id) });
}

/** The same, from records that were read already. */
export async function backlogFrom(
  portal: PortalEntry,
  { cursors, owner }: Recorded,
  { bus, now, pause }: Pick<DeliveryContext, 'bus' | 'now'> & { readonly pause: string | undefined },
): Promise<Backlog> {
  const lane = laneOf(portal.tenantId);
  const cursor = cursors.find(({ portalId }) => portalId === portal.id);
  const { lastSequence, oldestAt, head } = await streamOf(bus, subjects.outbox(lane, portal.id), cursor);
  const deliveredSequence = cursor?.sequence ?? 0;
  const doneBeyond = cursor === undefined ? 0 : Math.max(0, doneOf(cursor) - deliveredSequence);
  const done = deliveredSequence + doneBeyond;
  // Where all is done and removed, the stream says nothing.
  const last = lastSequence ?? done;
  const waiting = Math.max(0, last - done);
  const held = heldOf(laterTotals(head, cursor?.headTotals ?? noTotals), cursor?.doneTotals ?? noTotals);
  const pauseReason = pause ?? obstacleOf(portal) ?? '';
  const isPaused = pauseReason !== '';
  return {
    ...{ portalId: portal.id, headSequence: headOf({ last, done, seen: cursor?.seenSequence ?? 0 }) },
    ...{ deliveredSequence, doneBeyond, waiting, lane, owner },
    ...{ expired: cursor?.expired ?? 0, parked: cursor?.parked ?? 0, withheld: cursor?.withheld ?? 0 },
    skipped: cursor?.skipped ?? 0,
    ...{ overflowedBytes: held.overflowedBytes, overflowedMessages: held.overflowedMessages },
    ...{
      oldestAt,
      pauseReason,
      emptyAt: isPaused || cursor === undefined ? undefined : emptyAtOf({ ...cursor, waiting }, now()),
    },
    mode: isPaused ? PortalMode.PORTAL_MODE_PAUSED : unpaused(cursor),
    lastError: cursor?.lastError ?? '',
    lastErrorText: cursor?.lastErrorText ?? '',
    nextAttemptAt: isPaused || waiting === 0 ? undefined : cursor?.nextAttemptAt,
  };
}

/**
 * The last sequence: what the lane has seen was there once, whatever the stream holds now. A stream that ends before what is done
 * was set back, and its end is told as it is. Pure.
 */
function headOf({ last, done, seen }: Readonly<Record<'last' | 'done' | 'seen', number>>): number {
  return last < done ? last : Math.max(last, seen);
}

/** How many events are done, ever: of strands each counts its own since they began. Pure. */
function doneOf({ sequence, strands, after }: PortalCursor): number {
  if (strands.length === 0) return sequence;
  return strands.reduce((sum, { done }) => sum + done, Math.max(0, ...after));
}

/** A portal that was resumed a moment ago is read back from the stream first. */
function unpaused(cursor: PortalCursor | undefined): PortalMode {
  if (cursor === undefined) return PortalMode.PORTAL_MODE_LIVE;
  return cursor.mode === PortalMode.PORTAL_MODE_PAUSED ? PortalMode.PORTAL_MODE_DRAIN : cursor.mode;
}

async function streamOf(bus: LogPort, subject: string, cursor: PortalCursor | undefined) {
  const last = await bus.lastOf(streams.outbox, subject);
  const head = totalsOf(last);
  if (last === undefined) return { lastSequence: undefined, oldestAt: undefined, head };
  const lastSequence = SealedBatch.decode(last.data).events.at(-1)?.sequence ?? 0;
  const done = cursor?.sequence ?? 0;
  if (lastSequence <= done) return { lastSequence, oldestAt: undefined, head };
  // What stands next in the stream of a parallel portal may be done: each strand says itself what it waits with.
  if (cursor !== undefined && cursor.strands.length > 0)
    return { lastSequence, oldestAt: lastSequence > doneOf(cursor) ? cursor.frontAt : undefined, head };
  const front = await bus.nextOf(streams.outbox, subject, (cursor?.outboxSequence ?? 0) + 1);
  const events = front === undefined ? [] : SealedBatch.decode(front.data).events;
  return { lastSequence, oldestAt: events.find(({ sequence }) => sequence > done)?.at, head };
}
