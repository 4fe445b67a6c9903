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
  type TrunklineError,
} from '@trunkline/runtime';
import { settingsOf } from '../domain/settings.ts';
import type { PullContext } from '../pull/context.ts';
import { placeChanged } from '../pull/refusals.ts';
import { takeReplay } from '../pull/replays.ts';
import { type ConsumerDocument, consumerId } from '../store/consumers.ts';
import { portalFor } from './context.ts';

/** Counts what a consumer has taken. An older acknowledgement than the last changes nothing. */
export async function acknowledge(
  { portalId, consumer, sequence, epoch, replay }: AcknowledgeRequest,
  caller: CallContext,
  context: PullContext,
): Promise<AcknowledgeResponse> {
  const portal = portalFor(context, caller, portalId);
  const { store, learned } = context.consumers;
  const id = consumerId(portal.id, requireConsumerName('consumer', consumer));
  if (replay > 0) return await ofReplay(portal, { id, epoch, replay, sequence }, context);
  await requireGiven(context.bus, portal, sequence);
  const document = await store.acknowledge(id, epoch, sequence);
  if (document === undefined) throw refusalOf(await store.find(id), epoch);
  learned(document);
  return { acknowledgedSequence: document.acknowledged };
}

interface Replayed {
  readonly id: string;
  readonly epoch: number;
  readonly replay: number;
  readonly sequence: number;
}

/** What the primary consumer took of a replay moves that alone. */
async function ofReplay(
  portal: PortalEntry,
  { id, epoch, replay, sequence }: Replayed,
  { consumers, streams: open, replayPort }: PullContext,
): Promise<AcknowledgeResponse> {
  const document = await consumers.store.find(id);
  if (document?.role !== 'primary' || document.epoch !== epoch) throw refusalOf(document, epoch);
  const { batchEvents, batchBytes } = settingsOf(portal);
  const taken = { portalId: portal.id, number: replay, untilSequence: sequence };
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
