import type { Health } from '../health.ts';
import { createConfirmations } from './confirmations.ts';

/** Says how NATS is doing, as the part `nats` of a service's health. */
export interface BusHealth {
  /** Whether the server can be reached, whenever that changes. */
  readonly reachable: (isReachable: boolean) => void;
  /** A publish could be taken, or not. */
  readonly published: (subject: string, isTaken: boolean) => void;
}

/** Made once for each service. Does no input or output; a timer of it keeps no process. */
export function createBusHealth(health: Pick<Health, 'set'>): BusHealth {
  let isAway = false;
  let silent: readonly string[] = [];
  const tell = () => health.set('nats', isAway ? 'NATS cannot be reached.' : silentTold(silent));
  const confirmations = createConfirmations({
    onChange: (places) => {
      silent = places;
      tell();
    },
    now: () => performance.now(),
    after: (ms, call) => {
      const timer = setTimeout(call, ms).unref();
      return () => clearTimeout(timer);
    },
  });
  return {
    reachable: (isReachable) => {
      isAway = !isReachable;
      confirmations.forget();
      tell();
    },
    published: confirmations.heard,
  };
}

function silentTold(places: readonly string[]): string | undefined {
  if (places.length === 0) return undefined;
  return `NATS takes nothing of what is written to ${places.join(', ')}: its log says why. If its disk was full, give it room, then start nats-server anew.`;
}
