import type { ConsumerPorts, RefusedEvent } from '../portal-ports.ts';
import type { Chance } from './chance.ts';
import type { Network, Process } from './network.ts';
import type { Servers } from './world-log.ts';

/** A consumer as the store of the model holds it. */
export interface StoredConsumer {
  role: 'follower' | 'primary' | 'closed';
  acknowledged: number;
  epoch: number;
  refused?: RefusedEvent | undefined;
  /** Keys that it does not know, and until when that is believed. */
  readonly unknownKids: Map<string, number>;
}

/** The store of consumers. */
export interface Consumers {
  /** By `<portal>/<name>`. */
  readonly stored: Map<string, StoredConsumer>;
  /** The largest that was acknowledged as the portal's own, by portal. */
  readonly acknowledged: ReadonlyMap<string, number>;
  /** How often the memory of an instance is a change behind. */
  oldRate: number;
  /** What an instance sees of it: memory may be a moment old, calls may fail. `onPassed` hears what its cursor must be behind. */
  portsOf(owner: Process, onPassed: (portalId: string, sequence: number) => void): ConsumerPorts;
  /** Counts an acknowledgement; false: refused. */
  acknowledge(portalId: string, name: string, told: { readonly sequence: number; readonly epoch: number }): boolean;
  /** Counts that, and refuses the event after it; false: refused itself. */
  refuse(
    portalId: string,
    name: string,
    told: { readonly sequence: number; readonly epoch: number; readonly eventId: string },
  ): boolean;
  /** A consumer subscribes as a follower at some place. */
  follow(portalId: string, name: string, sequence: number): StoredConsumer;
}

/** Makes a store, which does what the product's does, each operation at once. */
export function createConsumers(network: Network, servers: Servers, chance: Chance): Consumers {
  const stored = new Map<string, StoredConsumer>();
  const acknowledged = new Map<string, number>();
  /** As it was at the last change, for memories that are old. */
  const former = new Map<string, StoredConsumer>();
  const keyOf = (portalId: string, name: string) => `${portalId}/${name}`;
  const put = (key: string, next: StoredConsumer) => {
    former.set(key, stored.get(key) ?? next);
    stored.set(key, next);
    return next;
  };
  const ask = async <T>(owner: Process, effect: () => T): Promise<T> =>
    await network.call(owner, () => {
      if (chance.happens(servers.lossRate / 2)) throw new Error('store away');
      const value = effect();
      if (chance.happens(servers.lossRate / 2)) throw new Error('answer lost');
      return value;
    });
  const consumers: Consumers = {
    stored,
    acknowledged,
    oldRate: 0.3,
    portsOf: (owner, onPassed) => ({
      opened: (portalId, name) => {
        const key = keyOf(portalId, name);
        const seen = chance.happens(consumers.oldRate) ? former.get(key) : stored.get(key);
        return seen?.role === 'primary' ? seen : undefined;
      },
      ofLane: () => new Set([...stored.keys()].map((key) => key.split('/')[0] ?? '')),
      open: (portalId, name, afterSequence) =>
        ask(owner, () => {
          const key = keyOf(portalId, name);
          const found = stored.get(key) ?? { role: 'follower', acknowledged: 0, epoch: 0, unknownKids: new Map() };
          const isOwn = found.role !== 'follower';
          return put(key, {
            ...{ role: 'primary', unknownKids: found.unknownKids },
            // Of a place that was handed over since, nothing is refused.
            refused: found.role === 'primary' ? found.refused : undefined,
            acknowledged: isOwn ? Math.max(found.acknowledged, afterSequence) : afterSequence,
            epoch: found.role === 'primary' ? found.epoch : found.epoch + 1,
          });
        }),
      close: async (portalId, name) => {
        const last = await ask(owner, () => {
          const found = stored.get(keyOf(portalId, name));
          if (found?.role === 'primary') put(keyOf(portalId, name), { ...found, role: 'closed' });
          return found?.role === 'follower' ? 0 : (found?.acknowledged ?? 0);
        });
        onPassed(portalId, last);
        return last;
      },
    }),
    acknowledge: (portalId, name, { sequence, epoch }) => {
      const found = stored.get(keyOf(portalId, name));
      if (found === undefined || found.role === 'closed' || found.epoch !== epoch) return false;
      put(keyOf(portalId, name), { ...found, acknowledged: Math.max(found.acknowledged, sequence) });
      if (found.role === 'primary') acknowledged.set(portalId, Math.max(acknowledged.get(portalId) ?? 0, sequence));
      return true;
    },
    refuse: (portalId, name, { sequence, epoch, eventId }) => {
      const found = stored.get(keyOf(portalId, name));
      if (found?.role !== 'primary' || found.epoch !== epoch || found.acknowledged > sequence) return false;
      const refused = { sequence: sequence + 1, eventId };
      put(keyOf(portalId, name), { ...found, acknowledged: sequence, epoch: epoch + 1, refused });
      acknowledged.set(portalId, Math.max(acknowledged.get(portalId) ?? 0, sequence));
      return true;
    },
    follow: (portalId, name, sequence) => {
      const { epoch = 0, unknownKids = new Map() } = stored.get(keyOf(portalId, name)) ?? {};
      return put(keyOf(portalId, name), { role: 'follower', acknowledged: sequence, epoch: epoch + 1, unknownKids });
    },
  };
  return consumers;
}
