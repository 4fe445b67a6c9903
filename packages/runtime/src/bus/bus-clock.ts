import type { NatsConnection } from '@nats-io/transport-node';
import { pause } from '../deadline.ts';
import { TrunklineError } from '../errors.ts';
import { busError } from './bus-error.ts';
import type { Clock } from './ports.ts';

/** How far the wall clock of this process is off that of the bus, which stamps all that is stored. */
export interface BusClock {
  /** Milliseconds that it is ahead; below 0: behind; undefined before the bus has told its time. From memory. */
  aheadMs(): number | undefined;
  /** Asks the bus for its time every few seconds, until the signal. Never rejects. */
  follow(signal: AbortSignal): Promise<void>;
}

/** What {@link createBusClock} needs. */
export interface BusClockOptions {
  /** The bus' time, in milliseconds since 1970. */
  readonly ask: () => Promise<number>;
  readonly clock: Pick<Clock, 'now' | 'wallMs'>;
  /** Hears after each question how far the clock is off, whether it was answered or not. Must not throw. */
  readonly onLook?: (aheadMs: number | undefined) => void;
}

const timeoutMs = 2_000;
const askEveryMs = 10_000;

/**
 * Makes it. Between two answers the bus' time goes on by the clock that never goes back: a wall clock that jumps is seen to be
 * wrong at once.
 */
export function createBusClock({ ask, clock, onLook = () => {} }: BusClockOptions): BusClock {
  /** The bus' time when the other clock was at 0. */
  let originMs: number | undefined;
  const aheadMs = () => (originMs === undefined ? undefined : Math.round(clock.wallMs() - clock.now() - originMs));
  const look = async () => {
    const askedAtMs = clock.now();
    const busMs = await ask();
    // It looked at its clock between question and answer.
    originMs = busMs - (askedAtMs + clock.now()) / 2;
  };
  return {
    aheadMs,
    follow: async (signal) => {
      while (!signal.aborted) {
        // Whoever works on the bus tells that it does not answer.
        await look().catch(() => {});
        onLook(aheadMs());
        await pause(askEveryMs, signal);
      }
    },
  };
}

/** The time of the server that leads a stream, in milliseconds since 1970. Rejects when it does not answer. */
export async function askBusTime(nats: NatsConnection, stream: string): Promise<number> {
  let answer: { readonly ts?: string };
  try {
    answer = (await nats.request(`$JS.API.STREAM.INFO.${stream}`, '', { timeout: timeoutMs })).json();
  } catch (error) {
    throw busError(error);
  }
  const busMs = Date.parse(answer.ts ?? '');
  if (Number.isNaN(busMs)) throw new TrunklineError('unavailable', `NATS does not tell its time with ${stream}`);
  return busMs;
}
