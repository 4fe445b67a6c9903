import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMetrics, mergedText } from './metrics.ts';

test('two services of one process measure under the same name and are told apart in one text', async () => {
  const [a, b] = [
    createMetrics({ service: 'a', measuresProcess: false }),
    createMetrics({ service: 'b', measuresProcess: false }),
  ];
  a.counter('trunkline_lane_items_total', 'Items.', ['kind']).add(2, { kind: 'x' });
  b.counter('trunkline_lane_items_total', 'Items.', ['kind']).add(5, { kind: 'x' });
  b.histogram('trunkline_send_seconds', 'Work.').observe(0.02);
  const text = await mergedText([a, b]);
  assert.match(text, /trunkline_lane_items_total\{[^}]*service="a"[^}]*\} 2/);
  assert.match(text, /trunkline_lane_items_total\{[^}]*service="b"[^}]*\} 5/);
  assert.equal(text.match(/# TYPE trunkline_lane_items_total/g)?.length, 1);
  assert.match(text, /trunkline_send_seconds_bucket/);
});

test('asking for a metric again gives the same one; another kind under its name is refused', async () => {
  const metrics = createMetrics({ service: 'a', measuresProcess: false });
  metrics.gauge('trunkline_channel_imbalance', 'Imbalance.', ['channel']).set(3, { channel: 'p' });
  metrics.gauge('trunkline_channel_imbalance', 'Imbalance.', ['channel']).add(1, { channel: 'p' });
  assert.match(await metrics.text(), /trunkline_channel_imbalance\{channel="p",service="a"\} 4/);
  metrics.gauge('trunkline_channel_imbalance', 'Imbalance.', ['channel']).remove({ channel: 'p' });
  assert.doesNotMatch(await metrics.text(), /trunkline_channel_imbalance\{/);
  assert.throws(() => metrics.counter('trunkline_channel_imbalance', 'Imbalance.'), /another kind/);
});

test('the process is measured where it is wanted', async () => {
  const metrics = createMetrics({ service: 'a' });
  assert.match(await metrics.text(), /process_cpu_seconds_total\{service="a"\}/);
  metrics.close();
});
