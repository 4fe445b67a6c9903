import { type Capabilities, type ChannelEntry, collections, Fact, IngressItem, laneOf } from '@trunkline/contracts';
import type { InputItem, StateDocument, StateReader, StateWrite } from '@trunkline/runtime';
import { readState } from '../consume/read-state.ts';
import { decideItems, parkItem } from '../domain/decide.ts';
import type { CollectionName, Documents } from '../domain/state/documents.ts';
import { dueHoldsTimer } from '../domain/timer.ts';
import type { Settings } from '../domain/turn.ts';

/** What a world begins with. */
export interface WorldOptions {
  readonly channels: readonly ChannelEntry[];
  readonly capabilities: Capabilities;
  readonly settings?: Partial<Settings>;
}

/** The normalizer's rules over documents in memory: items go in, facts come out, and time stands still until moved. */
export interface World {
  nowMs: number;
  /** Decides items as one micro-batch and keeps what was decided; gives the facts of all. */
  take(...items: readonly IngressItem['item'][]): Promise<Fact[]>;
  /** The same for one item as it stands on the bus. */
  takeBytes(bytes: Uint8Array): Promise<Fact[]>;
  /** Moves time, and asks for the release of whatever is due then. */
  wait(ms: number): Promise<Fact[]>;
  get<Name extends CollectionName>(collection: Name, id: string): Documents[Name] | undefined;
  all<Name extends CollectionName>(collection: Name): Documents[Name][];
  readonly settings: Settings;
}

/** Makes a world. */
export function createWorld({ channels, capabilities, settings = {} }: WorldOptions): World {
  const documents = new Map<string, StateDocument>();
  const key = (collection: string, id: string) => `${collection}/${id}`;
  const reader: StateReader = {
    find: async <T extends StateDocument>(collection: string, ids: readonly string[]) => {
      const found = ids.flatMap((id) => documents.get(key(collection, id)) ?? []);
      return new Map(found.map((document) => [document._id, structuredClone(document) as T]));
    },
  };
  const known = {
    directory: {
      channel: (id: string) => channels.find((channel) => channel.id === id),
      capabilities: () => capabilities,
    },
    settings: {
      holdMs: 300,
      albumMs: 1200,
      echoWaitMs: 220_000,
      receiptWaitMs: 600_000,
      parkedMs: 1_000,
      parkingKey: Buffer.alloc(32, 1),
      ...settings,
    },
  };
  let sequence = 0;

  async function decide(bytes: readonly Uint8Array[]): Promise<Fact[]> {
    sequence += 1;
    const items = bytes.map(
      (each, index): InputItem => ({
        ...{ bytes: each, storedAtMs: world.nowMs, subject: `ingress.${laneOf('t1')}` },
        position: { sequence, index, output: 0 },
      }),
    );
    const state = await readState(items, reader, known);
    try {
      return keep(state.decided ?? decideItems(items, state));
    } catch (error) {
      const [item] = items;
      if (item === undefined || items.length > 1) throw error;
      return keep(parkItem(item, error, state));
    }
  }

  function keep(decided: ReturnType<typeof decideItems>): Fact[] {
    for (const write of decided.writes) apply(write);
    if (decided.imbalances.size > 0) throw new Error('a conversation does not balance');
    return decided.outputs.flat().map((output) => Fact.decode(output));
  }

  function apply(write: StateWrite): void {
    if ('delete' in write) {
      documents.delete(key(write.collection, write.delete));
      return;
    }
    const document = 'put' in write ? write.put : write.insert;
    const at = key(write.collection, document._id);
    if ('insert' in write && documents.has(at)) throw new Error(`${at} is there already`);
    documents.set(at, structuredClone(document));
  }

  const world: World = {
    nowMs: Date.UTC(2026, 6, 1, 10),
    settings: known.settings,
    take: (...items) =>
      decide(items.map((item) => IngressItem.encode({ receivedAt: undefined, traceparent: '', item }).finish())),
    takeBytes: (bytes) => decide([bytes]),
    wait: async (ms) => {
      world.nowMs += ms;
      const due = world.all('holds').filter(({ dueAtMs }) => dueAtMs <= world.nowMs);
      const ids = due.toSorted((a, b) => a.dueAtMs - b.dueAtMs || (a._id < b._id ? -1 : 1)).map(({ _id }) => _id);
      return ids.length === 0
        ? []
        : await world.take({ $case: 'timerDue', value: dueHoldsTimer({ ids, atMs: world.nowMs }) });
    },
    get: (name, id) => documents.get(key(collections.normalizer[name], id)) as never,
    all: (name) => {
      const prefix = `${collections.normalizer[name]}/`;
      const own = [...documents].filter(([at]) => at.startsWith(prefix));
      return own.map(([, document]) => document as never);
    },
  };
  return world;
}
