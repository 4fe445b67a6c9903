import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createShapes, masked } from './shapes.ts';

const update = {
  ...{ update_id: 1, message: { from: { id: 7, name: 'Anna' }, photo: [{ file_id: 'a' }], type: 'photo' } },
};

test('the same shape is known, whatever its values', () => {
  const shapes = createShapes();
  shapes.learn(update);
  const other = {
    update_id: 2,
    message: { from: { id: 8, name: 'Boris' }, photo: [{ file_id: 'b' }, { file_id: 'c' }], type: 'photo' },
  };
  assert.deepEqual(shapes.learn(other), []);
});

test('a new field is told once, by its place, and nothing that stands in it', () => {
  const shapes = createShapes();
  shapes.learn(update);
  const newer = { ...update, message: { ...update.message, story: { id: 5, by: { name: 'Anna' } } } };
  assert.deepEqual(shapes.learn(newer), [{ what: 'field', path: 'message.story: object' }]);
  assert.deepEqual(shapes.learn(newer), []);
});

test('a new kind is a word in a field that names kinds; words of people are none', () => {
  const shapes = createShapes();
  shapes.learn(update);
  const kind = { ...update, message: { ...update.message, type: 'hologram' } };
  assert.deepEqual(shapes.learn(kind), [{ what: 'kind', path: 'message.type = hologram' }]);
  assert.deepEqual(shapes.learn({ ...update, message: { ...update.message, type: 'call me at 79990001122' } }), []);
});

test('another type in a known field is new; an absent one and a null are not', () => {
  const shapes = createShapes();
  shapes.learn(update);
  assert.deepEqual(shapes.learn({ update_id: null, message: {} }), []);
  assert.deepEqual(shapes.learn({ update_id: '1' }), [{ what: 'field', path: 'update_id: string' }]);
});

test('names that are ids stand for each other, and the memory has an end', () => {
  const shapes = createShapes();
  shapes.learn({ users: { id5501: { name: 'a' } } });
  assert.deepEqual(shapes.learn({ users: { id5502: { name: 'b' } } }), []);
  const many = Object.fromEntries(
    Array.from({ length: 500 }, (_, n) => [
      `name${String.fromCharCode(97 + (n % 26))}${n % 99}x${'y'.repeat(n % 30)}`,
      1,
    ]),
  );
  shapes.learn(many);
  assert.deepEqual(shapes.learn({ ...many, another: 1 }), []);
  let found = 0;
  for (let n = 0; n < 400; n += 1) {
    const letters = (more: number) => [...`${n * 1_000 + more}`].map((digit) => 'abcdefghij'[Number(digit)]).join('');
    const wide = Object.fromEntries(Array.from({ length: 150 }, (_, m) => [letters(m), 1]));
    found = shapes.learn({ [`x${letters(n)}`]: wide, list: [{ [letters(n)]: wide }] }).length;
  }
  assert.equal(found, 0, 'once the memory is full nothing more is told');
  let deep: unknown = 'end';
  for (let depth = 0; depth < 5_000; depth += 1) deep = [deep];
  assert.ok(shapes.learn(deep).length <= 1);
  assert.ok(JSON.stringify(masked(deep)).length < 200);
});

test('a sample has every name and no value', () => {
  assert.deepEqual(masked({ ...update, 'anna@shop.example': 'x', ok: true }), {
    ...{ update_id: 'number', '*': 'string', ok: 'boolean' },
    message: { from: { id: 'number', name: 'string' }, photo: [{ file_id: 'string' }], type: 'photo' },
  });
});
