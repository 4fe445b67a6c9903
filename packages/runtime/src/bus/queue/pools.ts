/** The pools of a lane: events as they come, those that catch up, those whose last attempt failed, and replays. */
export type PoolName = 'live' | 'catchingUp' | 'failing' | 'replaying';

/** How many may be at work at once in each pool of a lane. */
export const poolSlots: Readonly<Record<PoolName, number>> = { live: 64, catchingUp: 16, failing: 16, replaying: 4 };

/** A slot of a pool while it is held. */
export interface Slot {
  readonly pool: PoolName;
  /** Gives the slot back to its pool before the work is over: it counts among the failing from now on. */
  turnSick(): void;
  /** Gives it back. Safe to repeat. */
  release(): void;
}

/** Who is ready and who is at work, by pool, each first come first served. */
export interface Pools<Item> {
  /** Makes an item ready; it stands in one pool only and keeps its place there. */
  ready(pool: PoolName, item: Item): void;
  /** Takes an item out of whatever pool it is ready in. */
  forget(item: Item): void;
  isReady(item: Item): boolean;
  /** The next ready item of a pool, which has a free slot; undefined when there is none. It stays ready. */
  next(pool: PoolName): Item | undefined;
  /** Takes a slot for a ready item, which is ready no more. */
  take(pool: PoolName, item: Item): Slot;
  /** How many slots are held. */
  used(pool: PoolName): number;
}

/** Makes the pools of a lane. */
export function createPools<Item>(slots: Readonly<Record<PoolName, number>> = poolSlots): Pools<Item> {
  const queues: Record<PoolName, Set<Item>> = {
    ...{ live: new Set(), catchingUp: new Set() },
    ...{ failing: new Set(), replaying: new Set() },
  };
  const held: Record<PoolName, number> = { live: 0, catchingUp: 0, failing: 0, replaying: 0 };
  const places = new Map<Item, PoolName>();
  const forget = (item: Item) => {
    const pool = places.get(item);
    if (pool === undefined) return;
    places.delete(item);
    queues[pool].delete(item);
  };
  return {
    forget,
    isReady: (item) => places.has(item),
    used: (pool) => held[pool],
    ready: (pool, item) => {
      if (places.get(item) === pool) return;
      forget(item);
      places.set(item, pool);
      queues[pool].add(item);
    },
    next: (pool) => {
      if (held[pool] >= slots[pool]) return undefined;
      const [first] = queues[pool];
      return first;
    },
    take: (pool, item) => {
      forget(item);
      let counted: PoolName | undefined = pool;
      held[pool] += 1;
      return {
        pool,
        turnSick: () => {
          if (counted === undefined) return;
          held[counted] -= 1;
          counted = 'failing';
          held.failing += 1;
        },
        release: () => {
          if (counted === undefined) return;
          held[counted] -= 1;
          counted = undefined;
        },
      };
    },
  };
}
