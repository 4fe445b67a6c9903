import type { BatchItem, PortalPorts, PostResult } from '../portal-ports.ts';
import { fromOf, isNotice } from './receiver.ts';
import type { Owner, World } from './world.ts';
import { recordsOf } from './world-log.ts';

const timeoutMs = 15_000;

/** What is looked at besides the request. */
export type Seen = Pick<
  World,
  'network' | 'time' | 'portals' | 'servers' | 'violations' | 'kept' | 'owners' | 'consumers' | 'limits'
>;

/** The transport of one instance, which also checks what the instance itself must hold. */
export function watchedPost(owner: Owner, seen: Seen): PortalPorts['post'] {
  const { network, time, portals, servers, violations, kept, owners, consumers } = seen;
  const open = new Set<string>();
  const tried = new Map<string, number>();
  const askedAtMs = new Map<string, number>();
  const accepted = owner.passed;
  const clock = time.clockOf(() => owner.isAlive);
  const firstRecord = () => recordsOf(servers).find((record) => record.owner === owner.name);
  return async ({ portalId, items, replay }, signal) => {
    const isFirst = (item: BatchItem) => replay === undefined && item.id.startsWith('event-');
    const first = items.find(isFirst)?.sequence;
    const state = owner.view?.portals.get(portalId);
    if (replay !== undefined && (state?.mode !== 'live' || state.queue.length > 0))
      violations.push(`${portalId} got a replay before what waited for it`);
    if (open.has(portalId)) violations.push(`${owner.name} has two requests open to ${portalId}`);
    const { requestsPerMinute } = seen.limits;
    const spaceMs = requestsPerMinute === 0 ? 0 : 60_000 / requestsPerMinute;
    if (time.nowMs < (askedAtMs.get(portalId) ?? Number.NEGATIVE_INFINITY) + spaceMs)
      violations.push(`${portalId} was asked sooner than it allows`);
    askedAtMs.set(portalId, time.nowMs);
    if (first !== undefined && first <= (tried.get(portalId) ?? 0)) violations.push(`${portalId} got ${first} twice`);
    if (owner.leaseAgeMs >= 2_000) violations.push(`${owner.name} sent without a lease`);
    if (first !== undefined && first <= (accepted.get(portalId) ?? 0))
      violations.push(`${portalId} took ${first} before`);
    // With two owners the former one may not know yet.
    if (owners.length === 1 && first !== undefined && first <= (consumers.acknowledged.get(portalId) ?? 0))
      violations.push(`${portalId} was sent ${first}, which a consumer acknowledged`);
    const recorded = firstRecord()?.cursors.find((cursor) => cursor.portalId === portalId)?.sequence ?? 0;
    if (first !== undefined && first <= recorded) violations.push(`${portalId} had ${first} recorded before`);
    for (const item of items.filter(isNotice)) {
      const has = (sequence: number) => kept.get(portalId)?.has(sequence) === true;
      for (let sequence = fromOf(item); sequence <= item.sequence; sequence += 1) {
        if (!has(sequence)) violations.push(`${portalId} was told of ${sequence} before it was kept`);
      }
    }
    open.add(portalId);
    const result = await answerOf();
    open.delete(portalId);
    // What the store did not keep may come once more.
    const isTriedOnce = seen.limits.isOnce && replay === undefined && !signal.aborted && servers.lossRate === 0;
    if (isTriedOnce && result.verdict.kind === 'failed' && result.verdict.code !== 'no_key')
      tried.set(portalId, Math.max(tried.get(portalId) ?? 0, lastEvent(items)));
    if (result.verdict.kind === 'accepted' && replay === undefined) {
      const last = lastEvent(items.slice(0, result.verdict.count));
      accepted.set(portalId, Math.max(accepted.get(portalId) ?? 0, last));
    }
    return result;

    function answerOf(): Promise<PostResult> {
      return new Promise((resolve) => {
        const giveUp = () => {
          cancel();
          resolve({
            verdict: { kind: 'failed', code: 'portal_timeout', text: 'no answer' },
            httpStatus: 0,
            traceparent: '',
          });
        };
        const cancel = clock.after(timeoutMs, giveUp);
        signal.addEventListener('abort', giveUp, { once: true });
        void network
          .callLater<PostResult>(owner, (answer) => {
            const receiver = portals.get(portalId);
            const answerLate = (given: PostResult) => {
              if (receiver?.answersAfterMs === 0) answer(given);
              else time.clock.after(receiver?.answersAfterMs ?? 0, () => answer(given));
            };
            receiver?.receive({ items, ...(replay === undefined ? {} : { replay }) }, answerLate);
          })
          .then((result) => {
            cancel();
            resolve(result);
          });
      });
    }
  };
}

function lastEvent(items: readonly BatchItem[]): number {
  return items.findLast((item) => item.id.startsWith('event-'))?.sequence ?? 0;
}
