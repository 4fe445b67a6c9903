import type { Logger } from './log.ts';
import type { Metrics } from './metrics.ts';

/** How a service is doing. */
export interface Health {
  /** Says that a part is not well, and why ("NATS cannot be reached"); undefined: it is well again. */
  set(part: string, reason: string | undefined): void;
  /** Parts that are not well, with their reasons. */
  readonly reasons: ReadonlyMap<string, string>;
  /** True while it serves: it is started and does not end. */
  readonly isReady: boolean;
}

/** The same as the host holds it. */
export interface HeldHealth extends Health {
  setReady(isReady: boolean): void;
}

/** Makes the health of one service: each change is one log line and one gauge. */
export function createHealth(log: Logger, metrics: Metrics): HeldHealth {
  const reasons = new Map<string, string>();
  const degraded = metrics.gauge('trunkline_degraded', '1 while a part of the service is not well.', ['part']);
  const ready = metrics.gauge('trunkline_ready', '1 while the service serves.');
  let isReady = false;
  ready.set(0);
  return {
    reasons,
    get isReady() {
      return isReady;
    },
    setReady: (value) => {
      isReady = value;
      ready.set(value ? 1 : 0);
    },
    set: (part, reason) => {
      const former = reasons.get(part);
      if (reason === former) return;
      degraded.set(reason === undefined ? 0 : 1, { part });
      if (reason === undefined) {
        reasons.delete(part);
        log.info('Part is well again', { part });
      } else {
        reasons.set(part, reason);
        if (former === undefined) log.warn('Part is not well', { part, reason });
      }
    },
  };
}
