import { headers, strandOf, subjects } from '@trunkline/contracts';
import { overflowedBytesOf } from '../overflow/overflow-store.ts';
import { laterTotals, totalsOf } from '../overflow/totals.ts';
import type { StoredMessage } from '../ports.ts';
import { eventsOf, following } from './portal-batch.ts';
import { change, considerAll } from './portal-change.ts';
import { consider, type Lane, toDrain } from './portal-lane.ts';
import { hurry } from './portal-once.ts';
import { newPortal, type PlacedEvent, type Portal } from './portal-state.ts';
import { moveLive } from './portal-strand.ts';

/** What an event costs in memory beside its own bytes. */
const overheadBytes = 256;

/** Takes one message of the feed: into memory for a live portal, noted only for one that is behind. Never waits. */
export function receive(lane: Lane, message: StoredMessage): void {
  lane.feedSequence = message.sequence;
  const id = message.subject.slice(message.subject.lastIndexOf('.') + 1);
  const portal = lane.portals.get(id) ?? meet(lane, id);
  if (portal.strands.length > 0) receiveInStrands(lane, portal, message);
  else receiveWhole(lane, portal, message);
}

function receiveWhole(lane: Lane, portal: Portal, message: StoredMessage): void {
  // The stream is read back faster than the feed shows it, or a new owner reads again from a little before.
  if (message.sequence <= portal.outboxSequence) return;
  const headSequence = Math.max(portal.headSequence, Number(message.header(headers.sequence) ?? 0));
  // Before the first one it is not known how far the head had come without us.
  if (portal.seenSequence > 0) portal.arrived += headSequence - portal.headSequence;
  portal.seenSequence = message.sequence;
  portal.headSequence = headSequence;
  portal.headTotals = laterTotals(portal.headTotals, totalsOf(message));
  // Whoever takes the lane over must know what it holds in the object store: the feed will not show it again.
  if (overflowedBytesOf(message) !== undefined) lane.changed.add(portal);
  if (portal.mode !== 'live') {
    hurry(lane, portal);
    return;
  }
  const placed = decoded(lane, message);
  const tail = portal.queue.at(-1)?.event.sequence ?? portal.sequence;
  const { events, hasGap } = following(placed, tail);
  // Whatever cannot be taken as it came is read back, where it is judged.
  if (hasGap || placed.length === 0) toDrain(lane, portal);
  else enqueue(lane, portal, events);
  consider(lane, portal);
}

/** The same for a parallel portal: each strand takes what is its own, and passes over the rest. */
function receiveInStrands(lane: Lane, whole: Portal, message: StoredMessage): void {
  const head = Math.max(whole.headSequence, Number(message.header(headers.sequence) ?? 0));
  if (whole.seenSequence > 0) whole.arrived += head - whole.headSequence;
  whole.seenSequence = Math.max(whole.seenSequence, message.sequence);
  whole.headSequence = head;
  whole.headTotals = laterTotals(whole.headTotals, totalsOf(message));
  // The record that lets the feed go on behind this message must know of those that passed over it.
  lane.changed.add(whole);
  change(lane, whole, lane.ports.view(whole.id));
  const placed = decoded(lane, message);
  const count = whole.strands.length;
  const owners = placed.map(({ event }) => strandOf(event.conversationId, count));
  for (const [index, strand] of whole.strands.entries()) {
    if (message.sequence > strand.outboxSequence)
      receiveInStrand(lane, strand, { message, placed, isOwn: (at) => owners[at] === index });
  }
  considerAll(lane, whole);
}

interface Received {
  readonly message: StoredMessage;
  readonly placed: readonly PlacedEvent[];
  readonly isOwn: (at: number) => boolean;
}

function receiveInStrand(lane: Lane, strand: Portal, { message, placed, isOwn }: Received): void {
  const tail = strand.headSequence;
  strand.seenSequence = message.sequence;
  strand.headTotals = laterTotals(strand.headTotals, totalsOf(message));
  if (strand.mode !== 'live') {
    strand.headSequence = Math.max(tail, Number(message.header(headers.sequence) ?? 0));
    if (placed.some((_, at) => isOwn(at))) hurry(lane, strand);
    return;
  }
  const { events, hasGap } = following(placed, tail);
  if (hasGap || placed.length === 0) {
    toDrain(lane, strand);
    return;
  }
  strand.headSequence = events.at(-1)?.event.sequence ?? tail;
  enqueue(
    lane,
    strand,
    events.filter(({ index }) => isOwn(index)),
  );
  if (strand.mode === 'live') moveLive(strand);
}

/** A portal that was never heard of before. */
export function meet(lane: Lane, id: string): Portal {
  const portal = newPortal(id, subjects.outbox(lane.lane, id), lane.startSequence);
  lane.portals.set(id, portal);
  lane.changed.add(portal);
  return portal;
}

function decoded(lane: Lane, message: StoredMessage): PlacedEvent[] {
  try {
    return eventsOf(message, lane.clock.now());
  } catch {
    return [];
  }
}

function enqueue(lane: Lane, portal: Portal, events: readonly PlacedEvent[]): void {
  if (events.length === 0) return;
  for (const placed of events) {
    portal.queue.push(placed);
    portal.queuedBytes += sizeOf(placed);
    lane.liveBytes += sizeOf(placed);
  }
  lane.waiting.add(portal);
}

/** Takes the first events out of a live portal's memory: they are done. */
export function dequeue(lane: Lane, portal: Portal, count: number): void {
  for (const placed of portal.queue.splice(0, count)) {
    portal.queuedBytes -= sizeOf(placed);
    lane.liveBytes -= sizeOf(placed);
  }
  if (portal.queue.length === 0) lane.waiting.delete(portal);
  lane.freed();
}

function sizeOf({ event }: PlacedEvent): number {
  return event.cloudEvent.length + overheadBytes;
}
