import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createProgress } from './progress.mjs';

test('what is dropped or done stands no longer in the line of what is under way', () => {
  let written = '';
  const terminal = { isTTY: true, columns: 80, write: (text: string) => (written += text) };
  const progress = createProgress(terminal as unknown as NodeJS.WriteStream);
  progress.update('nats', '1 of 7 MB');
  progress.update('kafka', '2 of 44 MB');
  progress.drop('nats');
  progress.done('libraries', 'installed');

  assert.equal(written.split('\r\x1b[K').at(-1), 'kafka 2 of 44 MB');
});
