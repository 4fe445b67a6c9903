import assert from 'node:assert/strict';
import { test } from 'node:test';
import { afterProgress, afterRefusal, type Refusal } from './portal-refusal.ts';

const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** Sends events to a portal that refuses one of them whenever it is in the batch; counts requests until that one is parked. */
function search(refused: number, names: boolean) {
  let refusal: Refusal | undefined;
  let done = 0;
  let requests = 0;
  let nowMs = 0;
  for (;;) {
    requests += 1;
    if (refusal?.namedSequence === done + 1) return { parked: done + 1, requests: requests - 1, nowMs };
    const sequences = range(done + 1, done + Math.min(100, refusal?.limit ?? 100));
    if (!sequences.includes(refused)) {
      done = sequences.at(-1) ?? 0;
      refusal = afterProgress(refusal, done);
      continue;
    }
    const step = afterRefusal(refusal, { sequences, namedSequence: names ? refused : undefined }, nowMs);
    if (step.parks) return { parked: done + 1, requests, nowMs };
    refusal = step.refusal;
    nowMs += step.delayMs;
  }
}

test('the refused event is found by halving, whichever it is, and parked after a minute', () => {
  for (const refused of [1, 2, 37, 50, 51, 99, 100, 137]) {
    const { parked, requests, nowMs } = search(refused, false);
    assert.equal(parked, refused);
    assert.ok(requests <= 18, `${requests} requests for ${refused}`);
    assert.ok(nowMs >= 60_000);
  }
});

test('an event that the portal names is parked without asking again, after those before it were taken', () => {
  assert.deepEqual(search(37, true), { parked: 37, requests: 2, nowMs: 0 });
  assert.deepEqual(search(1, true), { parked: 1, requests: 1, nowMs: 0 });
});

test('a name that is not in the batch is not believed', () => {
  const step = afterRefusal(undefined, { sequences: range(1, 10), namedSequence: 11 }, 0);
  assert.deepEqual(step, { refusal: { limit: 5, untilSequence: 10 }, parks: false, delayMs: 0 });
});

test('past the refused range batches are full again', () => {
  const refusal = { limit: 5, untilSequence: 10 };
  assert.equal(afterProgress(refusal, 9), refusal);
  assert.equal(afterProgress(refusal, 10), undefined);
});
