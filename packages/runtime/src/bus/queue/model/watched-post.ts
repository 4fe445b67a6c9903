import type { BatchItem, PortalPorts, PostResult } from '../portal-ports.ts';
import { coveredBy, isNotice, type ModelItem } from './items.ts';
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
  const tried = new Set<string>();
  const askedAtMs = new Map<string, number>();
  const accepted = owner.passed;
  const clock = time.clockOf(() => owner.isAlive);
  const firstRecord = () => recordsOf(servers).find((record) => record.owner === owner.name);
  return async (
    { portalId, items, replay }: { portalId: string; items: readonly ModelItem[]; replay?: number },
    signal,
  ) => {
    const name = replay === undefined ? items[0]?.place?.name : 'replay';
    const key = `${portalId}/${name ?? ''}`;
    const isFirst = (item: BatchItem) => replay === undefined && item.id.startsWith('event-');
    const first = items.find(isFirst)?.sequence;
    const state = owner.view?.portals.get(portalId);
    const isWaitedFor = [state, ...(state?.strands ?? [])].some(
      (each) => each?.mode !== 'live' || each.queue.length > 0,
    );
    if (replay !== undefined && (isWaitedFor || state?.strands.some(({ isBusy }) => isBusy)))
      violations.push(`${portalId} got a replay before what waited for it`);
    if (open.has(key)) violations.push(`${owner.name} has two requests open to ${key}`);
    const [, count] = name?.split('/') ?? [];
    if (replay === undefined) {
      const others = [...open].filter((each) => each.startsWith(`${portalId}/`) && !each.endsWith('/replay'));
      if (others.some((each) => each.split('/')[2] !== count))
        violations.push(`${owner.name} asks ${portalId} by ${name} and by ${others}`);
      const recorded = recordsOf(servers)
        .findLast((record) => record.owner === owner.name && record.cursors.some((each) => each.portalId === portalId))
        ?.cursors.find((each) => each.portalId === portalId);
      if (recorded !== undefined && recorded.strands.length !== Number(count ?? 0))
        violations.push(`${portalId} was asked by ${name} before a record said so`);
    }
    const { requestsPerMinute } = seen.limits;
    const spaceMs = requestsPerMinute === 0 ? 0 : 60_000 / requestsPerMinute;
    if (time.nowMs < (askedAtMs.get(portalId) ?? Number.NEGATIVE_INFINITY) + spaceMs)
      violations.push(`${portalId} was asked sooner than it allows`);
    askedAtMs.set(portalId, time.nowMs);
    if (tried.has(`${portalId}/${first}`)) violations.push(`${portalId} got ${first} twice`);
    if (owner.leaseAgeMs >= 2_000) violations.push(`${owner.name} sent without a lease`);
    if (first !== undefined && (first <= (accepted.get(portalId) ?? 0) || owner.took.has(`${portalId}/${first}`)))
      violations.push(`${portalId} took ${first} before`);
    // With two owners the former one may not know yet.
    if (owners.length === 1 && first !== undefined && first <= (consumers.acknowledged.get(portalId) ?? 0))
      violations.push(`${portalId} was sent ${first}, which a consumer acknowledged`);
    const recorded = firstRecord()?.cursors.find((cursor) => cursor.portalId === portalId)?.sequence ?? 0;
    if (first !== undefined && first <= recorded) violations.push(`${portalId} had ${first} recorded before`);
    for (const item of items.filter(isNotice)) {
      const has = (sequence: number) => kept.get(portalId)?.has(sequence) === true;
      for (const sequence of coveredBy(item)) {
        if (!has(sequence)) violations.push(`${portalId} was told of ${sequence} before it was kept`);
      }
    }
    open.add(key);
    const result = await answerOf();
    open.delete(key);
    // What the store did not keep may come once more.
    const isTriedOnce = seen.limits.isOnce && replay === undefined && !signal.aborted && servers.lossRate === 0;
    if (isTriedOnce && result.verdict.kind === 'failed' && result.verdict.code !== 'no_key')
      for (const sequence of eventsOf(items)) tried.add(`${portalId}/${sequence}`);
    if (result.verdict.kind === 'accepted' && replay === undefined)
      for (const sequence of eventsOf(items.slice(0, result.verdict.count))) owner.took.add(`${portalId}/${sequence}`);
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

function eventsOf(items: readonly BatchItem[]): number[] {
  return items.filter((item) => item.id.startsWith('event-')).map(({ sequence }) => sequence);
}
