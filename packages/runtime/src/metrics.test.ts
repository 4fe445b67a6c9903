import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMetrics, mergedText } from './metrics.ts';

test('two services of one process measure under the same name and are told apart in one text', async () => {
  const [a, b] = [
    createMetrics({ service: 'a', measuresProcess: false }),
    createMetrics({ service: 'b', measuresProcess: false }),
  ];
  a.counter('items_total', 'Items.', ['kind']).add(2, { kind: 'x' });
  b.counter('items_total', 'Items.', ['kind']).add(5, { kind: 'x' });
  b.histogram('work_seconds', 'Work.').observe(0.02);
  const text = await mergedText([a, b]);
  assert.match(text, /items_total\{[^}]*service="a"[^}]*\} 2/);
  assert.match(text, /items_total\{[^}]*service="b"[^}]*\} 5/);
  assert.equal(text.match(/# TYPE items_total/g)?.length, 1);
  assert.match(text, /work_seconds_bucket/);
});

test('asking for a metric again gives the same one; another kind under its name is refused', async () => {
  const metrics = createMetrics({ service: 'a', measuresProcess: false });
  metrics.gauge('lag', 'Lag.', ['portal']).set(3, { portal: 'p' });
  metrics.gauge('lag', 'Lag.', ['portal']).add(1, { portal: 'p' });
  assert.match(await metrics.text(), /lag\{portal="p",service="a"\} 4/);
  metrics.gauge('lag', 'Lag.', ['portal']).remove({ portal: 'p' });
  assert.doesNotMatch(await metrics.text(), /lag\{/);
  assert.throws(() => metrics.counter('lag', 'Lag.'), /another kind/);
});

test('the process is measured where it is wanted', async () => {
  const metrics = createMetrics({ service: 'a' });
  assert.match(await metrics.text(), /process_cpu_seconds_total\{service="a"\}/);
  metrics.close();
});
