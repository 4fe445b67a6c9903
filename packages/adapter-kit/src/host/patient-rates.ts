import { asTrunklineError, pause, retryAfterMsOf, type TenantRates } from '@trunkline/runtime';

/** Rates that wait instead of refusing. */
export interface PatientRates {
  /** Takes one token of the tenant, or waits for one as long as a platform does. Rejects only while far too many wait. */
  take(tenantId: string): Promise<void>;
}

/** A platform that calls one address for several accounts waits longer than this. */
const longestMs = 2_000;
const leastMs = 100;
const mostWaiting = 200;

/**
 * Makes the rates of addresses that tenants share: a call refused for one tenant would fail for all, and a platform that hears
 * refusals long enough calls no more. Who sends too fast is slowed down, by the platform's own limit of open calls.
 */
export function createPatientRates(rates: TenantRates): PatientRates {
  const waiting = new Map<string, number>();
  const waitAsLong = async (tenantId: string) => {
    for (let leftMs = longestMs; leftMs > 0; ) {
      const afterMs = triedAfterMs(() => rates.take(tenantId));
      if (afterMs === 0) return;
      const waitMs = Math.min(afterMs, leftMs);
      await pause(waitMs, unending);
      leftMs -= waitMs;
    }
  };
  return {
    take: async (tenantId) => {
      const count = waiting.get(tenantId) ?? 0;
      if (count >= mostWaiting) return rates.take(tenantId);
      waiting.set(tenantId, count + 1);
      try {
        await waitAsLong(tenantId);
      } finally {
        const left = (waiting.get(tenantId) ?? 1) - 1;
        if (left === 0) waiting.delete(tenantId);
        else waiting.set(tenantId, left);
      }
    },
  };
}

/** It ends by itself, soon. */
const unending = new AbortController().signal;

/** 0: it went well. */
function triedAfterMs(take: () => void): number {
  try {
    take();
    return 0;
  } catch (error) {
    return Math.max(retryAfterMsOf(asTrunklineError(error)) ?? 0, leastMs);
  }
}
