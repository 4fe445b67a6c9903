import type { KeyObject } from 'node:crypto';
import { headers, laneOf, PortalBatch, type PortalEntry } from '@trunkline/contracts';
import { type BatchItem, notFound, TrunklineError } from '@trunkline/runtime';
import { batchBody } from '../domain/body.ts';
import { settingsOf } from '../domain/settings.ts';
import { signatureHeaders } from '../domain/signature.ts';
import type { Begun } from './begin.ts';
import { type PullContext, unknownKidsOf } from './context.ts';
import { type OpenStream, takenOver } from './open-streams.ts';
import { placeChanged } from './refusals.ts';
import { replayedEvents } from './replays.ts';

const keepAliveMs = 30_000;
/** Settings, pauses, replays and what is too old are looked at so often. */
const lookEveryMs = 1_000;
/** A key that is revoked must not read on for ever, and streams must spread over new instances. */
const longestMs = 3_600_000;

interface Found {
  readonly items: readonly BatchItem[];
  /** Of the replay. */
  readonly number?: number;
}

/** Sends batches as far as the consumer's acknowledgements allow, until something ends the stream: always by an error. */
export async function* deliver(
  portalId: string,
  { source, epoch }: Begun,
  { stream, most, context }: { readonly stream: OpenStream; readonly most: number; readonly context: PullContext },
): AsyncGenerator<PortalBatch> {
  const { keys, now } = context;
  const untilMs = performance.now() + longestMs;
  const replays = replayedEvents(portalId, context.replayPort, () => unknownKidsOf(context, stream.consumerId));
  const begunAfter = source.sent;
  let hasNews = true;
  using _tail = await listen(context, portalOf(context, portalId), () => {
    hasNews = true;
    stream.bell.ring();
  });
  /** What is to be sent now, if anything: first what came, then what somebody asked to have again. */
  const next = async (): Promise<Found | undefined> => {
    const { acknowledged } = await standing(stream, { epoch, context });
    const { batchEvents, batchBytes } = settingsOf(portalOf(context, portalId));
    const open = source.sent - Math.max(acknowledged, begunAfter);
    if (context.pauses.reasonOf(portalId) !== undefined || open >= most) return undefined;
    if (hasNews || source.isHolding) {
      hasNews = false;
      const items = await source.next({ events: Math.min(batchEvents, most - open), bytes: batchBytes });
      hasNews ||= items.length > 0;
      if (items.length > 0) return { items };
    }
    if (stream.role !== 'primary' || open > 0 || hasNews || source.isHolding) return undefined;
    return await replays.next({ events: batchEvents, bytes: batchBytes });
  };
  const of = { epoch, isPrimary: stream.role === 'primary' };
  yield PortalBatch.fromPartial(of);
  let saidAtMs = performance.now();
  while (performance.now() < untilMs) {
    const found = await next();
    const isDue = performance.now() - saidAtMs >= keepAliveMs;
    if (found !== undefined || isDue) saidAtMs = performance.now();
    if (found !== undefined) yield { ...signed(portalId, found, await keysOf(keys, portalId), now()), ...of };
    else if (isDue) yield PortalBatch.fromPartial(of);
    else await stream.bell.wait(lookEveryMs, stream.signal);
  }
  throw lasted();
}

function lasted(): TrunklineError {
  return new TrunklineError('unavailable', 'the stream has lasted an hour', {
    publicMessage: 'A stream lasts an hour at most.',
    remedy: 'Subscribe again.',
  });
}

async function listen({ tails }: PullContext, portal: PortalEntry, onNews: () => void): Promise<Disposable> {
  const leave = await tails.watch(laneOf(portal.tenantId), portal.id, onNews);
  return { [Symbol.dispose]: leave };
}

function portalOf({ directory }: PullContext, portalId: string): PortalEntry {
  const entry = directory.portal(portalId);
  if (entry === undefined) throw notFound('There is no such portal.');
  if (entry.isActive) return entry;
  throw new TrunklineError('failed_precondition', 'the portal is switched off', {
    publicMessage: 'The portal is switched off.',
    remedy: 'Switch it on, and subscribe again.',
  });
}

/** The consumer as it stands, if this stream is still its own. */
async function standing(
  stream: OpenStream,
  { epoch, context }: { readonly epoch: number; readonly context: PullContext },
) {
  stream.signal.throwIfAborted();
  const { consumers, directory } = context;
  const document = consumers.known(stream.consumerId);
  if (document === undefined) throw notFound('The consumer was deleted.');
  if (document.streamId !== stream.id) throw takenOver();
  const isPrimary = document.role === 'primary';
  if (document.epoch !== epoch || isPrimary !== (stream.role === 'primary')) {
    throw placeChanged('The consumer was given another place in the stream.');
  }
  // A follower that is to be the primary one: it gets there by subscribing again.
  const named = directory.portal(document.portalId)?.settings?.primaryConsumer;
  if (!isPrimary && named === document.name) throw placeChanged('The consumer is to be the primary one.');
  return document;
}

async function keysOf(keys: PullContext['keys'], portalId: string): Promise<readonly KeyObject[]> {
  const found = await keys.of(portalId);
  if (found.length > 0) return found;
  throw new TrunklineError('no_key', 'all licence keys of the portal are revoked');
}

/** What a push of the same elements would have sent. Pure. */
function signed(portalId: string, { items, number }: Found, keys: readonly KeyObject[], nowMs: number) {
  const body = batchBody(items);
  const [firstSequence, lastSequence] = [items[0]?.sequence ?? 0, items.at(-1)?.sequence ?? 0];
  const name = { portalId, first: firstSequence, last: lastSequence, replay: number };
  const signature = signatureHeaders(name, body, keys, nowMs);
  return {
    ...{ body, firstSequence, lastSequence, replay: number ?? 0 },
    webhookId: signature[headers.webhookId] ?? '',
    webhookTimestamp: signature[headers.webhookTimestamp] ?? '',
    webhookSignature: signature[headers.webhookSignature] ?? '',
  };
}
