import type { LocalStatus } from '../follow/local.ts';
import { type Sample, samplesOf } from './metrics-text.ts';

/** How one instance is doing. */
export interface SeenInstance {
  readonly name: string;
  readonly service: string;
  /** ok, degraded, not ready; or that it does not answer. */
  readonly state: string;
  readonly reasons: readonly string[];
  readonly samples: readonly Sample[];
}

const limitMs = 3_000;

/** Asks every instance under /readyz and /metrics. Never rejects. */
export async function seeInstances({ instances }: LocalStatus): Promise<SeenInstance[]> {
  return await Promise.all(
    instances.map(async ({ service, number, host, metricsPort }) => {
      const about = { name: `${service}-${number}`, service };
      try {
        const [ready, metrics] = await Promise.all([
          ask(`${host}:${metricsPort}/readyz`),
          ask(`${host}:${metricsPort}/metrics`),
        ]);
        const { status, reasons = {} } = JSON.parse(ready) as { status: string; reasons?: Record<string, string> };
        const told = Object.entries(reasons).map(([part, reason]) => `${part}: ${reason}`);
        return { ...about, state: status, reasons: told, samples: samplesOf(metrics) };
      } catch {
        return { ...about, state: 'does not answer', reasons: [], samples: [] };
      }
    }),
  );
}

async function ask(address: string): Promise<string> {
  const response = await fetch(`http://${address}`, { signal: AbortSignal.timeout(limitMs) });
  return await response.text();
}
