import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogger } from '../log.ts';
import { createMetrics } from '../metrics.ts';
import type { Runtime } from '../service.ts';
import { countFenced, laneEvents } from './work-lanes.ts';

test('items set aside are counted from nothing, so that the first one is an increase', async () => {
  const metrics = createMetrics({ service: 'sealer', measuresProcess: false });
  const log = createLogger({ service: 'sealer', instance: 'one', level: 'silent' });
  const events = laneEvents({ log, metrics } as Runtime<unknown>, 'seal');
  const parked = async () => /^trunkline_lane_parked_total\{worker="seal",.*\} (\d+)$/m.exec(await metrics.text())?.[1];
  assert.equal(await parked(), '0');
  events.parked?.({ lane: 3, position: { sequence: 7, index: 0, output: 0 }, error: new Error('no fact') });
  assert.equal(await parked(), '1');
});

test('a write that another owner made impossible is counted by where it was; a refused lease is no write', async () => {
  const metrics = createMetrics({ service: 'sealer', measuresProcess: false });
  const log = createLogger({ service: 'sealer', instance: 'one', level: 'silent' });
  const count = countFenced(metrics);
  for (const subject of ['outbox.3.p1', 'outbox.4.p2', '$KV.owners.sealer.3']) count(subject);
  laneEvents({ log, metrics } as Runtime<unknown>, 'seal').fenced?.({ lane: 3 });
  const lines = (await metrics.text()).matchAll(/^trunkline_lane_fenced_total\{place="(\w+)",.*\} (\d+)$/gm);
  assert.deepEqual(Object.fromEntries([...lines].map(([, place, sum]) => [place, sum])), { outbox: '2', record: '1' });
});
