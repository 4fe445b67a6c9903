import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Position } from '@trunkline/contracts';
import fc from 'fast-check';
import { createCursor } from './cursor.ts';

const at = (sequence: number, index = 0): Position => ({ sequence, index, output: 0 });

test('the low mark follows what is done without a gap, the rest stands above it', () => {
  const cursor = createCursor('c');
  for (const sequence of [1, 2, 3, 4]) assert.equal(cursor.meet(at(sequence)), true);
  cursor.complete(at(3));
  cursor.complete(at(2));
  assert.deepEqual(cursor.snapshot(), { channelId: 'c', low: at(0), done: [at(3), at(2)], sending: [] });
  assert.equal(cursor.firstOpenSequence, 1);
  cursor.complete(at(1));
  assert.deepEqual(cursor.snapshot().low, at(3));
  assert.deepEqual(cursor.snapshot().done, []);
  assert.equal(cursor.firstOpenSequence, 4);
});

test('a new owner meets everything again and does only what was not done', () => {
  const cursor = createCursor('c', { channelId: 'c', low: at(2, 1), done: [at(4)], sending: [at(3)] });
  const todo = [at(1), at(2, 0), at(2, 1), at(2, 2), at(3), at(4), at(5)].filter((position) => cursor.meet(position));
  assert.deepEqual(todo, [at(2, 2), at(3), at(5)]);
  assert.equal(cursor.isMarked(at(3)), true);
  assert.equal(cursor.openCount, 3);
});

test('whatever the order of work and the restarts, every order is done once', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { maxLength: 60 }), fc.integer({ min: 1, max: 20 }), (choices, count) => {
      const all = Array.from({ length: count }, (_, index) => at(index + 1));
      const timesDone = new Map<number, number>();
      let cursor = createCursor('c');
      let open = all.filter((position) => cursor.meet(position));
      for (const choice of choices) {
        if (choice % 5 === 0) {
          cursor = createCursor('c', structuredClone(cursor.snapshot()));
          open = all.filter((position) => cursor.meet(position));
        }
        const position = open[choice % Math.max(1, open.length)];
        if (position === undefined) continue;
        cursor.complete(position);
        open = open.filter((other) => other !== position);
        timesDone.set(position.sequence, (timesDone.get(position.sequence) ?? 0) + 1);
      }
      for (const times of timesDone.values()) assert.equal(times, 1);
      assert.equal(cursor.openCount, count - timesDone.size);
      if (timesDone.size === count) assert.equal(cursor.snapshot().low?.sequence, count);
    }),
  );
});
