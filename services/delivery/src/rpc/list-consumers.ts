import {
  type Consumer,
  ConsumerRole,
  type ListConsumersRequest,
  type ListConsumersResponse,
} from '@trunkline/contracts';
import type { CallContext } from '@trunkline/runtime';
import type { PullContext } from '../pull/context.ts';
import type { ConsumerDocument } from '../store/consumers.ts';
import { portalFor } from './context.ts';

const roles = {
  follower: ConsumerRole.CONSUMER_ROLE_FOLLOWER,
  primary: ConsumerRole.CONSUMER_ROLE_PRIMARY,
  closed: ConsumerRole.CONSUMER_ROLE_CLOSED,
} as const;

/** Lists the consumers of a portal. */
export async function listConsumers(
  { portalId }: ListConsumersRequest,
  caller: CallContext,
  context: PullContext,
): Promise<ListConsumersResponse> {
  const portal = portalFor(context, caller, portalId);
  return { consumers: (await context.consumers.store.list(portal.id)).map(consumerOf) };
}

function consumerOf({ name, role, acknowledged, subscribedAt, acknowledgedAt }: ConsumerDocument): Consumer {
  return { name, role: roles[role], acknowledgedSequence: acknowledged, subscribedAt, acknowledgedAt };
}
