import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planOf as chaosPlanOf } from '../chaos/plan.ts';
import { planOf } from './plan.ts';
import { spreadOf, spreadText } from './statistics.ts';

const planned = (flags: Parameters<typeof planOf>[0]) => {
  const plan = planOf(flags);
  if (typeof plan === 'string') assert.fail(plan);
  return plan;
};

test('everything is measured unless told otherwise, and quickly without what is slow', () => {
  assert.deepEqual([...planned({}).parts], ['pairs', 'whole', 'latency', 'trouble', 'many', 'hooks', 'idle']);
  assert.deepEqual([planned({}).runs, planned({}).latencyPerSecond], [5, 600]);
  assert.equal(planned({ rate: '200' }).latencyPerSecond, 200);
  for (const slow of ['many', 'hooks', 'idle']) assert.equal(planned({ quick: true }).parts.has(slow), false, slow);
  assert.ok(planned({ quick: true, only: 'hooks' }).parts.has('hooks'), 'what is asked for is done');
});

test('a receiver that is not ours gets one portal, and nothing that needs our judge', () => {
  const plan = planned({ sink: 'http://127.0.0.1:1/events' });
  assert.equal(plan.portals, 1);
  assert.deepEqual([...plan.parts], ['whole', 'latency', 'idle']);
});

test('what cannot be meant is refused in words', () => {
  assert.match(String(planOf({ only: 'whale' })), /whale is not known: say some of pairs, whole/);
  assert.match(String(planOf({ sync: 'never' })), /say default or always/);
  assert.match(String(planOf({ runs: '0' })), /whole numbers/);
  assert.match(String(chaosPlanOf({ seconds: 'x' })), /whole numbers/);
});

test('a receiver that is not ours has an address to which one can post', () => {
  for (const sink of ['nope', '', 'localhost:3000', 'ftp://127.0.0.1/events', 'http://']) {
    assert.match(String(planOf({ sink })), /--sink .*http or https/, sink);
    assert.match(String(chaosPlanOf({ sink })), /--sink .*http or https/, sink);
  }
  const sink = 'https://crm.example/events';
  assert.equal(planned({ sink }).sink, sink);
  const chaos = chaosPlanOf({ sink });
  assert.equal(typeof chaos === 'string' ? chaos : chaos.sink, sink);
});

test('the same seed is used again, another is chosen without one', () => {
  const plan = chaosPlanOf({ seed: '42', quick: true });
  assert.equal(typeof plan === 'string' ? plan : plan.seed, 42);
});

test('the spread tells the middle and the ends', () => {
  assert.deepEqual(spreadOf([3, 1, 2, 10]), { median: 2.5, least: 1, most: 10 });
  assert.equal(spreadText(spreadOf([5, 4, 6])), '5 (4–6)');
  assert.equal(spreadText(spreadOf([5])), '5');
});
