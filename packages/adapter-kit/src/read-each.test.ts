import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChannelEvent } from '@trunkline/contracts';
import { ConnectorError } from './connector-error.ts';
import { readEach } from './read-each.ts';

const told = (id: string) => [ChannelEvent.fromPartial({ id })];
const strange = (words: string): never => {
  throw new ConnectorError('unknown_kind', words);
};

/** What was thrown: its code, its words, and what was understood all the same. */
function failureOf(run: () => unknown): [string, string, string[]] {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof ConnectorError);
    return [error.code, error.message, error.understood.map(({ id }) => id)];
  }
  throw new Error('it was understood');
}

test('a strange thing takes none of the others along, before it or behind it', () => {
  const read = (id: string) => (id === '?' ? strange('a new kind') : told(id));
  assert.deepEqual(
    readEach(['a', 'b'], read).map(({ id }) => id),
    ['a', 'b'],
  );
  assert.deepEqual(
    failureOf(() => readEach(['a', '?', 'b', '?'], read)),
    ['unknown_kind', 'a new kind', ['a', 'b']],
  );
});

test('batches of batches are one', () => {
  const read = (id: string) => (id === '?' ? strange('a new kind') : told(id));
  const calls = [['a', '?'], ['b'], ['?', 'c']];
  assert.deepEqual(
    failureOf(() => readEach(calls, (ids) => readEach(ids, read))),
    ['unknown_kind', 'a new kind', ['a', 'b', 'c']],
  );
});

test('what a mistake of the parser says is not told: it may quote what somebody wrote', () => {
  const read = (): never => {
    throw new TypeError('cannot read "a secret"');
  };
  assert.deepEqual(
    failureOf(() => readEach([1], read)),
    ['malformed', 'the parser failed with TypeError', []],
  );
});
