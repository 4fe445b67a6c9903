import assert from 'node:assert/strict';
import { test } from 'node:test';
import { graphCodes, graphError } from './graph-refusal.ts';

const codeOf = graphCodes({ recipient_invalid: ['100/33'], content_invalid: ['100'], retry_after: ['4'] });
const rows = [
  [{ code: 100, subcode: 33, status: 400 }, 'recipient_invalid'],
  [{ code: 100, subcode: 7, status: 400 }, 'content_invalid'],
  [{ code: 4, status: 400 }, 'retry_after'],
  [{ code: 230, status: 400 }, 'permission'],
  [{ code: 9_999, status: 429 }, 'retry_after'],
  [{ code: 9_999, status: 401 }, 'auth_revoked'],
  [{ code: 9_999, status: 403 }, 'permission'],
  [{ code: 9_999, status: 500 }, 'transient'],
  [{ code: 9_999, status: 400 }, 'content_invalid'],
] as const;
for (const [failure, code] of rows) {
  test(`refusal ${JSON.stringify(failure)} is ${code}`, () => {
    assert.equal(codeOf({ ...failure, message: 'no' }), code);
  });
}

test('a pause is as long as the platform says, else as long as it is guessed', () => {
  const failure = { code: 17, subcode: 2, status: 400, message: 'slow down' };
  const pause = { guessMs: 60_000, scope: 'conversation' } as const;
  const { retryAfterMs, isGuess, scope, platformCode } = graphError('retry_after', failure, pause);
  assert.deepEqual([retryAfterMs, isGuess, scope, platformCode], [60_000, true, 'conversation', '17/2']);
  assert.equal(
    graphError('retry_after', { ...failure, code: 4 }, pause).scope,
    'app',
    'a limit of the app is never one of less',
  );
  const told = graphError('retry_after', { ...failure, regainMs: 5 }, pause);
  assert.deepEqual([told.retryAfterMs, told.isGuess], [5, false]);
  assert.equal(graphError('permission', failure, pause).retryAfterMs, undefined);
});
