import { headers, laneOf, type PortalCursor, type PortalEntry, streams, subjects } from '@trunkline/contracts';
import {
  invalidArgument,
  type LogPort,
  outboxPlaceOf,
  type ReaderPlace,
  readRecorded,
  toldOf,
} from '@trunkline/runtime';
import { keptFor } from '../clock.ts';
import { noticeItem } from '../domain/notice.ts';
import { deletedKidsOf, settingsOf } from '../domain/settings.ts';
import type { ConsumerDocument } from '../store/consumers.ts';
import { isNamedPrimary, type PullContext, unknownKidsOf } from './context.ts';
import { type OpenStream, takenOver } from './open-streams.ts';
import { notHeld, notYet, placeChanged } from './refusals.ts';
import { followerSource, primarySource, type Source, type SourceOf } from './source.ts';

/** Who wants to begin where: 0 for the usual place. */
export interface Wanted {
  readonly portal: PortalEntry;
  readonly name: string;
  readonly from: number;
}

/** A stream that has its place. */
export interface Begun {
  readonly source: Source;
  readonly epoch: number;
}

/** A request that is open may take a minute by a portal's settings; usually the hand-over takes half a second. */
const handOverMs = 75_000;
const lookEveryMs = 250;

/** Finds where the primary consumer begins, once its portal's lane has handed it the cursor. */
export async function beginPrimary(wanted: Wanted, stream: OpenStream, context: PullContext): Promise<Begun> {
  const { portal, from } = wanted;
  const { bus, directory, now, clock } = context;
  const lane = laneOf(portal.tenantId);
  const readCursor = async () => (await readRecorded(bus, lane)).cursors.find(({ portalId }) => portalId === portal.id);
  const { cursor, document } = await handedOver(wanted, stream, { context, readCursor });
  const had = Math.max(toldOf(cursor), document.acknowledged);
  const usual = { outboxSequence: cursor.outboxSequence, sequence: had };
  const source = primarySource({
    ...partsOf(portal, stream.consumerId, context),
    ...{ cursor, readCursor },
    place: from === 0 || from === had + 1 ? usual : await placeBefore(bus, portal, from),
    expiredBeforeMs: () => now() - keptFor(settingsOf(directory.portal(portal.id)), clock).retentionMs,
  });
  return { source, epoch: document.epoch };
}

interface HandOver {
  readonly context: PullContext;
  readonly readCursor: () => Promise<PortalCursor | undefined>;
}

/** Asks to be the primary one, and waits until the lane has said so in its records: a push that was open is settled then. */
async function handedOver(
  { portal, name }: Wanted,
  { id, consumerId, signal, bell }: OpenStream,
  { context: { consumers, directory }, readCursor }: HandOver,
): Promise<{ readonly cursor: PortalCursor; readonly document: ConsumerDocument }> {
  consumers.learned(await consumers.store.ask({ portalId: portal.id, tenantId: portal.tenantId, name }, id));
  const untilMs = performance.now() + handOverMs;
  while (performance.now() < untilMs) {
    signal.throwIfAborted();
    const document = consumers.known(consumerId);
    if (document?.streamId !== id) throw takenOver();
    const cursor = document.role === 'primary' ? await readCursor() : undefined;
    if (cursor?.consumer === name && cursor.consumerEpoch === document.epoch) return { cursor, document };
    const entry = directory.portal(portal.id);
    if (entry === undefined || !isNamedPrimary(entry, name))
      throw placeChanged('This consumer is not the primary one.');
    await bell.wait(lookEveryMs, signal);
  }
  throw notYet('The stream is not handed over yet.');
}

/** Finds where a follower begins. */
export async function beginFollower(wanted: Wanted, stream: OpenStream, context: PullContext): Promise<Begun> {
  const { portal, name, from } = wanted;
  const { bus, consumers } = context;
  const lane = laneOf(portal.tenantId);
  const former = await consumers.store.find(stream.consumerId);
  if (former?.role === 'closed') {
    const { cursors } = await readRecorded(bus, lane);
    const isItsStill = cursors.some(({ portalId, consumer }) => portalId === portal.id && consumer === name);
    if (isItsStill) throw notYet('The stream is being handed over.');
  }
  const first = from === 0 && former !== undefined ? former.acknowledged + 1 : from;
  const place = first === 0 ? await headOf(bus, portal) : await placeBefore(bus, portal, first);
  const isGiven = from > 0 || former === undefined;
  const consumer = { portalId: portal.id, tenantId: portal.tenantId, name };
  const document = await consumers.store.follow(consumer, stream.id, isGiven ? place.sequence : undefined);
  if (document === undefined) throw notYet('The stream is being handed over.');
  consumers.learned(document);
  return { source: followerSource({ ...partsOf(portal, stream.consumerId, context), place }), epoch: document.epoch };
}

async function headOf(bus: LogPort, { id, tenantId }: PortalEntry): Promise<ReaderPlace> {
  const last = await bus.lastOf(streams.outbox, subjects.outbox(laneOf(tenantId), id));
  return { outboxSequence: last?.sequence ?? 0, sequence: Number(last?.header(headers.sequence) ?? 0) };
}

async function placeBefore(bus: LogPort, portal: PortalEntry, sequence: number): Promise<ReaderPlace> {
  const head = await headOf(bus, portal);
  if (sequence === head.sequence + 1) return head;
  const found = await outboxPlaceOf(bus, subjects.outbox(laneOf(portal.tenantId), portal.id), sequence);
  switch (found.kind) {
    case 'found':
      return { outboxSequence: found.outboxSequence - 1, sequence: sequence - 1 };
    case 'purged':
      throw notHeld(sequence - 1, found.oldestSequence);
    case 'ahead':
      throw invalidArgument({ field: 'from_sequence', description: `is at most ${found.headSequence + 1}` });
  }
}

function partsOf(portal: PortalEntry, consumerId: string, context: PullContext): Omit<SourceOf, 'place'> {
  const { bus, whole, directory, reseal } = context;
  const deletedKids = () => deletedKidsOf(directory.portal(portal.id));
  return {
    ...{ bus, whole, lane: laneOf(portal.tenantId), portalId: portal.id },
    keys: { portalId: portal.id, deletedKids, unknownKids: () => unknownKidsOf(context, consumerId), reseal },
    noticeOf: (notice) => noticeItem(portal, notice),
  };
}
