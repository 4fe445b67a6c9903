import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comparePositions, formatPosition, laterOf, parsePosition, start } from './position.ts';

const at = (sequence: number, index = 0, output = 0) => ({ sequence, index, output });

test('positions are ordered by message, item and output, and an item that is done is behind all its outputs', () => {
  const ordered = [start, at(1, 0, 1), at(1, 0, 2), at(1), at(1, 1, 1), at(1, 1), at(2)];
  assert.deepEqual(ordered.toReversed().toSorted(comparePositions), ordered);
  assert.equal(comparePositions(at(1, 2, 3), at(1, 2, 3)), 0);
  assert.deepEqual(laterOf(at(1), at(1, 0, 7)), at(1));
});

test('a position survives its header, and anything else is none', () => {
  for (const position of [start, at(12, 3), at(12, 3, 4)]) {
    assert.deepEqual(parsePosition(formatPosition(position)), position);
  }
  assert.equal(formatPosition(at(12, 3)), '12.3');
  for (const text of [undefined, '', '12', '12.3.4.5', 'a.b', '-1.0']) assert.equal(parsePosition(text), undefined);
});
