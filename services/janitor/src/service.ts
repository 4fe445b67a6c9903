import {
  asTrunklineError,
  defineService,
  type LogPort,
  openLags,
  pause,
  type Runtime,
  runJanitor,
  workLanes,
} from '@trunkline/runtime';
import { config } from './config.ts';

/** The janitor: removes from the bus what everybody has read and what is old enough, and closes the doors before it is full. */
export const janitor = defineService({
  name: 'janitor',
  config,
  uses: { bus: true },
  start: async (runtime) => {
    const { nats, bus, now, log, metrics, config: settings } = runtime;
    const open = metrics.gauge('trunkline_door_open', '1 while hook calls and submissions are taken.');
    const full = metrics.gauge('trunkline_stream_fullness', 'How full a stream is, 0 to 1.', ['stream']);
    // One instance works: whoever owns the first lane.
    const work = async ({ signal }: { readonly signal: AbortSignal }) => {
      const measuring = measureLags(runtime, settings.CONNECTORS, signal);
      await runJanitor({
        ...{ nats, bus, now, signal, connectors: settings.CONNECTORS, keepMs: settings.KEEP_HOURS * 60 * 60_000 },
        onRoom: (fullness, isOpen) => {
          open.set(isOpen ? 1 : 0);
          for (const [stream, share] of fullness) full.set(share, { stream });
        },
        onCleared: (cleared) => log.info('Stream cleared', { ...cleared }),
        onTrouble: (error) => log.warn('The janitor tries again', { code: asTrunklineError(error).code, error }),
      });
      await measuring;
    };
    workLanes(runtime, work, [0]);
  },
});

const lagsEveryMs = 10_000;

/** Tells how far each reader of the bus is behind, until the signal. Never rejects. */
async function measureLags(
  { bus, metrics, now, log }: Pick<Runtime<unknown>, 'metrics' | 'now' | 'log'> & { readonly bus: LogPort },
  connectors: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const help = 'Age of the oldest message that a reader has not read.';
  const gauge = metrics.gauge('trunkline_lane_lag_seconds', help, ['reader', 'lane']);
  const lags = openLags(bus, connectors);
  while (!signal.aborted) {
    try {
      for (const { reader, lane, lagMs } of await lags(now())) gauge.set(lagMs / 1_000, { reader, lane });
    } catch (error) {
      log.warn('Lags could not be read, it is tried again', { code: asTrunklineError(error).code, error });
    }
    await pause(lagsEveryMs, signal);
  }
}
