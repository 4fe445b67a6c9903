import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TrunklineError } from '../errors.ts';
import type { StateDocument, StateReader, StateWrite } from './ports.ts';
import { start } from './position.ts';
import { presumeAbsent } from './presuming-store.ts';
import type { StageChange, StageStore } from './stage-store.ts';

const record = { epoch: 1, from: start, to: start, after: 0, decided: 0, parked: [] };
const insert = (_id: string): StateWrite => ({ collection: 'messages', insert: { _id } });
const put = (_id: string): StateWrite => ({ collection: 'messages', put: { _id } });

/** A store that refuses to make what is there, and tells what it was asked for. */
async function aClaim(there: readonly string[], failure?: Error) {
  const documents = new Set(there);
  const asked: string[] = [];
  let tries = 0;
  const find = (async (_collection: string, ids: readonly string[]) => {
    asked.push(...ids);
    return new Map<string, StateDocument>(ids.filter((id) => documents.has(id)).map((_id) => [_id, { _id }]));
  }) as StateReader['find'];
  const apply = async (writes: readonly StateWrite[]) => {
    if (failure !== undefined) throw failure;
    for (const write of writes) {
      if ('insert' in write && documents.has(write.insert._id)) throw new Error('E11000 duplicate key');
      if ('insert' in write) documents.add(write.insert._id);
    }
  };
  const store: StageStore = {
    claim: async () => ({
      ...{ record, collection: 'stages', read: async () => record },
      commit: async (decide: (reader: StateReader) => Promise<StageChange | undefined>) => {
        tries += 1;
        const change = await decide({ find });
        if (change === undefined) return 'aborted';
        await apply(change.writes);
        return 'committed';
      },
      [Symbol.asyncDispose]: async () => {},
    }),
  };
  const claim = await presumeAbsent(store).claim('stage.0', 'one');
  return {
    /** Looks for ids that are most likely new, and writes what follows from what was found. */
    run: async (ids: readonly string[], writesOf: (isThere: (id: string) => boolean) => readonly StateWrite[]) => {
      asked.length = 0;
      tries = 0;
      const outcome = await claim.commit(async (reader) => {
        const found = await reader.find('messages', ids, { isNew: true });
        const writes = writesOf((id) => found.has(id));
        return writes.length > 0 ? { expected: record, record, writes } : undefined;
      });
      return { outcome, tries, asked: [...asked] };
    },
    documents,
  };
}

test('what is new is made without asking whether it is there', async () => {
  const { run, documents } = await aClaim([]);
  const done = await run(['a', 'b'], () => [insert('a'), insert('b')]);
  assert.deepEqual(done, { outcome: 'committed', tries: 1, asked: [] });
  assert.deepEqual([...documents], ['a', 'b']);
});

test('where something was there already, all is decided again by what is there, and asked for in the next ones', async () => {
  const { run, documents } = await aClaim(['b']);
  const fresh = (ids: readonly string[]) => (isThere: (id: string) => boolean) =>
    ids.map((id) => (isThere(id) ? put(id) : insert(id)));
  const again = await run(['a', 'b'], fresh(['a', 'b']));
  assert.deepEqual(again, { outcome: 'committed', tries: 2, asked: ['a', 'b'] });
  assert.deepEqual([...documents].toSorted(), ['a', 'b']);
  assert.deepEqual((await run(['c'], fresh(['c']))).asked, ['c']);
  for (let number = 0; number < 63; number += 1) await run([], fresh([`n${number}`]));
  assert.deepEqual((await run(['d'], fresh(['d']))).asked, []);
});

test('what is looked for and not made is asked for before anything is written', async () => {
  const { run } = await aClaim(['b']);
  assert.deepEqual(await run(['a'], () => [put('x')]), { outcome: 'committed', tries: 1, asked: ['a'] });
  const wrong = await run(['a', 'b'], (isThere) => (isThere('b') ? [put('b')] : [insert('a')]));
  assert.deepEqual(wrong, { outcome: 'committed', tries: 2, asked: ['b', 'a', 'b'] });
});

test('where nothing is to be written, it is asked whether that is right', async () => {
  const { run } = await aClaim(['a']);
  const said = await run(['a'], (isThere) => (isThere('a') ? [put('seen')] : []));
  assert.deepEqual(said, { outcome: 'committed', tries: 2, asked: ['a'] });
});

test('a server that is away is no reason to ask more', async () => {
  const away = new TrunklineError('unavailable', 'away');
  const { run } = await aClaim([], away);
  await assert.rejects(
    run(['a'], () => [insert('a')]),
    away,
  );
});
