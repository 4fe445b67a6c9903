import {
  type AcknowledgeRequest,
  type AcknowledgeResponse,
  headers,
  laneOf,
  type PortalEntry,
  streams,
  subjects,
} from '@trunkline/contracts';
import {
  type CallContext,
  invalidArgument,
  type LogPort,
  notFound,
  requireConsumerName,
  TrunklineError,
} from '@trunkline/runtime';
import { settingsOf } from '../domain/settings.ts';
import type { PullContext } from '../pull/context.ts';
import { placeChanged } from '../pull/refusals.ts';
import { takeReplay } from '../pull/replays.ts';
import { type ConsumerDocument, consumerId } from '../store/consumers.ts';
import { portalFor } from './context.ts';

/** Counts what a consumer has taken, and heeds why it does not take the next. An older acknowledgement than the last changes nothing. */
export async function acknowledge(
  { portalId, consumer, epoch, replay, ...told }: AcknowledgeRequest,
  caller: CallContext,
  context: PullContext,
): Promise<AcknowledgeResponse> {
  const portal = portalFor(context, caller, portalId);
  const { store, learned } = context.consumers;
  const id = consumerId(portal.id, requireConsumerName('consumer', consumer));
  requireKnowable(told);
  if (replay > 0) return await ofReplay(portal, { id, epoch, replay, ...told }, context);
  await requireGiven(context.bus, portal, told.sequence + (told.refusedId === '' ? 0 : 1));
  const document = (await store.acknowledge(id, epoch, told)) ?? (await unchanged(store, { id, epoch, ...told }));
  learned(document);
  return { acknowledgedSequence: document.acknowledged };
}

type Told = Pick<AcknowledgeRequest, 'sequence' | 'refusedId' | 'unknownKid'>;

const longestId = 200;

function requireKnowable({ refusedId, unknownKid }: Told): void {
  const description = `is ${longestId} characters long at most`;
  if (refusedId.length > longestId) throw invalidArgument({ field: 'refused_id', description });
  if (unknownKid.length > longestId) throw invalidArgument({ field: 'unknown_kid', description });
}

/** An event that is refused late was taken before: then nothing changes. Throws where nothing of it may count. */
async function unchanged(
  store: PullContext['consumers']['store'],
  { id, epoch, refusedId }: Told & { readonly id: string; readonly epoch: number },
): Promise<ConsumerDocument> {
  const document = await store.find(id);
  if (document === undefined || document.epoch !== epoch || document.role === 'closed' || refusedId === '')
    throw refusalOf(document, epoch);
  if (document.role === 'primary') return document;
  throw new TrunklineError('failed_precondition', 'a follower refuses nothing', {
    publicMessage: 'Only the primary consumer can refuse an event: it is parked for the whole portal.',
    remedy: 'Acknowledge it as if it were taken.',
  });
}

interface Replayed extends Told {
  readonly id: string;
  readonly epoch: number;
  readonly replay: number;
}

/** What the primary consumer took of a replay moves that alone. */
async function ofReplay(
  portal: PortalEntry,
  { id, epoch, replay, ...told }: Replayed,
  { consumers, streams: open, replayPort }: PullContext,
): Promise<AcknowledgeResponse> {
  const document = await consumers.store.find(id);
  if (document?.role !== 'primary' || document.epoch !== epoch) throw refusalOf(document, epoch);
  const { unknownKid } = told;
  // Which key is missing is the consumer's own, whatever it was met with; its place in the stream stays.
  const noted =
    unknownKid === '' ? undefined : await consumers.store.acknowledge(id, epoch, { sequence: 0, unknownKid });
  if (noted !== undefined) consumers.learned(noted);
  const { batchEvents, batchBytes } = settingsOf(portal);
  const taken = { portalId: portal.id, number: replay, untilSequence: told.sequence, refusedId: told.refusedId };
  await takeReplay(replayPort, taken, { events: batchEvents, bytes: batchBytes });
  open.ring(id);
  return { acknowledgedSequence: document.acknowledged };
}

/** What was never given cannot have been taken. */
async function requireGiven(bus: LogPort, { id, tenantId }: PortalEntry, sequence: number): Promise<void> {
  const last = await bus.lastOf(streams.outbox, subjects.outbox(laneOf(tenantId), id));
  const head = Number(last?.header(headers.sequence) ?? 0);
  if (sequence > head)
    throw invalidArgument({ field: 'sequence', description: `is at most ${head}, the last one given` });
}

function refusalOf(document: ConsumerDocument | undefined, epoch: number): TrunklineError {
  if (document === undefined) return notFound('There is no such consumer: subscribe first.');
  if (epoch === 0) return invalidArgument({ field: 'epoch', description: 'is required: it stands in each batch' });
  return placeChanged(
    document.role === 'closed'
      ? `The stream was handed over after ${document.acknowledged}: this consumer is not the primary one any more.`
      : 'The consumer was given another place in the stream.',
  );
}
