import { Envelope, ids, streams, subjects } from '@trunkline/contracts';
import type { Decision, InputItem, StageDefinition, StateDocument, StateReader } from '../ports.ts';

/** What the stage under test reads: a message of somebody, told apart by its platform id. */
export interface Told {
  readonly conversation: string;
  readonly id: string;
  /** `throw`: deciding it throws; `many`: its outputs exceed an envelope. */
  readonly trick?: 'throw' | 'many';
}

/** What it says: the message with its number in the conversation. */
export interface Numbered extends Told {
  readonly number: number;
  /** Instead of a number, for one that could not be decided. */
  readonly parked?: boolean;
}

interface Counter extends StateDocument {
  readonly count: number;
}

type State = { readonly counters: Map<string, Counter>; readonly seen: Map<string, StateDocument> };

/** Collections of the stage under test. */
export const counting = {
  stages: 'crash_stages',
  counters: 'crash_counters',
  seen: 'crash_seen',
  parked: 'crash_parked',
} as const;

/** How many outputs the trick `many` makes, and the size of each. */
export const manyOutputs = 1_001;

/** Numbers the messages of each conversation and drops repeats: state that any lost, doubled or reordered item breaks. */
export function countingStage(name: string): StageDefinition<State> {
  return {
    name,
    input: (lane) => ({ stream: streams.ingress, subjects: [subjects.ingress(lane)] }),
    unpack: (message) => (JSON.parse(Buffer.from(message.data).toString()) as unknown[]).map(encode),
    read: readState,
    decide,
    park: ({ bytes, position }) => {
      const parked = { ...decode<Told>(bytes), number: 0, parked: true };
      const _id = ids.at(streams.ingress, position.sequence, position.index);
      return { writes: [{ collection: counting.parked, put: { _id } }], outputs: [[encode(parked)]] };
    },
  };
}

async function readState(items: readonly InputItem[], reader: StateReader): Promise<State> {
  const told = items.map(({ bytes }) => decode<Told>(bytes));
  const counters = await reader.find<Counter>(counting.counters, [
    ...new Set(told.map(({ conversation }) => conversation)),
  ]);
  const seen = await reader.find(
    counting.seen,
    told.map(({ id }) => id),
    { isNew: true },
  );
  return { counters, seen };
}

function decide(items: readonly InputItem[], { counters, seen }: State): Decision {
  const counts = new Map([...counters].map(([id, { count }]) => [id, count]));
  const known = new Set(seen.keys());
  const fresh: Told[] = [];
  const outputs = items.map(({ bytes }) => {
    const told = decode<Told>(bytes);
    if (told.trick === 'throw') throw new Error('cannot be decided');
    if (known.has(told.id)) return [];
    known.add(told.id);
    fresh.push(told);
    const copies = told.trick === 'many' ? manyOutputs : 1;
    return Array.from({ length: copies }, () => {
      const number = (counts.get(told.conversation) ?? 0) + 1;
      counts.set(told.conversation, number);
      return encode({ ...told, number } satisfies Numbered);
    });
  });
  const touched = [...new Set(fresh.map(({ conversation }) => conversation))];
  return {
    outputs,
    writes: [
      ...touched.map((_id) => ({
        collection: counting.counters,
        put: { _id, count: counts.get(_id) ?? 0 } as Counter,
      })),
      ...fresh.map(({ id }) => ({ collection: counting.seen, insert: { _id: id } })),
    ],
  };
}

/** The facts of an envelope that the stage said. */
export function numberedOf(data: Uint8Array): Numbered[] {
  return Envelope.decode(data).items.map((item) => decode<Numbered>(item));
}

function encode(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

/** Reads what {@link encode} wrote. */
export function decode<T>(bytes: Uint8Array): T {
  return JSON.parse(Buffer.from(bytes).toString()) as T;
}
