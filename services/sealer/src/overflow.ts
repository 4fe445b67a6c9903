import { streams } from '@trunkline/contracts';
import {
  asTrunklineError,
  createOverflowing,
  createPortalShare,
  noTotals,
  type Overflowing,
  openOverflowStore,
  type Runtime,
  readRecorded,
  watchStreamSize,
} from '@trunkline/runtime';
import type { SealerSettings } from './config.ts';

/** What is above a portal's share of OUTBOX goes to the object store: told in metrics and in the log. */
export function overflowOf(runtime: Runtime<SealerSettings>): Overflowing {
  const { bus, nats, log, metrics, signal, config } = runtime;
  const help = 'Sealed messages above the share of their portal, by whether the object store took them.';
  const overflowed = metrics.counter('trunkline_overflowed_messages_total', help, ['outcome']);
  for (const outcome of ['stored', 'refused']) overflowed.add(0, { outcome });
  const told = (what: string) => (error: unknown) => log.warn(what, { code: asTrunklineError(error).code, error });
  const outbox = watchStreamSize(nats, {
    ...{ stream: streams.outbox, signal, onTrouble: told('The size of OUTBOX is not known yet') },
  });
  runtime.run('size of OUTBOX', outbox.watching);
  const share = createPortalShare({
    bytes: () => {
      const maxBytes = outbox.maxBytes();
      return maxBytes === undefined ? undefined : (maxBytes * config.PORTAL_OUTBOX_PERCENT) / 100;
    },
    readDone: async (lane) => {
      const { cursors } = await readRecorded(bus, lane);
      return new Map(cursors.map(({ portalId, doneTotals }) => [portalId, doneTotals ?? noTotals]));
    },
    now: () => performance.now(),
    onTrouble: told('What portals have is read again later'),
  });
  return createOverflowing({
    ...{ store: openOverflowStore(nats, bus), share, now: () => performance.now() },
    onOverflowed: () => overflowed.add(1, { outcome: 'stored' }),
    onRefused: (error) => {
      overflowed.add(1, { outcome: 'refused' });
      told('The object store does not take what is above the share of a portal: it stays in OUTBOX')(error);
    },
  });
}
