import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOutOfRoom } from './bus-error.ts';

test('a server without room on its disk is known by its numbers, a stream that is full is not one', () => {
  const problem = (err_code: number) => ({ code: 503, err_code, description: '' });
  assert.equal(isOutOfRoom(problem(10023)), true);
  assert.equal(isOutOfRoom(problem(10077)), false);
  assert.equal(isOutOfRoom(undefined), false);
});
