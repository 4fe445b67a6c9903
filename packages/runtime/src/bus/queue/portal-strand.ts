import { strandOf } from '@trunkline/contracts';
import { laterTotals } from '../overflow/totals.ts';
import type { BatchItem, PortalPorts, PortalView } from './portal-ports.ts';
import { moveBehind, type PlacedEvent, type Portal } from './portal-state.ts';

/** The portal that a queue belongs to: itself, unless it is a strand. Pure. */
export function wholeOf(portal: Portal): Portal {
  return portal.strand?.whole ?? portal;
}

/** Index and number of the strands of a queue, as receivers know it; undefined: there are none. Pure. */
export function strandNameOf({ strand }: Portal): string | undefined {
  return strand && `${strand.index}/${strand.count}`;
}

/** The queues of a portal: its strands, or itself. Pure. */
export function queuesOf(whole: Portal): readonly Portal[] {
  return whole.strands.length > 0 ? whole.strands : [whole];
}

/** True if a portal is to have another number of strands than it has. One that is pulled from has none. Pure. */
export function isChanging(portal: Portal, { consumer, settings }: PortalView): boolean {
  return queuesOf(wholeOf(portal)).length !== (consumer === '' ? settings.strands : 1);
}

/** Nobody passes the strand that is farthest while their number changes. Pure. */
function barrierOf({ strands }: Portal): number {
  return strands.reduce((farthest, { sequence }) => Math.max(farthest, sequence), 0);
}

/** True if a strand has nothing more to do before the number of strands is changed. Pure. */
export function isAtBarrier(portal: Portal, view: PortalView): boolean {
  if (portal.strand === undefined || portal.notices.length > 0 || !isChanging(portal, view)) return false;
  return portal.sequence >= barrierOf(portal.strand.whole);
}

/** True if every strand of a portal has come to the same place, and nothing of it is in memory or under way. Pure. */
export function areTogether(whole: Portal): boolean {
  const barrier = barrierOf(whole);
  return whole.strands.every(
    ({ mode, isBusy, notices, sequence }) => mode !== 'live' && !isBusy && notices.length === 0 && sequence === barrier,
  );
}

/** True if nothing of a parallel portal waits in memory or is under way; of another one always. Pure. */
export function areStrandsIdle({ strands }: Portal): boolean {
  return strands.every(({ mode, queue, isBusy }) => mode === 'live' && queue.length === 0 && !isBusy);
}

/** A portal that is dead holds one slot of the failing: of its failing strands one is at work at a time. Pure. */
export function waitsForSibling(portal: Portal): boolean {
  const { strand, failures } = portal;
  if (strand === undefined || failures === 0) return false;
  return strand.whole.strands.some((each) => each !== portal && each.isBusy && each.failures > 0);
}

/** Those of the events that are a queue's own. Pure. */
export function ownOf({ strand }: Portal, events: readonly PlacedEvent[]): readonly PlacedEvent[] {
  if (strand === undefined) return events;
  return events.filter(({ event }) => strandOf(event.conversationId, strand.count) === strand.index);
}

/** Of events that were read back those that a strand may have now; it moves up to the first, or behind all of them if none is its own. */
export function passOthers(portal: Portal, events: readonly PlacedEvent[], view: PortalView): readonly PlacedEvent[] {
  if (portal.strand === undefined) return events;
  const limit = isChanging(portal, view) ? barrierOf(portal.strand.whole) : Number.POSITIVE_INFINITY;
  const open = events.filter(({ event }) => event.sequence <= limit);
  const own = ownOf(portal, open);
  const [first] = own;
  if (first === undefined) moveBehind(portal, open);
  else {
    moveBehind(
      portal,
      open.filter(({ outboxSequence }) => outboxSequence < first.outboxSequence),
    );
    moveBefore(portal, first);
  }
  return own;
}

/** A live strand stands before what waits in memory for it; with nothing there, behind whatever the feed showed. */
export function moveLive(portal: Portal): void {
  const [front] = portal.queue;
  if (front !== undefined) {
    moveBefore(portal, front);
    return;
  }
  portal.outboxSequence = Math.max(portal.outboxSequence, portal.seenSequence);
  portal.taken = 0;
  portal.sequence = Math.max(portal.sequence, portal.headSequence);
  portal.doneTotals = laterTotals(portal.doneTotals, portal.headTotals);
}

function moveBefore(portal: Portal, { outboxSequence, index, event }: PlacedEvent): void {
  portal.outboxSequence = outboxSequence - 1;
  portal.taken = index;
  portal.sequence = event.sequence - 1;
}

/**
 * Elements as they are sent: each of a strand says which strand it is in and what comes before it there. The first after the
 * number of strands was changed comes after the last of every former strand, also where there are none any more. Pure.
 */
export function inStrand(
  portal: Portal,
  items: readonly BatchItem[],
  place: PortalPorts['inStrand'],
): readonly BatchItem[] {
  const { strand } = portal;
  const { after } = wholeOf(portal);
  if (strand === undefined && after.length === 0) return items;
  const name = strandNameOf(portal);
  let previous = portal.told === 0 ? after : [portal.told];
  return items.map((item, index) => {
    if (name === undefined && index > 0) return item;
    const placed = place(item, { name, previous });
    previous = [item.sequence];
    return placed;
  });
}

/** The portal has everything up to this element. */
export function heard(portal: Portal, sequence: number): void {
  if (portal.strand === undefined) portal.after = [];
  else portal.told = sequence;
}

/** Where another number of strands begins: after the last of each that there was; after the same as before if nothing came since. Pure. */
export function afterOf(whole: Portal): readonly number[] {
  if (whole.strands.length === 0) return whole.after.length > 0 ? whole.after : [whole.sequence];
  return whole.strands.some(({ told }) => told > 0) ? whole.strands.map(({ told }) => told) : whole.after;
}

/** How a portal is doing as a whole: itself, or what its strands say together. Pure. */
export function summaryOf(whole: Portal): Readonly<Portal> {
  const { strands } = whole;
  if (strands.length === 0) return whole;
  const failing = strands.find(({ failures }) => failures > 0);
  const behind = strands.filter(({ mode }) => mode !== 'live');
  const isPaused = behind.some(({ mode }) => mode === 'paused');
  const fronts = strands.map(({ queue, frontAtMs }) => queue[0]?.event.at?.getTime() ?? frontAtMs);
  const known = fronts.filter((atMs) => atMs !== undefined);
  return {
    ...whole,
    mode: isPaused ? 'paused' : behind.length > 0 ? 'drain' : 'live',
    failures: Math.max(...strands.map(({ failures }) => failures)),
    lastError: failing?.lastError ?? '',
    lastErrorText: failing?.lastErrorText ?? '',
    nextAttemptAtMs: Math.min(...(behind.length > 0 ? behind : strands).map(({ nextAttemptAtMs }) => nextAttemptAtMs)),
    frontAtMs: known.length > 0 ? Math.min(...known) : undefined,
    queue: strands.flatMap(({ queue }) => queue),
    notices: strands.flatMap(({ notices }) => notices),
    sequence: doneOf(whole),
    headSequence: Math.max(whole.headSequence, ...strands.map(({ headSequence }) => headSequence)),
  };
}

/** How many events of a portal are done, ever: of one whose events come one after the other that is its sequence. Pure. */
function doneOf({ sequence, strands }: Portal): number {
  return strands.reduce((sum, { done }) => sum + done, sequence);
}
