import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConnectorError } from '../connector-error.ts';
import { verdictOf } from './verdict.ts';

const wait = (attempt: number, isGuess: boolean, retryAfterMs = 6_000) => {
  const error = new ConnectorError('retry_after', 'slow down', { retryAfterMs, isGuess, scope: 'conversation' });
  const verdict = verdictOf(error, { attempt, isRepeatable: false, random: 0 });
  return verdict.next === 'wait' ? verdict.delayMs : verdict.next;
};

test('what the platform asks for is waited exactly; a guess doubles with each try, up to an hour', () => {
  assert.deepEqual(
    [1, 2, 3].map((attempt) => wait(attempt, false)),
    [6_000, 6_000, 6_000],
  );
  assert.deepEqual(
    [1, 2, 3, 40].map((attempt) => wait(attempt, true)),
    [6_000, 12_000, 24_000, 3_600_000],
  );
});

const hourMs = 3_600_000;

test('a platform that asks for days is obeyed, up to the longest that any asks for', () => {
  assert.equal(wait(1, false, 26 * hourMs), 26 * hourMs);
  assert.equal(wait(1, false, 7 * 24 * hourMs), 7 * 24 * hourMs);
  assert.equal(wait(1, false, Number.MAX_SAFE_INTEGER), 7 * 24 * hourMs);
});

test('what is guessed to last for an hour may last for a day', () => {
  assert.deepEqual(
    [1, 2, 3, 40].map((attempt) => wait(attempt, true, hourMs)),
    [hourMs, 2 * hourMs, 4 * hourMs, 24 * hourMs],
  );
});
