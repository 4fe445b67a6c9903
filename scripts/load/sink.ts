import { setTimeout as pause } from 'node:timers/promises';
import { createOuterHttp, type OuterHttp } from '../../packages/runtime/src/index.ts';
import { postTo } from '../../services/delivery/src/check/post-batch.ts';
import { runChecks } from '../../services/delivery/src/check/run-checks.ts';
import type { Check } from '../../services/delivery/src/domain/check/check.ts';
import { chainStart } from '../../services/delivery/src/domain/statement.ts';
import { parseLicenceKey } from '../../services/sealer/src/domain/licence-key.ts';
import { checkedPortal } from '../check-portal/checked-portal.ts';
import type { FleetPortal } from './fleet.ts';

/** How long a receiver that is not ours is waited for. */
export interface SinkOptions {
  readonly url: string;
  readonly say: (what: string) => void;
  readonly signal: AbortSignal;
  readonly everyMs?: number;
  readonly limitMs?: number;
}

/** Who reads the keys has to give them to the receiver by hand. */
const limits = { everyMs: 1_000, limitMs: 600_000 };
const timeoutMs = 15_000;

/** Uses up no number of the stream that is to come: what is sent again is handled in spite of its number, and moves no cursor. */
const ready: Check = {
  ...{ name: 'ready', sends: 'one event as a replay would send it', expected: 'taken', should: '200' },
  ...{ why: 'nothing is sent before', change: 'give it the licence key' },
  batches: async (stream) => [(await stream.next(1)).map((event) => ({ ...event, replay: 999_999 }))],
};

/**
 * Prints the licence keys of portals whose receiver is not ours, and waits until it takes a good signed batch of each: before that
 * it was not given them. Rejects, in words, after ten minutes.
 */
export async function handOver(portals: readonly FleetPortal[], options: SinkOptions): Promise<void> {
  const { url, say, signal } = options;
  const { everyMs, limitMs } = { ...limits, ...options };
  for (const { id, licenceKey } of portals) console.log(`portal ${id} licence key ${licenceKey}`);
  await using http = createOuterHttp({ allowPrivate: true, connectTimeoutMs: timeoutMs });
  const endsAt = performance.now() + limitMs;
  for (const [index, portal] of portals.entries()) {
    for (;;) {
      const answered = await refusalOf(portal, { http, url, signal });
      if (answered === undefined) break;
      if (performance.now() > endsAt)
        throw new Error(`${url} does not take what is signed with the key of ${portal.id}: ${answered}`);
      say(`waiting until ${url} has the licence keys: ${index} of ${portals.length}, ${answered}`);
      await pause(everyMs, undefined, { signal });
    }
  }
}

/** What it answered instead of taking it. */
async function refusalOf(
  { id, tenantId, licenceKey }: FleetPortal,
  { http, url, signal }: { readonly http: OuterHttp; readonly url: string; readonly signal: AbortSignal },
): Promise<string | undefined> {
  const secret = parseLicenceKey(licenceKey);
  if (secret === undefined) throw new Error(`the licence key of ${id} is none`);
  const portal = checkedPortal({
    ...{ secret, tenantId, portalId: id, isParallel: false },
    cursor: { sequence: 0, chain: chainStart },
  });
  const post = postTo(url, http, { timeoutMs, signal });
  for await (const { finding } of runChecks({ portal, post, checks: [ready], now: Date.now }))
    return finding?.isRight === true ? undefined : (finding?.answered ?? '');
  return undefined;
}
