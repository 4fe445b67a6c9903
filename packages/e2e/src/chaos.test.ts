import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

const seconds = 15;
/** It holds kills of services, owners that sleep past their lease, a full stream, bad wires and a wrong clock. */
const seed = 5;

test('a quarter of a minute of everything that can break: nothing is lost, nothing is out of order', async () => {
  const words = ['scripts/chaos.ts', '--seconds', String(seconds), '--seed', String(seed), '--portals', '8'];
  const { stdout } = await promisify(execFile)(process.execPath, words, {
    cwd: new URL('../../..', import.meta.url),
    timeout: 400_000,
    maxBuffer: 8 * 1024 * 1024,
  });
  const last = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '{}') as Record<string, number>;
  assert.deepEqual([last.lost, last.out_of_order, last.seed], [0, 0, seed], stdout);
  assert.equal(last.sent, 100 * seconds);
  assert.ok((last.kills ?? 0) > 0, `nothing was killed:\n${stdout}`);
});
