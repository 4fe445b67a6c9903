import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerIn, answerText } from '../../load/answer-mark.ts';
import { answersSeen } from './judge.ts';

const stored = [1, 2, 3].map((number) => ({ portal: 'p1', number, messageId: `m${number}` }));
const sent = (...numbers: readonly number[]) => numbers.map((number) => ({ portal: 'p1', number }));

test('answers that were sent once and in order are no finding', () => {
  assert.deepEqual(answersSeen(stored, sent(1, 2, 3)), { unseen: [], found: [] });
});

test('one that was sent twice is found, and one after a later one', () => {
  assert.match(answersSeen(stored, sent(1, 2, 2, 3)).found.join(), /answer 2 to a client of p1 was sent twice/);
  assert.match(answersSeen(stored, sent(1, 3, 2)).found.join(), /answer 2 to a client of p1 was sent after answer 3/);
});

test('one that never came is unseen: its status must say why', () => {
  assert.deepEqual(
    answersSeen(stored, sent(1, 3)).unseen.map(({ messageId }) => messageId),
    ['m2'],
  );
});

test('the mark of an answer is read back, and no other text has one', () => {
  assert.deepEqual(answerIn(answerText({ portal: 'p12', number: 3 })), { portal: 'p12', number: 3 });
  assert.equal(answerIn('Good afternoon'), undefined);
});
