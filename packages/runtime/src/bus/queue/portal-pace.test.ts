import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Asked, afterAnswer, freePace, type Pace, pacedFromMs } from './portal-pace.ts';
import type { Verdict } from './portal-ports.ts';

const accepted: Verdict = { kind: 'accepted', count: 1 };
const timeout: Verdict = { kind: 'failed', code: 'portal_timeout', text: 'no answer' };
const unavailable: Verdict = { kind: 'failed', code: 'portal_unavailable', text: 'busy' };

function asked(verdict: Verdict, more: Partial<Asked> & { httpStatus?: number } = {}): Asked {
  const { httpStatus = 0, ...rest } = more;
  const result = { verdict, httpStatus };
  return {
    events: 100,
    batchEvents: 100,
    attempt: 1,
    isAborted: false,
    startedAtMs: 0,
    endedAtMs: 10,
    result,
    ...rest,
  };
}

const anyAsked = fc
  .record({
    verdict: fc.constantFrom(accepted, timeout, unavailable, { ...unavailable, retryAfterMs: 1_000 }),
    httpStatus: fc.constantFrom(0, 200, 429, 500, 503),
    events: fc.integer({ min: 1, max: 100 }),
    attempt: fc.integer({ min: 1, max: 4 }),
    durationMs: fc.integer({ min: 0, max: 60_000 }),
  })
  .map(({ verdict, durationMs, ...more }) => asked(verdict, { ...more, endedAtMs: durationMs }));

function learned(history: readonly Asked[]): Pace {
  return history.reduce(afterAnswer, freePace);
}

test('a portal that takes what it is sent is never slowed, however long it takes', () => {
  const answers = fc.array(anyAsked.map((one) => ({ ...one, result: { verdict: accepted, httpStatus: 204 } })));
  fc.assert(
    fc.property(answers, (history) => {
      const { mostEvents, restMs } = learned(history);
      assert.deepEqual([mostEvents, restMs], [Number.POSITIVE_INFINITY, 0]);
    }),
  );
});

test('whatever was learned, a portal that is well is asked as before after some quick answers', () => {
  fc.assert(
    fc.property(fc.array(anyAsked), (history) => {
      let pace = learned(history);
      assert.ok(pace.mostEvents >= 1 && pace.restMs <= 10_000);
      for (let answers = 0; answers < 52; answers += 1)
        pace = afterAnswer(pace, asked(accepted, { events: Math.min(100, pace.mostEvents), endedAtMs: 0 }));
      assert.deepEqual([pace.mostEvents, pace.restMs], [Number.POSITIVE_INFINITY, 0]);
    }),
  );
});

/** Sends 2,000 events to a portal that needs so long for each, with the queue's one event after a failure. */
function send(msPerEvent: number) {
  let pace = freePace;
  let failures = 0;
  const requests = { taken: 0, failed: 0 };
  for (let done = 0; done < 2_000; ) {
    const events = failures > 0 ? 1 : Math.min(100, pace.mostEvents);
    const durationMs = Math.min(15_000, events * msPerEvent);
    const isTaken = durationMs < 15_000;
    pace = afterAnswer(pace, asked(isTaken ? accepted : timeout, { events, endedAtMs: durationMs }));
    failures = isTaken ? 0 : failures + 1;
    requests[isTaken ? 'taken' : 'failed'] += 1;
    if (isTaken) done += events;
  }
  return requests;
}

test('a portal too slow for a full batch finds the size that it can take, and does not fail again', () => {
  assert.deepEqual(send(100), { taken: 20, failed: 0 });
  assert.equal(send(400).failed, 2, '100 and 50 take too long, 25 do not');
  assert.equal(send(2_000).failed, 4);
});

test('a timeout of a request that gave way to others says nothing about its portal', () => {
  assert.equal(afterAnswer(freePace, asked(timeout, { isAborted: true })).mostEvents, Number.POSITIVE_INFINITY);
});

test('a portal that says it is busy after each few requests is soon asked at the pace that it bears', () => {
  let pace = freePace;
  let nowMs = 0;
  let attempt = 1;
  let allowedFromMs = 0;
  const requests = { taken: 0, busy: 0 };
  while (requests.taken + requests.busy < 500) {
    nowMs = Math.max(nowMs + (attempt > 1 ? 1_000 : 200), pacedFromMs(pace, 0));
    const isTaken = nowMs >= allowedFromMs;
    // It takes one in two seconds.
    if (isTaken) allowedFromMs = nowMs + 2_000;
    const times = { startedAtMs: nowMs, endedAtMs: nowMs, attempt };
    pace = afterAnswer(pace, asked(isTaken ? accepted : unavailable, { httpStatus: 503, ...times }));
    requests[isTaken ? 'taken' : 'busy'] += 1;
    attempt = isTaken ? 1 : attempt + 1;
  }
  assert.ok(requests.busy < requests.taken / 3, `${requests.busy} refused of ${requests.taken}`);
});

test('a portal that is down, or says for how long it is busy, is not asked more slowly when it is back', () => {
  const down = [1, 2, 3].map((attempt) => asked(unavailable, { httpStatus: 500, attempt }));
  const busy = [2, 3, 4].map((attempt) => asked(unavailable, { httpStatus: 503, attempt }));
  const told = asked({ ...unavailable, retryAfterMs: 1_000 }, { httpStatus: 429 });
  assert.equal(learned([...down, ...busy, told]).restMs, 0);
});

test('requests are spaced by the number that a portal allows a minute', () => {
  const pace = { ...freePace, startedAtMs: 5_000, endedAtMs: 5_100 };
  assert.deepEqual(
    [0, 1, 60, 600].map((perMinute) => pacedFromMs(pace, perMinute)),
    [5_100, 65_000, 6_000, 5_100],
  );
  assert.equal(pacedFromMs(freePace, 1), Number.NEGATIVE_INFINITY);
});
