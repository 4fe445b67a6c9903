import assert from 'node:assert/strict';
import { test } from 'node:test';
import { strangeAnswer } from './strange-answer.ts';

test('only where something may have been written is a strange answer an open outcome', () => {
  const codeOf = (status: number, mayHaveWritten: boolean) => strangeAnswer('VK', status, mayHaveWritten).code;
  for (const status of [200, 500, 502, 504]) {
    assert.deepEqual([codeOf(status, true), codeOf(status, false)], ['unknown_outcome', 'transient']);
  }
  for (const status of [302, 404, 503]) assert.equal(codeOf(status, true), 'transient');
  assert.deepEqual([codeOf(429, true), codeOf(413, true)], ['retry_after', 'too_large']);
});
