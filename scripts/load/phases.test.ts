import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPhases } from './phases.ts';

test('each phase lasts until the next one, the last until it is asked', () => {
  let nowMs = 5_000;
  const phases = createPhases(() => nowMs);
  phases.begin('starting');
  nowMs = 25_400;
  phases.begin('storm');
  nowMs = 50_400;
  assert.equal(phases.told(), 'starting 20 s, storm 25 s');
});
