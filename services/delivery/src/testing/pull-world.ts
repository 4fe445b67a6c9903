import assert from 'node:assert/strict';
import {
  type Backlog,
  DeliveryServiceDefinition,
  type PortalKey,
  PortalServiceDefinition,
  PortalSettings,
} from '@trunkline/contracts';
import { createRpcClients, type RpcClient, secret, startService } from '@trunkline/runtime';
import { until } from '@trunkline/testkit';
import { delivery } from '../service.ts';
import { type Surroundings, startSurroundings } from './bus.ts';
import { type Puller, type PullerOptions, startPuller } from './puller.ts';
import { signingKeyOf } from './stream.ts';

/** Delivery as those who pull see it. */
export interface PullWorld extends AsyncDisposable {
  readonly around: Surroundings;
  readonly client: RpcClient<typeof PortalServiceDefinition>;
  readonly deliveries: RpcClient<typeof DeliveryServiceDefinition>;
  /** A portal without an address whose primary consumer is called `crm`. */
  aPortal(): Promise<PullingPortal>;
}

/** One such portal. */
export interface PullingPortal {
  readonly id: string;
  /** Changes who gets its events, and its keys. */
  serve(primaryConsumer: string, url?: string, keys?: PortalKey[]): Promise<void>;
  backlog(): Promise<Backlog>;
  pull(more?: Partial<PullerOptions>, onBatch?: (puller: Puller) => unknown): Puller;
  /** Everything up to this sequence is delivered, and the numbers agree. */
  delivered(sequence: number): Promise<Backlog>;
}

/** Tenant of the portals. */
export const tenant = 'home';

/** Starts servers and delivery. */
export async function startPullWorld(): Promise<PullWorld> {
  await using started = new AsyncDisposableStack();
  const around = started.use(await startSurroundings());
  const service = started.use(startService(delivery, around.env));
  const { addresses } = await service.ready;
  const clients = createRpcClients({
    identity: { service: 'gateway', token: secret('gateway-token') },
    addressOf: () => addresses.grpc ?? '',
  });
  started.defer(() => clients.close());
  const client = clients.of(PortalServiceDefinition, 'delivery');
  const deliveries = clients.of(DeliveryServiceDefinition, 'delivery');
  let count = 0;
  const all = started.move();
  return {
    ...{ around, client, deliveries },
    aPortal: async () => {
      count += 1;
      return await pullingPortal(`pull${count}`, { around, client, deliveries });
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

async function pullingPortal(
  id: string,
  { around, client, deliveries }: Pick<PullWorld, 'around' | 'client' | 'deliveries'>,
): Promise<PullingPortal> {
  const portal: PullingPortal = {
    id,
    serve: async (primaryConsumer, url = '', keys = []) => {
      const settings = PortalSettings.fromPartial({ primaryConsumer, lingerMs: 1 });
      await around.setPortal({ id, url, settings, keys });
    },
    backlog: () => deliveries.getBacklog({ portalId: id }, { tenant }),
    pull: (more = {}, onBatch) =>
      startPuller(client, { portalId: id, consumer: 'crm', signingKey: signingKeyOf(id), ...more }, onBatch),
    delivered: (sequence) =>
      until(async () => {
        const now = await portal.backlog();
        assert.equal(now.headSequence, now.deliveredSequence + now.waiting);
        return now.deliveredSequence === sequence && now;
      }),
  };
  await portal.serve('crm');
  const isKnown = () => portal.backlog().then(Boolean, () => false);
  await until(isKnown);
  return portal;
}

/** The sequences from `first` to `last`. */
export function numbers(last: number, first = 1): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** Acknowledges whatever came. */
export const acknowledging = (puller: Puller) => puller.acknowledge();
