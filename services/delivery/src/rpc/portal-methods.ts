import type { PortalServiceDefinition } from '@trunkline/contracts';
import type { Implementation } from '@trunkline/runtime';
import type { PullContext } from '../pull/context.ts';
import { acknowledge } from './acknowledge.ts';
import { deleteConsumer } from './delete-consumer.ts';
import { listConsumers } from './list-consumers.ts';
import { subscribe } from './subscribe.ts';

/** The methods of PortalService. */
export function portalMethods(context: PullContext): Implementation<typeof PortalServiceDefinition> {
  return {
    subscribe: (request, caller) => subscribe(request, caller, context),
    acknowledge: (request, caller) => acknowledge(request, caller, context),
    listConsumers: (request, caller) => listConsumers(request, caller, context),
    deleteConsumer: (request, caller) => deleteConsumer(request, caller, context),
  };
}
