import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StateDocument, StateReader, StateWrite } from './ports.ts';
import { start } from './position.ts';
import { rememberDocuments } from './remembering-store.ts';
import type { StageChange, StageStore } from './stage-store.ts';

const kept = 'conversations';
const other = 'messages';
const record = { epoch: 1, from: start, to: start, after: 0, decided: 0, parked: [] };

/** A store whose transactions end as they are told, and which tells what it was asked for. */
async function aClaim({ most = 10, absences = false } = {}) {
  const documents = new Map<string, StateDocument>();
  const asked: string[] = [];
  let outcome: 'committed' | 'aborted' | 'unknown' = 'committed';
  const find = (async (collection: string, ids: readonly string[]) => {
    asked.push(...ids.map((id) => `${collection}/${id}`));
    return new Map([...documents].filter(([id]) => ids.includes(id)));
  }) as StateReader['find'];
  const apply = async (writes: readonly StateWrite[]) => {
    for (const write of writes) {
      if ('delete' in write) documents.delete(write.delete);
      else documents.set(('put' in write ? write.put : write.insert)._id, 'put' in write ? write.put : write.insert);
    }
  };
  const commit = async (decide: (reader: StateReader) => Promise<StageChange | undefined>) => {
    const change = await decide({ find });
    if (change === undefined) return 'aborted';
    await apply(change.writes);
    return outcome;
  };
  const store: StageStore = {
    claim: async () => ({
      ...{ record, collection: 'stages', read: async () => record, commit },
      [Symbol.asyncDispose]: async () => {},
    }),
  };
  const claim = await rememberDocuments(store, {
    documents: absences ? [] : [kept],
    absences: absences ? [kept] : [],
    mostEach: most,
  }).claim('stage.0', 'one');
  return {
    /** Reads ids and then writes, in one transaction that ends so; gives what was found, and what the store was asked for. */
    run: async (ids: readonly string[], writes: readonly StateWrite[] = [], ends: typeof outcome = 'committed') => {
      outcome = ends;
      asked.length = 0;
      let found: unknown[] = [];
      await claim.commit(async (reader) => {
        found = [...(await reader.find(kept, ids)).values()];
        return { expected: record, record, writes };
      });
      return { found, asked: [...asked] };
    },
    claim,
    asked,
  };
}

const put = (_id: string, number: number, collection = kept): StateWrite => ({
  collection,
  put: { _id, number } as StateDocument,
});

test('what was read or written once, or was not there, is not asked for again, as it was written last', async () => {
  const { run } = await aClaim();
  assert.deepEqual(await run(['a', 'b'], [put('a', 1)]), { found: [], asked: [`${kept}/a`, `${kept}/b`] });
  assert.deepEqual(await run(['a', 'b'], [put('a', 2), put('b', 1)]), {
    found: [{ _id: 'a', number: 1 }],
    asked: [],
  });
  const all = [
    { _id: 'a', number: 2 },
    { _id: 'b', number: 1 },
  ];
  assert.deepEqual(await run(['a', 'b'], [{ collection: kept, delete: 'a' }]), { found: all, asked: [] });
  assert.deepEqual(await run(['a', 'c']), { found: [], asked: [`${kept}/c`] });
});

test('after a transaction that was not certainly stored, everything is asked for again', async () => {
  for (const ends of ['aborted', 'unknown'] as const) {
    const { run } = await aClaim();
    await run(['a'], [put('a', 1)]);
    await run([], [put('a', 2)], ends);
    assert.deepEqual((await run(['a'])).asked, [`${kept}/a`]);
  }
});

test('so many are remembered, those that were used last', async () => {
  const { run } = await aClaim({ most: 2 });
  await run([], [put('a', 1), put('b', 1)]);
  await run(['a'], [put('c', 1)]);
  assert.deepEqual((await run(['a', 'c'])).asked, []);
  assert.deepEqual((await run(['b'])).asked, [`${kept}/b`]);
});

test('collections that are not named are read from the store', async () => {
  const { run, claim, asked } = await aClaim();
  await run([], [put('a', 1), put('m', 1, other)]);
  asked.length = 0;
  await claim.commit(async (reader) => {
    await reader.find(other, ['m']);
    return undefined;
  });
  assert.deepEqual(asked, [`${other}/m`]);
});

test('where nothing was to change, what was read is remembered', async () => {
  const { claim, asked } = await aClaim();
  for (const _ of ['first', 'second']) {
    await claim.commit(async (reader) => {
      await reader.find(kept, ['a']);
      return undefined;
    });
  }
  assert.deepEqual(asked, [`${kept}/a`]);
});

test('of some collections it is only remembered what is not there', async () => {
  const { run } = await aClaim({ absences: true });
  await run(['a', 'b'], [put('a', 1)]);
  assert.deepEqual(await run(['a', 'b']), { found: [{ _id: 'a', number: 1 }], asked: [`${kept}/a`] });
  assert.deepEqual((await run(['a', 'b'], [{ collection: kept, delete: 'a' }])).asked, [`${kept}/a`]);
  assert.deepEqual(await run(['a', 'b']), { found: [], asked: [] });
});
