import type { TenantEntry } from '@trunkline/contracts';
import { z } from 'zod';
import { TrunklineError } from '../errors.ts';
import type { Runtime } from '../service.ts';
import { createTokenBucket, type Pace, type TokenBucket } from './token-bucket.ts';

/** Keeps one tenant's flood from filling what all tenants share. */
export interface TenantRates {
  /** Takes one token of the tenant; throws `rate_limited`, with the time to wait, when there is none. */
  take(tenantId: string): void;
}

/** What {@link createTenantRates} wants. */
export interface TenantRatesOptions {
  /** For tenants that have no rate of their own. */
  readonly usual: Pace;
  /** A tenant as the directory has it now: its own rate is obeyed as soon as it is known. */
  readonly tenant: (tenantId: string) => TenantEntry | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Hears of each refusal. */
  readonly onRefused?: (tenantId: string) => void;
}

/** Settings of a service that takes what comes from outside. */
export const tenantRateSettings = {
  TENANT_PER_SECOND: z.coerce
    .number()
    .min(0)
    .max(100_000)
    .default(500)
    .describe('Hook calls or submissions a second that one tenant may send to this instance; 0: no limit.'),
  TENANT_BURST: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .default(5_000)
    .describe('How many of them one tenant may send at once after a rest.'),
};

/** What {@link tenantRateSettings} read. */
export interface TenantRateConfig {
  readonly TENANT_PER_SECOND: number;
  readonly TENANT_BURST: number;
}

/** The rates of a service, by its settings and the directory; refusals are counted. */
export function tenantRatesOf({
  config,
  directory,
  metrics,
  now,
}: Pick<Runtime<TenantRateConfig>, 'config' | 'directory' | 'metrics' | 'now'>): TenantRates {
  const refused = metrics.counter('trunkline_rate_limited_total', 'Calls refused because their tenant sends too fast.');
  refused.add(0);
  return createTenantRates({
    usual: { perSecond: config.TENANT_PER_SECOND, burst: config.TENANT_BURST },
    ...{ tenant: directory.tenant, now, onRefused: () => refused.add() },
  });
}

const mostBuckets = 10_000;

/** A token bucket a tenant. Does no input or output. */
export function createTenantRates({ usual, tenant, now, onRefused }: TenantRatesOptions): TenantRates {
  const buckets = new Map<string, { readonly pace: Pace; readonly bucket: TokenBucket }>();
  const bucketOf = (tenantId: string, nowMs: number): TokenBucket => {
    const { perSecond, burst } = paceOf(tenant(tenantId), usual);
    const known = buckets.get(tenantId);
    if (known !== undefined && known.pace.perSecond === perSecond && known.pace.burst === burst) return known.bucket;
    if (buckets.size >= mostBuckets) forgetIdle(buckets, nowMs);
    const pace = { perSecond, burst };
    const bucket = createTokenBucket(pace);
    buckets.set(tenantId, { pace, bucket });
    return bucket;
  };
  return {
    take: (tenantId) => {
      const nowMs = now();
      const bucket = bucketOf(tenantId, nowMs);
      const waitMs = bucket.readyAtMs(nowMs) - nowMs;
      if (waitMs <= 0) return bucket.take(nowMs);
      onRefused?.(tenantId);
      throw new TrunklineError('rate_limited', `tenant ${tenantId} comes faster than it may`, {
        publicMessage: 'The organization sends faster than it may.',
        remedy: 'Send again after the time that is told, and more slowly. An administrator can raise the rate.',
        retry: { afterMs: Math.max(waitMs, 1_000) },
        certain: true,
      });
    },
  };
}

function paceOf(entry: TenantEntry | undefined, usual: Pace): Pace {
  const { perSecond = 0, burst = 0 } = entry?.rate ?? {};
  return perSecond === 0 ? usual : { perSecond, burst: burst || perSecond };
}

/** A full bucket says the same as a new one. */
function forgetIdle(buckets: Map<string, { readonly bucket: TokenBucket }>, nowMs: number): void {
  for (const [tenantId, { bucket }] of buckets) if (bucket.isIdle(nowMs)) buckets.delete(tenantId);
}
