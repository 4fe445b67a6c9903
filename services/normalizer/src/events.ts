import type { Committed, LaneAlarm, Runtime } from '@trunkline/runtime';
import type { WorkerTroubles } from './consume/work-lane.ts';
import type { Decided } from './domain/decide.ts';
import type { Outcome } from './domain/tally.ts';

/** Logs and metrics of the normalizer. */
export interface NormalizerEvents {
  /** One line a micro-batch, and its counters. */
  normalized(decided: Decided, committed: Committed): void;
  readonly troubles: WorkerTroubles;
}

/** Makes the logs and metrics; once a service. */
export function normalizerEvents({
  log,
  metrics,
  health,
}: Pick<Runtime<unknown>, 'log' | 'metrics' | 'health'>): NormalizerEvents {
  const events = metrics.counter(
    'trunkline_normalizer_events_total',
    'Channel events by what became of them: accepted = normalized + repeated + parked + what is held.',
    ['outcome'],
  );
  const held = metrics.gauge(
    'trunkline_normalizer_held_events',
    'Events that went into a hold here and have not left it here.',
  );
  const items = metrics.counter('trunkline_normalizer_items_total', 'Items that entered, by kind.', ['kind']);
  const imbalance = metrics.gauge(
    'trunkline_channel_imbalance',
    'Accepted events of a channel that are neither normalized, repeated, parked nor held. Never anything but absent.',
    ['channel'],
  );
  const alarms = metrics.counter('trunkline_lane_alarms_total', 'Lanes that stopped until a person looks.', ['alarm']);

  return {
    normalized: ({ tally, imbalances }, { lane, items: count, outputs, durationMs }) => {
      for (const outcome of ['accepted', 'normalized', 'repeated', 'parked'] satisfies Outcome[]) {
        if (tally.events[outcome] > 0) events.add(tally.events[outcome], { outcome });
      }
      held.add(tally.events.held - tally.events.released);
      for (const [kind, number] of Object.entries(tally.items)) items.add(number, { kind });
      for (const [channel, sum] of imbalances) {
        imbalance.set(sum, { channel });
        log.error('A channel does not balance: a person must look', { channel, imbalance: sum });
      }
      log.info('Micro-batch normalized', { lane, items: count, facts: outputs, durationMs, ...tally.events });
    },
    troubles: {
      failed: (worker, lane, error) =>
        log.warn('A worker of a lane failed and is tried again', { worker, lane, error }),
      doorLeftOpen: (error) => log.warn('The door of a lane that stopped cannot be closed yet', { error }),
      stopped: (worker, lane, alarm: LaneAlarm) => {
        alarms.add(1, { alarm: alarm.alarm });
        health.set(`lane ${lane} of ${worker}`, alarm.message);
        log.error('A worker of a lane stopped: a person must look', { worker, lane, alarm: alarm.alarm, error: alarm });
      },
    },
  };
}
