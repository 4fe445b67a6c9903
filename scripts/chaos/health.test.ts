import assert from 'node:assert/strict';
import { test } from 'node:test';
import { growthOf, isAlarm, samplesOf } from './health.ts';

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

test('a line that wants a person is one, unless it is about a portal that said that it is switched off', () => {
  const line = (id: string, reason: string) =>
    JSON.stringify({ msg: 'Portal paused: a person must look', portal: id, reason });
  const gone = new Set(['prt_1']);
  assert.equal(isAlarm(line('prt_1', 'portal_gone'), gone), false);
  assert.equal(isAlarm(line('prt_2', 'portal_gone'), gone), true);
  assert.equal(isAlarm(line('prt_1', 'gap'), gone), true);
  assert.equal(isAlarm('{"msg":"Portal resumed"}', gone), false);
});
