import assert from 'node:assert/strict';
import { test } from 'node:test';
import { growthOf, samplesOf } from './health.ts';

test('a page of metrics is read, with labels and without', () => {
  const page = '# HELP a_total Things.\n# TYPE a_total counter\na_total{lane="1",of="b c"} 3\nb 0.5\n';
  assert.deepEqual(samplesOf(page), [
    { name: 'a_total', labels: 'lane="1",of="b c"', value: 3 },
    { name: 'b', labels: '', value: 0.5 },
  ]);
});

test('lanes that were taken are counted over a restart, from nothing', () => {
  const before = new Map([
    ['sealer-1', 4],
    ['sealer-2', 4],
  ]);
  assert.equal(growthOf(before, before), 0);
  assert.equal(growthOf(before, new Map([...before, ['sealer-1', 6]])), 2);
  assert.equal(growthOf(before, new Map([...before, ['sealer-2', 1]])), 1);
});
