import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newToken, readToken, writeToken } from './token.ts';

const token = newToken('script', 1_000);
const written = writeToken(token, 'c-1', 'key');

test('a token is read as it was given out', () => assert.deepEqual(readToken(written, 'c-1', 'key'), token));

test('a token of another key or channel, a changed one, half of one and none are no tokens', () => {
  const [content = '', signature = ''] = written.split('.');
  const longer = Buffer.from(`${token.id} 0 99999999999999 script`).toString('base64url');
  for (const forged of [`${longer}.${signature}`, content, `.${signature}`, '', 'a.b.c', `${written}x`, `${content}.`])
    assert.equal(readToken(forged, 'c-1', 'key'), undefined, forged);
  assert.equal(readToken(written, 'c-2', 'key'), undefined);
  assert.equal(readToken(written, 'c-1', 'other'), undefined);
});
