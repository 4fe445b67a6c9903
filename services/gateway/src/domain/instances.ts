import { rendezvous } from './rendezvous.ts';

/** How long an instance that did not answer is left alone, where there is another. */
const restMs = 5_000;

/** The instances of the connectors, and which of them answer. */
export interface Instances {
  /** The instance that a key's calls go to; undefined when the connector is not here. */
  of(connector: string, key: string): string | undefined;
  /** It did not answer: for a while its keys go to the others. The call itself is the caller's to repeat. */
  rest(instance: string): void;
}

/** Keeps the addresses of each connector's instances. */
export function createInstances(addresses: ReadonlyMap<string, readonly string[]>, now: () => number): Instances {
  const restsUntil = new Map<string, number>();
  return {
    of: (connector, key) => {
      const all = addresses.get(connector) ?? [];
      const awake = all.filter((instance) => (restsUntil.get(instance) ?? 0) <= now());
      return rendezvous(key, awake.length > 0 ? awake : all);
    },
    rest: (instance) => {
      restsUntil.set(instance, now() + restMs);
    },
  };
}
