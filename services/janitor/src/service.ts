import { asTrunklineError, defineService, runJanitor, workLanes } from '@trunkline/runtime';
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
    const work = ({ signal }: { readonly signal: AbortSignal }) =>
      runJanitor({
        ...{ nats, bus, now, signal, connectors: settings.CONNECTORS, keepMs: settings.KEEP_HOURS * 60 * 60_000 },
        onRoom: (fullness, isOpen) => {
          open.set(isOpen ? 1 : 0);
          for (const [stream, share] of fullness) full.set(share, { stream });
        },
        onCleared: (cleared) => log.info('Stream cleared', { ...cleared }),
        onTrouble: (error) => log.warn('The janitor tries again', { code: asTrunklineError(error).code, error }),
      });
    workLanes(runtime, work, [0]);
  },
});
