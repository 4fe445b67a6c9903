import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tellers } from './full-disk.ts';

test('who says something is counted once', () => {
  assert.deepEqual(tellers(['sealer-1 is degraded: {}', 'sealer-1 is ok', 'delivery-2 is degraded: {}']), [
    'sealer-1',
    'delivery-2',
  ]);
});
