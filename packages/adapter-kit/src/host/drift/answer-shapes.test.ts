import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAnswerShapes, type Usual } from './answer-shapes.ts';

/** Kept in memory; with `shapes()` it is as after a start anew. */
function kept() {
  const calls = new Map<string, { seen: number; samples: string[] }>();
  const keep: Usual['keep'] = (name, { seen, sample }) => {
    const { samples } = calls.get(name) ?? { samples: [] };
    calls.set(name, { seen, samples: sample === undefined ? samples : [...samples, sample] });
  };
  const before = () => [...calls].map(([name, learned]) => ({ name, ...learned }));
  return { calls, shapes: () => createAnswerShapes({ before: before(), keep }) };
}

const call = (path: string, status = 200) => ({ method: 'POST', path, status });
const usual = (shapes: ReturnType<typeof createAnswerShapes>, path = '/send') =>
  Array.from({ length: 20 }, (_, id) => shapes.learn(call(path), { ok: true, id })).flat();

test('the first answers to a call tell what is usual, and what comes after them is new once', () => {
  const shapes = kept().shapes();
  assert.deepEqual(usual(shapes), []);
  assert.deepEqual(shapes.learn(call('/send'), { ok: true, id: 21, quota: { left: 7 } }), [
    'POST /send: quota: object',
  ]);
  assert.deepEqual(shapes.learn(call('/send'), { ok: true, id: 22, quota: { left: 6 } }), []);
});

test('each call, and what it refuses, has a shape of its own; ids and tokens in its path are never shown', () => {
  const shapes = kept().shapes();
  usual(shapes, '/bot700100:AAF-secret/send');
  assert.deepEqual(shapes.learn(call('/bot700200:AAG-other/send'), { ok: true, id: 1, more: 1 }), [
    'POST /*/send: more: number',
  ]);
  assert.deepEqual(shapes.learn(call('/bot700100:AAF-secret/send', 400), { error: 'no' }), []);
  assert.deepEqual(shapes.learn(call('/me'), { name: 'Shop' }), []);
});

test('its memory has an end', () => {
  const shapes = kept().shapes();
  for (let n = 0; n < 300; n += 1)
    shapes.learn(call(`/${'x'.repeat(1 + (n % 20))}${'y'.repeat(n / 20)}`), { ok: true });
  for (let n = 0; n < 30; n += 1)
    assert.deepEqual(shapes.learn(call('/never/seen'), { [`field${'z'.repeat(n)}`]: 1 }), []);
});

test('after a start anew what was usual is known: a new field is seen at once, and nothing else', () => {
  const memory = kept();
  const usually = { ok: true, items: [{ id: 1 }, { id: 2 }, { id: 3 }, { id: 4, type: 'gift' }], at: null };
  const former = memory.shapes();
  for (let n = 0; n < 25; n += 1) former.learn(call('/send'), usually);
  former.learn(call('/send'), { ...usually, later: { on: 'x' } });
  const shapes = memory.shapes();
  assert.deepEqual(shapes.learn(call('/send'), { ...usually, later: { on: 'y' } }), []);
  assert.deepEqual(shapes.learn(call('/send'), { ...usually, at: 5, quota: { left: 7 } }), [
    'POST /send: at: number',
    'POST /send: quota: object',
  ]);
  const said = JSON.stringify([...memory.calls.values()]);
  assert.ok(!said.includes('secret') && memory.calls.get('POST /send')?.samples.length === 3, said);
});

test('what is kept of a call has no values, and an end', () => {
  const memory = kept();
  const shapes = memory.shapes();
  for (let n = 0; n < 300; n += 1)
    shapes.learn(call('/send'), { [`f${'x'.repeat(n % 30)}${'abcdefghij'[n % 10]}`]: 'a secret' });
  const { samples = [] } = memory.calls.get('POST /send') ?? {};
  assert.ok(samples.length <= 100 && !samples.join().includes('secret'));
});
