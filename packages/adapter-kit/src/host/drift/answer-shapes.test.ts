import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAnswerShapes } from './answer-shapes.ts';

const call = (path: string, status = 200) => ({ method: 'POST', path, status });
const usual = (shapes: ReturnType<typeof createAnswerShapes>, path = '/send') =>
  Array.from({ length: 20 }, (_, id) => shapes.learn(call(path), { ok: true, id })).flat();

test('the first answers to a call tell what is usual, and what comes after them is new once', () => {
  const shapes = createAnswerShapes();
  assert.deepEqual(usual(shapes), []);
  assert.deepEqual(shapes.learn(call('/send'), { ok: true, id: 21, quota: { left: 7 } }), [
    'POST /send: quota: object',
  ]);
  assert.deepEqual(shapes.learn(call('/send'), { ok: true, id: 22, quota: { left: 6 } }), []);
});

test('each call, and what it refuses, has a shape of its own; ids and tokens in its path are never shown', () => {
  const shapes = createAnswerShapes();
  usual(shapes, '/bot700100:AAF-secret/send');
  assert.deepEqual(shapes.learn(call('/bot700200:AAG-other/send'), { ok: true, id: 1, more: 1 }), [
    'POST /*/send: more: number',
  ]);
  assert.deepEqual(shapes.learn(call('/bot700100:AAF-secret/send', 400), { error: 'no' }), []);
  assert.deepEqual(shapes.learn(call('/me'), { name: 'Shop' }), []);
});

test('its memory has an end', () => {
  const shapes = createAnswerShapes();
  for (let n = 0; n < 300; n += 1)
    shapes.learn(call(`/${'x'.repeat(1 + (n % 20))}${'y'.repeat(n / 20)}`), { ok: true });
  for (let n = 0; n < 30; n += 1)
    assert.deepEqual(shapes.learn(call('/never/seen'), { [`field${'z'.repeat(n)}`]: 1 }), []);
});
