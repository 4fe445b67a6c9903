import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isClean, type LastLook, sumOf } from './last-look.ts';
import { type Conditions, lineOf } from './report.ts';

const clean: LastLook = { lost: 0, outOfOrder: 0, doubled: 0, repeats: 4, overlaps: 0, broken: 0, told: [] };
const conditions: Conditions = { commit: 'c', fsync: 'default', portals: 1, lanes: 8, cores: 2, load: 0 };

test('repeats alone are nothing wrong; each other thing is', () => {
  assert.equal(isClean(clean), true);
  for (const part of ['lost', 'outOfOrder', 'doubled', 'overlaps', 'broken'] as const)
    assert.equal(isClean({ ...clean, [part]: 1 }), false, part);
});

test('what was wrong in any field of a run stands in its last line', () => {
  const looks = [clean, { ...clean, doubled: 1, lost: 2, broken: 1, told: ['p1: a gap'] }];
  const line = JSON.parse(lineOf({ looks }, conditions)) as Record<string, unknown>;
  assert.deepEqual([line.lost, line.doubled, line.broken, line.repeats], [2, 1, 1, 8]);
  assert.deepEqual(sumOf(looks)?.told, ['p1: a gap']);
});

test('where another judges nothing is said of what was lost', () => {
  const line = JSON.parse(lineOf({ looks: [] }, conditions)) as Record<string, unknown>;
  assert.deepEqual([line.lost, line.doubled, line.broken], [null, null, null]);
});
