import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createChance } from '../../../packages/runtime/src/bus/queue/model/chance.ts';
import { deal, ofPortals } from './all.ts';
import { badWire } from './wires.ts';

test('everything is dealt once, the same by the same seed, to hands that are as even as can be', () => {
  const all = [...ofPortals, badWire];
  const names = (seed: number) => deal(createChance(seed), all, 3).map((hand) => hand.map(({ name }) => name));
  assert.deepEqual(names(7), names(7));
  assert.deepEqual(names(7).flat().toSorted(), all.map(({ name }) => name).toSorted());
  assert.deepEqual(
    names(7).map(({ length }) => length),
    [2, 2, 1],
  );
});
