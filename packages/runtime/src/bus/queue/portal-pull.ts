import type { DeliveryAttempt } from '@trunkline/contracts';
import { change, considerAll } from './portal-change.ts';
import { meet } from './portal-feed.ts';
import { readFront, readOn } from './portal-front.ts';
import { meetGap } from './portal-gap.ts';
import { consider, type Lane, pausedCheckMs, toDrain } from './portal-lane.ts';
import { park } from './portal-park.ts';
import type { PortalView, RefusedEvent } from './portal-ports.ts';
import { withKnownKeys } from './portal-reseal.ts';
import { moveBehind, nextOf, type PlacedEvent, type Portal, toldOf } from './portal-state.ts';
import { heard } from './portal-strand.ts';

/** How much is read at once to find the place of an acknowledgement. */
const passedAtOnce = { messages: 256, bytes: 4 * 1024 * 1024 };
/** What was acknowledged is not seen yet: when to look again. */
const lookAgainMs = 250;
/** How old the front is, is looked at when nothing was acknowledged for so long. */
const calmMs = 1_000;

/** True if a portal is pulled from, or is to be from now on, or is not any more: then its turn is {@link pullTurn}. Pure. */
export function isPulled(portal: Portal, view: PortalView): boolean {
  // Its strands must come together first.
  if (portal.strand !== undefined || portal.strands.length > 0) return false;
  return portal.consumer !== '' || view.consumer !== '';
}

/** One turn of a portal that is pulled from: nothing is sent; acknowledgements move the cursor, and what is too old expires. */
export async function pullTurn(lane: Lane, portal: Portal, view: PortalView): Promise<void> {
  const { id, consumer } = portal;
  if (portal.mode === 'live') toDrain(lane, portal);
  portal.nextAttemptAtMs = lane.clock.now();
  if (consumer !== view.consumer) return await handOver(lane, portal, view.consumer);
  setMode(lane, portal, view.blockedBy === undefined ? 'pull' : 'paused');
  const { consumers } = lane.ports;
  // Closed by a former owner that did not know better yet: what it acknowledged until then holds.
  const opened = consumers.opened(id, consumer);
  // A former owner of the lane may have opened it anew: then its place is another one, and is to be recorded.
  if (opened?.epoch === portal.consumerEpoch) note(portal, opened.acknowledged);
  else if (!(await open(lane, portal, consumer))) return;
  if (isBehind(portal)) {
    await pass(lane, portal);
    if (!isBehind(portal)) portal.nextAttemptAtMs = lane.clock.now() + calmMs;
    return;
  }
  const front = await readFront(lane, portal, view, async () => await isUntaken(lane, portal));
  if (front.kind === 'again') return;
  if (front.kind === 'gap') {
    portal.nextAttemptAtMs = lane.clock.now() + pausedCheckMs;
    meetGap(lane, portal, front);
    return;
  }
  if (front.kind === 'events' && (await withholds(lane, portal, front.events))) return;
  portal.nextAttemptAtMs = lane.clock.now() + Math.min(pausedCheckMs, untilExpiryMs(lane, portal, view));
}

/** Gives up what stands at the front and can never be opened again; true if something did. */
async function withholds(lane: Lane, portal: Portal, events: readonly PlacedEvent[]): Promise<boolean> {
  const { sequence } = portal;
  portal.failures = 0;
  portal.lastError = '';
  portal.lastErrorText = '';
  const [front] = events;
  if (front === undefined || !lane.ports.view(portal.id).deletedKids.has(front.event.kid)) return false;
  if (!(await isUntaken(lane, portal))) return true;
  await withKnownKeys(lane, portal, events);
  return portal.sequence > sequence;
}

/**
 * Gives the cursor to whoever is to have the events from now on. No request is open meanwhile: this is the portal's turn.
 * The former consumer is closed first, so that nothing is acknowledged behind the cursor's back; the next one is opened
 * before it is recorded, and its stream begins after that. Done again from the start after a crash in between.
 */
async function handOver(lane: Lane, portal: Portal, to: string): Promise<void> {
  const { consumers } = lane.ports;
  const { id, consumer: from } = portal;
  if (from !== '') {
    note(portal, await consumers.close(id, from));
    if (isBehind(portal)) await pass(lane, portal);
    // The rest in the next turn.
    if (isBehind(portal)) return;
  }
  if (to === '') portal.consumerEpoch = 0;
  else if (!(await open(lane, portal, to))) return;
  portal.consumer = to;
  setMode(lane, portal, to === '' ? 'drain' : 'pull');
  portal.failures = 0;
  portal.lastError = '';
  portal.lastErrorText = '';
  portal.refusal = undefined;
  portal.parkedInRow = 0;
  lane.changed.add(portal);
  lane.observer.handedOver(id, to);
}

/**
 * Opens a consumer. Its place is to be recorded: until then nobody gets events by it, and what it refused is parked before that.
 * False: the rest comes in the next turn.
 */
async function open(lane: Lane, portal: Portal, consumer: string): Promise<boolean> {
  const { acknowledged, epoch, refused } = await lane.ports.consumers.open(portal.id, consumer, toldOf(portal));
  note(portal, acknowledged);
  if (portal.consumerEpoch === epoch) return true;
  if (refused !== undefined && !(await parksRefused(lane, portal, refused))) return false;
  portal.consumerEpoch = epoch;
  lane.changed.add(portal);
  return true;
}

/** Parks what a consumer refused, once it is the front; it is not when it was parked before. False: the cursor is not there yet. */
async function parksRefused(lane: Lane, portal: Portal, { sequence, eventId }: RefusedEvent): Promise<boolean> {
  if (isBehind(portal)) await pass(lane, portal);
  if (isBehind(portal)) return false;
  if (nextOf(portal) !== sequence) return true;
  const [notice] = portal.notices;
  if (notice !== undefined) {
    if (lane.ports.notice(portal.id, notice).id === eventId) await park(lane, portal, []);
  } else {
    const read = await readOn(lane, portal, passedAtOnce);
    if (!Array.isArray(read)) {
      portal.nextAttemptAtMs = lane.clock.now() + lookAgainMs;
      return false;
    }
    if (read[0]?.event.id === eventId) await park(lane, portal, read);
  }
  return true;
}

/**
 * Asks the store, before anything is given up, whether the front was neither taken nor refused: memory may be a moment old, and a
 * consumer that had its answer must not be told that the same has expired.
 */
async function isUntaken(lane: Lane, portal: Portal): Promise<boolean> {
  const { sequence } = portal;
  return (await open(lane, portal, portal.consumer)) && !isBehind(portal) && portal.sequence === sequence;
}

function note(portal: Portal, acknowledged: number): void {
  portal.acknowledged = Math.max(portal.acknowledged, acknowledged);
}

function isBehind(portal: Portal): boolean {
  return portal.acknowledged >= nextOf(portal);
}

/** Moves the cursor behind what was acknowledged, as far as one read goes. */
async function pass(lane: Lane, portal: Portal): Promise<void> {
  const { acknowledged } = portal;
  const firstSequence = nextOf(portal);
  const told = portal.notices.filter(({ toSequence }) => toSequence <= acknowledged);
  let accepted = told.length;
  let lastSequence = told.at(-1)?.toSequence ?? 0;
  portal.notices = portal.notices.slice(told.length);
  if (acknowledged > portal.sequence) {
    const read = await readOn(lane, portal, passedAtOnce);
    const events = Array.isArray(read) ? read.filter(({ event }) => event.sequence <= acknowledged) : [];
    const last = events.at(-1);
    if (last === undefined) portal.nextAttemptAtMs = lane.clock.now() + lookAgainMs;
    else {
      moveBehind(portal, events);
      accepted += events.length;
      portal.parkedInRow = 0;
      lastSequence = last.event.sequence;
    }
    if (!Array.isArray(read) && read.kind === 'gap') meetGap(lane, portal, read);
  }
  if (accepted > 0) heard(portal, lastSequence);
  if (accepted > 0) delivered(lane, portal, { firstSequence, lastSequence, accepted });
}

/** An acknowledgement is a delivery that was taken. */
function delivered(
  lane: Lane,
  portal: Portal,
  taken: Pick<DeliveryAttempt, 'firstSequence' | 'lastSequence' | 'accepted'>,
): void {
  const at = new Date(lane.clock.wallMs());
  const how = { durationMs: 0, outcome: 'accepted', httpStatus: 0, attempt: 1, replay: 0, traceparent: '', strand: '' };
  lane.attempts.push({ portalId: portal.id, ...taken, at, ...how });
  lane.changed.add(portal);
  lane.observer.acknowledged(portal.id, taken.accepted);
}

function setMode(lane: Lane, portal: Portal, mode: 'drain' | 'pull' | 'paused'): void {
  if (portal.mode === mode) return;
  portal.mode = mode;
  lane.changed.add(portal);
}

function untilExpiryMs(lane: Lane, { frontAtMs }: Portal, { settings }: PortalView): number {
  if (frontAtMs === undefined) return Number.POSITIVE_INFINITY;
  return Math.max(lookAgainMs, frontAtMs + settings.retentionMs - lane.clock.wallMs());
}

/** Gives a turn to those whose consumer acknowledged something, or is another one now. */
export function heedConsumers(lane: Lane): void {
  const { consumers } = lane.ports;
  for (const id of consumers.ofLane(lane.lane)) heed(lane, lane.portals.get(id) ?? meet(lane, id));
  for (const portal of lane.behind) if (portal.consumer !== '') heed(lane, portal);
}

function heed(lane: Lane, portal: Portal): void {
  if (portal.isBusy || lane.isEnding) return;
  const view = lane.ports.view(portal.id);
  if (portal.strands.length > 0) {
    if (change(lane, portal, view)) considerAll(lane, portal);
    return;
  }
  if (!isPulled(portal, view)) return;
  const opened = lane.ports.consumers.opened(portal.id, portal.consumer);
  const isKnown = portal.consumer === view.consumer && opened?.epoch === portal.consumerEpoch;
  if (isKnown && opened.acknowledged < nextOf(portal)) return;
  if (portal.mode === 'live') toDrain(lane, portal);
  portal.nextAttemptAtMs = Math.min(portal.nextAttemptAtMs, lane.clock.now());
  consider(lane, portal);
}
