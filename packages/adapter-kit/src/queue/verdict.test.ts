import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConnectorError } from '../connector-error.ts';
import { verdictOf } from './verdict.ts';

const wait = (attempt: number, isGuess: boolean) => {
  const error = new ConnectorError('retry_after', 'slow down', { retryAfterMs: 6_000, isGuess, scope: 'conversation' });
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
