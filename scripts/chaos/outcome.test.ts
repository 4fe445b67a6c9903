import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Verdict } from '../load/judge/main.ts';
import { figuresOf, isClean, type Outcome, summaryOf } from './outcome.ts';
import { ownersChanged, type Storm } from './storm.ts';

const storm: Storm = {
  result: { sent: 3, putOff: 0, firstAtMs: 0, lastAtMs: 0 },
  ...{ kills: 1, counts: new Map(), found: [], upsets: [], gone: new Set<string>() },
};

const verdict: Verdict = {
  ...{ received: 3, outOfOrder: 0, repeats: 0, doubled: 0, lost: 0, told: 0 },
  ...{ broken: [], brokenCount: 0, overlaps: [], triedAgain: 0, missing: [], byPortal: {} },
  latency: { count: 0, p50Ms: 0, p99Ms: 0, firstAtMs: 0, lastAtMs: 0, seconds: [] },
};

const answers = { stored: 0, unknown: 0, found: [] };
const outcome: Outcome = { storm, verdict, answers, found: [], ownerChanges: 1, fences: 0, staleGets: 0 };

test('a run in which nothing was wrong is green', () => {
  assert.equal(isClean(outcome), true);
  assert.equal(figuresOf(outcome).broken, 0);
});

test('each thing that is wrong makes a run red, and stands in the last line', () => {
  const cases = [
    { of: { ...outcome, verdict: { ...verdict, lost: 1 } }, figure: 'lost' },
    { of: { ...outcome, verdict: { ...verdict, doubled: 1 } }, figure: 'doubled' },
    { of: { ...outcome, verdict: { ...verdict, outOfOrder: 1 } }, figure: 'out_of_order' },
    { of: { ...outcome, verdict: { ...verdict, brokenCount: 1 } }, figure: 'broken' },
    { of: { ...outcome, verdict: { ...verdict, overlaps: [{ stream: 'p1', atMs: 1 }] } }, figure: 'broken' },
    { of: { ...outcome, found: ['p1 is stuck'] }, figure: 'broken' },
    { of: { ...outcome, storm: { ...storm, found: ['nothing was killed'] } }, figure: 'broken' },
    { of: { ...outcome, verdict: undefined, found: ['1 events still wait for p1'] }, figure: 'broken' },
  ] as const;
  for (const { of, figure } of cases) {
    assert.equal(isClean(of), false, figure);
    assert.equal(figuresOf(of)[figure], 1, figure);
  }
});

test('what was wrong is told in words, and how much more there is than words', () => {
  const text = summaryOf({
    ...outcome,
    verdict: { ...verdict, broken: ['p1: a gap'], brokenCount: 3 },
    found: ['stuck'],
  });
  assert.match(text, /! stuck\n {2}! p1: a gap\n {2}! and 2 more/);
});

test('owners that lost their lanes, and nobody who took them, is no storm', () => {
  const before = new Map([['sealer-1', 4]]);
  const disowned = { ...storm, ownersBefore: before, isDisowned: true };
  assert.deepEqual(ownersChanged(disowned, before).found, ['no lane changed its owner: nothing was disturbed']);
  assert.deepEqual(ownersChanged(disowned, new Map([['sealer-1', 5]])), { changes: 1, found: [] });
  assert.deepEqual(ownersChanged({ ...disowned, isDisowned: false }, before).found, []);
});
