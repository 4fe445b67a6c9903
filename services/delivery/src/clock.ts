import { streams } from '@trunkline/contracts';
import { askBusTime, createBusClock, machineClock, type Runtime } from '@trunkline/runtime';

/** Compares our clock with that of the bus until the service ends, and shows how far it is off. */
export function watchClock({
  nats,
  metrics,
  now,
  run,
  signal,
}: Pick<Runtime<unknown>, 'nats' | 'metrics' | 'now' | 'run' | 'signal'>): void {
  const help = "How far the instance's clock is ahead of that of NATS; below 0: behind.";
  const ahead = metrics.gauge('trunkline_delivery_clock_ahead_seconds', help);
  const clock = createBusClock({
    ask: () => askBusTime(nats, streams.outbox),
    clock: { now: machineClock.now, wallMs: now },
    onLook: (aheadMs = 0) => ahead.set(aheadMs / 1_000),
  });
  run('clock', clock.follow(signal));
}
