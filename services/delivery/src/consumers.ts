import { type ConsumerPorts, pause } from '@trunkline/runtime';
import { type ConsumerDocument, type ConsumerStore, consumerId } from './store/consumers.ts';

/** Consumers as every instance knows them, a quarter of a second behind the store. */
export interface Consumers {
  readonly store: ConsumerStore;
  /** What the lanes see of them. */
  readonly ports: ConsumerPorts;
  /** Resolves when the memory was filled for the first time. */
  readonly loaded: Promise<void>;
  /** As last noticed; undefined for followers that nobody here watches. From memory. */
  known(id: string): ConsumerDocument | undefined;
  /** Something about it was learned here sooner than by looking. */
  learned(document: ConsumerDocument): void;
  /** It was deleted here. */
  forgot(id: string): void;
  /** From now on it is noticed whatever its role; calls at each change. Returns what ends that. */
  watch(id: string, onChange: () => void): () => void;
  /** Keeps the memory as the store is, until the signal. Never rejects. */
  follow(signal: AbortSignal): Promise<void>;
}

const everyMs = 250;
/** While no portal pulls. */
const restingMs = 1_000;
/** What was committed late, or deleted, is found by then. */
const fullEveryMs = 30_000;
/** Clocks of a replica set's members may differ by less. */
const overlapMs = 5_000;

/** Opens the consumers. `follow` must run for the memory to change. */
export function openConsumers(
  store: ConsumerStore,
  {
    tenantOf,
    onTrouble,
  }: { readonly tenantOf: (portalId: string) => string; readonly onTrouble: (error: unknown) => void },
): Consumers {
  const known = new Map<string, ConsumerDocument>();
  const watched = new Map<string, Set<() => void>>();
  const loaded = Promise.withResolvers<void>();
  let changedAtMs = 0;
  let fullAtMs = Number.NEGATIVE_INFINITY;

  const ring = (id: string) => {
    for (const call of watched.get(id) ?? []) call();
  };
  const isKept = ({ _id, role, isAsked }: ConsumerDocument) => role === 'primary' || isAsked || watched.has(_id);
  const learned = (document: ConsumerDocument) => {
    const former = known.get(document._id);
    if (former !== undefined && former.changedAt > document.changedAt) return;
    changedAtMs = Math.max(changedAtMs, document.changedAt.getTime());
    if (isKept(document)) known.set(document._id, document);
    else known.delete(document._id);
    if (former === undefined || !isSame(former, document)) ring(document._id);
  };
  const readAll = async () => {
    const found = await store.readOpen([...watched.keys()]);
    const ids = new Set(found.map(({ _id }) => _id));
    for (const id of [...known.keys()]) {
      if (!ids.has(id) && known.delete(id)) ring(id);
    }
    for (const document of found) learned(document);
    loaded.resolve();
  };
  const read = async () => {
    const nowMs = performance.now();
    if (nowMs - fullAtMs >= fullEveryMs) {
      await readAll();
      fullAtMs = nowMs;
    } else for (const document of await store.readChanged(new Date(changedAtMs - overlapMs))) learned(document);
  };

  return {
    store,
    learned,
    loaded: loaded.promise,
    known: (id) => known.get(id),
    forgot: (id) => {
      if (known.delete(id)) ring(id);
    },
    ports: portsOf(store, { known, learned, tenantOf }),
    watch: (id, onChange) => {
      const listeners = watched.get(id) ?? new Set();
      watched.set(id, listeners.add(onChange));
      return () => {
        listeners.delete(onChange);
        if (listeners.size === 0) watched.delete(id);
      };
    },
    follow: async (signal) => {
      while (!signal.aborted) {
        await read().catch((error: unknown) => {
          fullAtMs = Number.NEGATIVE_INFINITY;
          onTrouble(error);
        });
        await pause(known.size + watched.size > 0 ? everyMs : restingMs, signal);
      }
    },
  };
}

interface Memory {
  readonly known: ReadonlyMap<string, ConsumerDocument>;
  readonly learned: (document: ConsumerDocument) => void;
  readonly tenantOf: (portalId: string) => string;
}

function portsOf(store: ConsumerStore, { known, learned, tenantOf }: Memory): ConsumerPorts {
  return {
    opened: (portalId, name) => {
      const found = known.get(consumerId(portalId, name));
      return found?.role === 'primary' ? found : undefined;
    },
    ofLane: function* (lane) {
      for (const { lane: its, portalId, role, isAsked } of known.values())
        if (its === lane && (role === 'primary' || isAsked)) yield portalId;
    },
    open: async (portalId, name, afterSequence) => {
      const document = await store.open({ portalId, name, tenantId: tenantOf(portalId) }, afterSequence);
      learned(document);
      return document;
    },
    close: async (portalId, name) => {
      const document = await store.close(portalId, name);
      if (document === undefined) return 0;
      learned(document);
      return document.role === 'closed' ? document.acknowledged : 0;
    },
  };
}

/** Nothing that a stream looks at is another. */
function isSame(a: ConsumerDocument, b: ConsumerDocument): boolean {
  return a.role === b.role && a.acknowledged === b.acknowledged && a.epoch === b.epoch && a.streamId === b.streamId;
}
