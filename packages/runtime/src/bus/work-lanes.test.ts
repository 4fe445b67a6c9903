import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogger } from '../log.ts';
import { createMetrics } from '../metrics.ts';
import type { Runtime } from '../service.ts';
import { laneEvents } from './work-lanes.ts';

test('items set aside are counted from nothing, so that the first one is an increase', async () => {
  const metrics = createMetrics({ service: 'sealer', measuresProcess: false });
  const log = createLogger({ service: 'sealer', instance: 'one', level: 'silent' });
  const events = laneEvents({ log, metrics } as Runtime<unknown>, 'seal');
  const parked = async () => /^trunkline_lane_parked_total\{worker="seal",.*\} (\d+)$/m.exec(await metrics.text())?.[1];
  assert.equal(await parked(), '0');
  events.parked?.({ lane: 3, position: { sequence: 7, index: 0, output: 0 }, error: new Error('no fact') });
  assert.equal(await parked(), '1');
});
