import { headers, laneOf, PortalBatch, type PortalEntry } from '@trunkline/contracts';
import { type BatchItem, notFound, TrunklineError } from '@trunkline/runtime';
import { batchBody } from '../domain/body.ts';
import { settingsOf } from '../domain/settings.ts';
import { signatureHeaders } from '../domain/signature.ts';
import type { Begun } from './begin.ts';
import type { PullContext } from './context.ts';
import { type OpenStream, takenOver } from './open-streams.ts';
import { placeChanged } from './refusals.ts';

const keepAliveMs = 30_000;
/** Settings, pauses and what is too old are looked at so often. */
const lookEveryMs = 1_000;
/** A key that is revoked must not read on for ever, and streams must spread over new instances. */
const longestMs = 3_600_000;

/** Sends batches as far as the consumer's acknowledgements allow, until something ends the stream: always by an error. */
export async function* deliver(
  portalId: string,
  { source, epoch }: Begun,
  { stream, most, context }: { readonly stream: OpenStream; readonly most: number; readonly context: PullContext },
): AsyncGenerator<PortalBatch> {
  const { pauses, keys } = context;
  const untilMs = performance.now() + longestMs;
  const begunAfter = source.sent;
  let hasNews = true;
  const portal = portalOf(context, portalId);
  using _tail = await listen(context, portal, () => {
    hasNews = true;
    stream.bell.ring();
  });
  const of = { epoch, isPrimary: stream.role === 'primary' };
  yield PortalBatch.fromPartial(of);
  let saidAtMs = performance.now();
  while (performance.now() < untilMs) {
    const { acknowledged } = await standing(stream, { epoch, context });
    const entry = portalOf(context, portalId);
    const window = most - (source.sent - Math.max(acknowledged, begunAfter));
    const mayRead = (hasNews || source.isHolding) && window > 0 && pauses.reasonOf(portalId) === undefined;
    if (mayRead) {
      hasNews = false;
      const { batchEvents, batchBytes } = settingsOf(entry);
      const items = await source.next({ events: Math.min(batchEvents, window), bytes: batchBytes });
      if (items.length > 0) {
        hasNews = true;
        yield { ...signed(portalId, items, await keysOf(keys, portalId), context.now()), ...of };
        saidAtMs = performance.now();
        continue;
      }
    }
    if (performance.now() - saidAtMs >= keepAliveMs) {
      yield PortalBatch.fromPartial(of);
      saidAtMs = performance.now();
    }
    await stream.bell.wait(lookEveryMs, stream.signal);
  }
  throw new TrunklineError('unavailable', 'the stream has lasted an hour', {
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

async function keysOf(keys: PullContext['keys'], portalId: string): Promise<readonly Uint8Array[]> {
  const found = await keys.of(portalId);
  if (found.length > 0) return found;
  throw new TrunklineError('no_key', 'all licence keys of the portal are revoked');
}

/** What a push of the same elements would have sent. Pure. */
function signed(portalId: string, items: readonly BatchItem[], keys: readonly Uint8Array[], nowMs: number) {
  const body = batchBody(items);
  const [firstSequence, lastSequence] = [items[0]?.sequence ?? 0, items.at(-1)?.sequence ?? 0];
  const signature = signatureHeaders({ portalId, first: firstSequence, last: lastSequence }, body, keys, nowMs);
  return {
    ...{ body, firstSequence, lastSequence },
    webhookId: signature[headers.webhookId] ?? '',
    webhookTimestamp: signature[headers.webhookTimestamp] ?? '',
    webhookSignature: signature[headers.webhookSignature] ?? '',
  };
}
