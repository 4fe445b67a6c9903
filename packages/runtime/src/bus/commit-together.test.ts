import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TrunklineError } from '../errors.ts';
import { commitTogether } from './commit-together.ts';
import { start } from './position.ts';
import type { CommitOutcome, StageChange } from './stage-store.ts';

interface Named extends StageChange {
  readonly name: string;
}

const change = (name: string, { writes = 0, bytes = 0 } = {}): Named => ({
  name,
  expected: { epoch: 1, to: start },
  record: { epoch: 1, from: start, to: start, after: 0, decided: 0, parked: [], out: new Uint8Array(bytes) },
  writes: Array.from({ length: writes }, (_, number) => ({ collection: 'things', delete: String(number) })),
});

/** A store that remembers what it was given, and ends as it is told for each. */
function aStore(endOf: (names: readonly string[]) => CommitOutcome | Error = () => 'committed') {
  const given: string[] = [];
  let open = 0;
  const commit = commitTogether<Named>(async (changes) => {
    open += 1;
    assert.equal(open, 1, 'one transaction at a time');
    await new Promise((resolve) => setImmediate(resolve));
    open -= 1;
    const names = changes.map(({ name }) => name);
    given.push(names.join(''));
    const end = endOf(names);
    if (end instanceof Error) throw end;
    return end;
  });
  const all = async (changes: readonly Named[]) => {
    const ended = await Promise.allSettled(changes.map(commit));
    return ended.map((each) => (each.status === 'fulfilled' ? each.value : (each.reason as Error).message));
  };
  return { given, all };
}

test('the first goes at once; who comes meanwhile goes together into the next', async () => {
  const { given, all } = aStore();
  assert.deepEqual(await all(['a', 'b', 'c'].map((name) => change(name))), ['committed', 'committed', 'committed']);
  assert.deepEqual(given, ['a', 'bc']);
});

test('where nothing was stored each is tried alone, and hears only of itself', async () => {
  const { given, all } = aStore((names) => {
    if (names.includes('d')) return new Error('twice');
    return names.includes('c') ? 'aborted' : 'committed';
  });
  const ended = await all(['a', 'b', 'c', 'd', 'e'].map((name) => change(name)));
  assert.deepEqual(ended, ['committed', 'committed', 'aborted', 'twice', 'committed']);
  assert.deepEqual(given, ['a', 'bcde', 'b', 'c', 'd', 'e']);
});

test('where nobody knows whether they were stored, nothing is tried again', async () => {
  const unknown = { unknown: new Error('no answer') };
  const { given, all } = aStore((names) => (names.length > 1 ? unknown : 'committed'));
  assert.deepEqual(await all(['a', 'b', 'c'].map((name) => change(name))), ['committed', unknown, unknown]);
  assert.deepEqual(given, ['a', 'bc']);
});

test('while the server is away, one try tells it to all', async () => {
  const away = new TrunklineError('unavailable', 'away');
  const { given, all } = aStore((names) => (names.includes('a') ? 'committed' : away));
  const ended = await all(['a', 'b', 'c', 'd'].map((name) => change(name)));
  assert.deepEqual(ended, ['committed', 'away', 'away', 'away']);
  assert.deepEqual(given, ['a', 'bcd', 'b']);
});

test('a transaction holds so much; what is larger goes alone', async () => {
  const { given, all } = aStore();
  const large = { writes: 1_500 };
  const huge = { bytes: 5 * 1024 * 1024 };
  await all([change('a'), change('b', large), change('c'), change('d', large), change('e', huge), change('f')]);
  assert.deepEqual(given, ['a', 'bc', 'd', 'e', 'f']);
});
