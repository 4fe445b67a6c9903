import assert from 'node:assert/strict';
import { test } from 'node:test';
import { streams, subjects } from '@trunkline/contracts';
import { createMemoryLog, createMemoryStreams } from './models/memory-log.ts';
import { createMemoryDatabase, createMemoryStore } from './models/memory-store.ts';
import { createTurns } from './models/turns.ts';
import type { StageDefinition, StateDocument } from './ports.ts';
import { runStage } from './stage.ts';

const lane = 0;
const holds = 'holds';
interface Hold extends StateDocument {
  readonly dueAtMs: number;
}

/** A stage that holds each item for so many milliseconds as it says, and says it then. */
function aHoldingWorld({ isDueItemLost = (): boolean => false } = {}) {
  const turns = createTurns([]);
  const actor = { name: 'one', alive: true };
  const clock = turns.clockOf(actor);
  const shared = createMemoryStreams({ [streams.ingress]: ['ingress'], [streams.facts]: ['facts'] }, () =>
    clock.wallMs(),
  );
  const database = createMemoryDatabase();
  const held = () => [...database.documents].filter(([key]) => key.startsWith(holds)).map(([, hold]) => hold as Hold);
  const firings: number[] = [];
  const startedAtMs = clock.wallMs();
  const tell = (text: string) => shared.append(subjects.ingress(lane), Buffer.from(text));
  const definition: StageDefinition<readonly Hold[]> = {
    name: 'hold',
    input: () => ({ stream: streams.ingress, subjects: [subjects.ingress(lane)] }),
    unpack: ({ data }) => [data],
    read: async (_items, reader) => [
      ...(
        await reader.find<Hold>(
          holds,
          held().map(({ _id }) => _id),
        )
      ).values(),
    ],
    decide: (items, known) => {
      const fresh = items.filter(({ bytes }) => Buffer.from(bytes).toString() !== 'due');
      const made = fresh.map(({ bytes, storedAtMs }) => {
        const _id = Buffer.from(bytes).toString();
        return { _id, dueAtMs: storedAtMs + Number(_id) };
      });
      const now = items.at(-1)?.storedAtMs ?? 0;
      const isDue = fresh.length < items.length;
      const due = isDue ? known.filter(({ dueAtMs }) => dueAtMs <= now).toSorted((a, b) => a.dueAtMs - b.dueAtMs) : [];
      return {
        writes: [
          ...made.map((put) => ({ collection: holds, put })),
          ...due.map(({ _id }) => ({ collection: holds, delete: _id })),
        ],
        outputs: items.map((_, index) => (index === 0 ? due.map(({ _id }) => Buffer.from(_id)) : [])),
        ...(made.length === 0 ? {} : { dueAtMs: Math.min(...made.map(({ dueAtMs }) => dueAtMs)) }),
      };
    },
    park: () => ({ writes: [], outputs: [[]] }),
    nextDue: async () => (held().length === 0 ? undefined : Math.min(...held().map(({ dueAtMs }) => dueAtMs))),
    onDue: async () => {
      firings.push(clock.wallMs() - startedAtMs);
      if (!isDueItemLost()) tell('due');
    },
  };
  return {
    ...{ tell, firings, held },
    run: async () => {
      const end = new AbortController();
      const lease = { lane, owner: 'one', signal: end.signal, confirmedAgoMs: () => 0 };
      const log = createMemoryLog(shared, turns, actor);
      const running = runStage(definition, { log, lease, clock, store: createMemoryStore(database, turns, actor) });
      await turns.rest();
      end.abort();
      await turns.rest();
      await running;
    },
  };
}

test('a due item is put when a hold is past, for each hold in time', async () => {
  const { tell, run, firings, held } = aHoldingWorld();
  tell('300');
  tell('700');
  tell('1200');
  await run();
  assert.deepEqual(firings, [300, 700, 1_200]);
  assert.equal(held().length, 0);
});

test('a due item that was lost is put again', async () => {
  let lost = 2;
  const { tell, run, firings, held } = aHoldingWorld({ isDueItemLost: () => lost-- > 0 });
  tell('300');
  await run();
  assert.deepEqual(firings, [300, 1_300, 2_300]);
  assert.equal(held().length, 0);
});
