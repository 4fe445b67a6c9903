import { streams } from '@trunkline/contracts';
import { askBusTime, createBusClock, machineClock, type Runtime } from '@trunkline/runtime';

/** Whether events may be given up for their age. */
export interface ExpiryClock {
  /** False while our clock is off that of the bus, which stamped them, or was not compared with it yet. From memory. */
  readonly mayExpire: () => boolean;
}

/** What a portal keeps its events for: for ever, as long as nothing may expire. Allocates nothing while it may. Pure. */
export function keptFor<T extends { readonly retentionMs: number }>(settings: T, { mayExpire }: ExpiryClock): T {
  return mayExpire() ? settings : { ...settings, retentionMs: Number.POSITIVE_INFINITY };
}

/** Further off, and a clock gives up nothing: what it kept too long may still be taken. */
const trustedMs = 60_000;

/** Compares our clock with that of the bus until the service ends, and shows how far it is off. */
export function watchClock({
  nats,
  metrics,
  now,
  run,
  signal,
}: Pick<Runtime<unknown>, 'nats' | 'metrics' | 'now' | 'run' | 'signal'>): ExpiryClock {
  const help = "How far the instance's clock is ahead of that of NATS; below 0: behind.";
  const ahead = metrics.gauge('trunkline_delivery_clock_ahead_seconds', help);
  const clock = createBusClock({
    ask: () => askBusTime(nats, streams.outbox),
    clock: { now: machineClock.now, wallMs: now },
    onLook: (aheadMs = 0) => ahead.set(aheadMs / 1_000),
  });
  run('clock', clock.follow(signal));
  return { mayExpire: () => Math.abs(clock.aheadMs() ?? Number.POSITIVE_INFINITY) <= trustedMs };
}
