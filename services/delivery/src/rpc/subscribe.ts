import { randomUUID } from 'node:crypto';
import type { PortalBatch, SubscribeRequest } from '@trunkline/contracts';
import { type CallContext, invalidArgument, requireConsumerName, TrunklineError } from '@trunkline/runtime';
import { beginFollower, beginPrimary } from '../pull/begin.ts';
import { isNamedPrimary, type PullContext } from '../pull/context.ts';
import { deliver } from '../pull/deliver.ts';
import { consumerId } from '../store/consumers.ts';
import { portalFor } from './context.ts';

const usualUnacknowledged = 1_000;
const mostUnacknowledged = 10_000;
/** Consumers of a portal. */
const mostConsumers = 16;

/** Streams a portal's events to a consumer, after what it acknowledged. */
export async function* subscribe(
  request: SubscribeRequest,
  caller: CallContext,
  context: PullContext,
): AsyncGenerator<PortalBatch> {
  const portal = portalFor(context, caller, request.portalId);
  const name = requireConsumerName('consumer', request.consumer);
  const most = limitOf(request.maxUnacknowledged);
  const id = consumerId(portal.id, name);
  await requireRoom(id, portal.id, context);
  using stream = context.streams.open({ tenantId: portal.tenantId, consumerId: id }, randomUUID(), caller.signal);
  const unwatch = context.consumers.watch(id, stream.bell.ring);
  try {
    const wanted = { portal, name, from: request.fromSequence };
    stream.role = isNamedPrimary(portal, name) ? 'primary' : 'follower';
    const begin = stream.role === 'primary' ? beginPrimary : beginFollower;
    yield* deliver(portal.id, await begin(wanted, stream, context), { stream, most, context });
  } finally {
    unwatch();
  }
}

function limitOf(given: number): number {
  if (given > mostUnacknowledged) {
    throw invalidArgument({ field: 'max_unacknowledged', description: `must be ${mostUnacknowledged} at most` });
  }
  return given || usualUnacknowledged;
}

async function requireRoom(id: string, portalId: string, { consumers: { store } }: PullContext): Promise<void> {
  const all = await store.list(portalId);
  if (all.length < mostConsumers || all.some(({ _id }) => _id === id)) return;
  throw new TrunklineError('failed_precondition', `the portal has ${mostConsumers} consumers`, {
    publicMessage: `The portal has ${mostConsumers} consumers already.`,
    remedy: 'Use one that is there, or delete one with DeleteConsumer.',
  });
}
