import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StoredMessage } from './ports.ts';
import { createStaleGets } from './stale-gets.ts';

const message = (sequence: number): StoredMessage => {
  return { sequence, subject: 'a', data: Buffer.of(), storedAtMs: 0, header: () => undefined };
};
const end = (...sequences: number[]) => ({ messages: sequences.map(message), isEnd: true });

/** A reader of stream S, subject a, to whom the feed has shown number 9. */
function setting() {
  const stale: string[] = [];
  const gets = createStaleGets((stream) => stale.push(stream));
  gets.saw('S', 9);
  return { stale, ...gets };
}

test('an empty answer is stale where the leader has what was known to be stored', () => {
  const { stale, ask, settle } = setting();
  ask('S', 'a', 5)(end());
  settle('S', 'a', message(7));
  settle('S', 'a', message(7));
  assert.deepEqual(stale, ['S']);
});

test('an answer that ends too early is stale, whoever shows what it had not', () => {
  const { stale, ask, settle } = setting();
  ask('S', 'a', 5)(end(5, 6));
  ask('S', 'a', 7)(end(8));
  settle('S', 'a', message(9));
  assert.deepEqual(stale, ['S', 'S']);
});

test('what came after the question was asked makes no answer stale', () => {
  const { stale, ask, saw, settle } = setting();
  const take = ask('S', 'a', 5);
  saw('S', 12);
  take(end());
  settle('S', 'a', message(12));
  assert.deepEqual(stale, []);
});

test('an answer that its limit ended, or that the leader confirms, is not stale', () => {
  const { stale, ask, settle } = setting();
  ask('S', 'a', 5)({ messages: [message(5)], isEnd: false });
  settle('S', 'a', message(6));
  ask('S', 'a', 7)(end());
  settle('S', 'a', undefined);
  settle('S', 'a', message(9));
  assert.deepEqual(stale, []);
});

test('of streams that were not heard of, and of subjects that are another, nothing is said', () => {
  const { stale, ask, settle } = setting();
  ask('T', 't', 1)(end());
  settle('T', 't', message(1));
  ask('S', 'a', 5)(end());
  settle('S', 'b', message(7));
  assert.deepEqual(stale, []);
});
