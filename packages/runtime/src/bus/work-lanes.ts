import type { SpanName } from '@trunkline/contracts';
import { asTrunklineError } from '../errors.ts';
import type { CounterMetric, Metrics } from '../metrics.ts';
import type { Runtime } from '../service.ts';
import { LaneAlarm } from './alarm.ts';
import type { LaneWork } from './held-lane.ts';
import type { LaneEvents } from './lane-events.ts';
import { runLanes } from './lease.ts';
import type { InputItem } from './ports.ts';

/**
 * Runs a service's work on each lane that this instance owns, until the service ends; what fails stands in the log and in
 * `trunkline_lanes_owned`, `trunkline_lane_owner_changes_total` and `trunkline_lane_alarms_total`. Lanes may be fewer than
 * the instance's: one, where one is enough.
 * Called once, in `start`.
 */
export function workLanes(runtime: Runtime<unknown>, work: LaneWork, lanes = runtime.lanes): void {
  const { nats, bus, service, instance, signal, log, metrics, health } = runtime;
  const owned = metrics.gauge('trunkline_lanes_owned', 'Lanes that this instance works on.');
  const alarms = metrics.counter('trunkline_lane_alarms_total', 'Lanes that stopped until a person looks.', ['alarm']);
  const changes = metrics.counter('trunkline_lane_owner_changes_total', 'Lanes that this instance took.');
  changes.add(0);
  let former: readonly number[] = [];
  const onOwned = (now: readonly number[]) => {
    owned.set(now.length);
    changes.add(now.filter((lane) => !former.includes(lane)).length);
    former = now;
    log.info('Lanes owned', { lanes: now });
  };
  const onTrouble = (error: unknown, lane?: number) => {
    if (error instanceof LaneAlarm) {
      alarms.add(1, { alarm: error.alarm });
      health.set(`lane ${lane ?? 'any'}`, error.message);
      log.error('A lane stopped: a person must look', { lane, alarm: error.alarm, error });
    } else {
      log.warn('A lane is in trouble and is tried again', { lane, code: asTrunklineError(error).code, error });
    }
  };
  const options = { nats, bus, service, instance, lanes, signal, onOwned, onTrouble };
  runtime.run('lanes', runLanes(options, work));
}

/** Counts publishes of a lane that were refused because somebody else wrote there; refused leases are no writes. Made once. */
export function countFenced(metrics: Metrics): (subject: string) => void {
  const fenced = fencedOf(metrics);
  return (subject) => {
    const [place = ''] = subject.split('.');
    if (place !== '$KV') fenced.add(1, { place });
  };
}

function fencedOf(metrics: Metrics): CounterMetric {
  const help = 'Writes of a lane that were refused because another owner wrote there.';
  return metrics.counter('trunkline_lane_fenced_total', help, ['place']);
}

/**
 * Logs and counts what a stage or keyed log does: one line a micro-batch, `trunkline_lane_items_total`,
 * `trunkline_lane_parked_total`. Made once for each, in `start`.
 */
export function laneEvents({ log, metrics }: Runtime<unknown>, worker: string): LaneEvents {
  const labels = { worker };
  const items = metrics.counter('trunkline_lane_items_total', 'Items decided or written.', ['worker']);
  const parked = metrics.counter('trunkline_lane_parked_total', 'Items that could not be decided.', ['worker']);
  const seconds = metrics.histogram('trunkline_lane_batch_seconds', 'Time of a micro-batch.', {
    labelNames: ['worker'],
  });
  const fenced = fencedOf(metrics);
  // A counter that is born with its first item shows no increase: the alert would miss it.
  parked.add(0, labels);
  return {
    tookOver: ({ lane, epoch, position }) => log.info('Lane taken over', { worker, lane, epoch, position }),
    committed: ({ lane, items: count, outputs, durationMs }) => {
      items.add(count, labels);
      seconds.observe(durationMs / 1_000, labels);
      log.debug('Micro-batch done', { worker, lane, items: count, outputs, durationMs });
    },
    waiting: ({ lane, error, delayMs }) => log.warn('Lane waits for a server', { worker, lane, delayMs, error }),
    stuck: ({ lane, error, failures }) => log.error('Lane stands still', { worker, lane, failures, error }),
    parked: ({ lane, position, error }) => {
      parked.add(1, labels);
      log.warn('An item was parked', { worker, lane, position, error });
    },
    fenced: () => fenced.add(1, { place: 'record' }),
    ended: ({ lane, reason }) => log.info('Lane given up', { worker, lane, reason }),
  };
}

const linksMax = 100;

/**
 * Runs each micro-batch in one span, linked to the traces of its items; in none where nothing is sampled. `traceparentOf`
 * reads an item's, and may throw on what is no item. Made once for each stage and keyed log, in `start`.
 */
export function laneSpans(
  { tracing }: Runtime<unknown>,
  name: SpanName,
  traceparentOf: (bytes: Uint8Array) => string,
): <T>(items: readonly InputItem[], run: () => Promise<T>) => Promise<T> {
  return async (items, run) => {
    const links = items.map(({ bytes }) => tracedBy(bytes, traceparentOf)).filter((text) => text !== '');
    if (links.length === 0) return await run();
    const attributes = { 'messaging.batch.message_count': items.length };
    return await tracing.span(name, { kind: 'consumer', links: links.slice(0, linksMax), attributes }, run);
  };
}

/** What is no item at all has no trace either: whoever decides it will park it. */
function tracedBy(bytes: Uint8Array, traceparentOf: (bytes: Uint8Array) => string): string {
  try {
    return traceparentOf(bytes);
  } catch {
    return '';
  }
}
