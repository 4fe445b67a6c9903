import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRequestGate } from './request-gate.ts';

test('when full, the oldest sick request makes room for one that is well', () => {
  const gate = createRequestGate(2);
  const [first, second] = [gate.open('well'), gate.open('well')];
  assert.equal(gate.open('well'), undefined, 'nobody is sick');
  second?.turnSick();
  first?.turnSick();
  assert.equal(gate.open('sick'), undefined, 'the sick wait for the sick');
  assert.ok(gate.open('well'));
  assert.deepEqual([first?.signal.aborted, second?.signal.aborted], [false, true]);
  assert.equal(gate.size, 2);
});

test('whoever was refused hears when there is room', () => {
  const gate = createRequestGate(1);
  let heard = 0;
  gate.onRoom(() => {
    heard += 1;
  });
  const open = gate.open('well');
  gate.open('well');
  open?.close();
  open?.close();
  assert.equal(heard, 1);
  assert.equal(gate.size, 0);
});
