import { type SealedEvent, subjects } from '@trunkline/contracts';
import type { BatchItem } from '../portal-ports.ts';
import { unknownKeyRetryMs } from '../portal-reseal.ts';
import { toldOf } from '../portal-state.ts';
import { isNotice, kidOf, type ModelItem } from './items.ts';
import type { World } from './world.ts';
import { cursorsOf, eventsIn } from './world-log.ts';

/** One consumer of a portal, with its stream as an instance serves it. */
interface Session {
  readonly kind: 'primary' | 'follower';
  readonly epoch: number;
  /** What it had acknowledged when it subscribed. */
  readonly acknowledged: number;
  /** Where the portal's cursor stood when it subscribed. */
  readonly behind: number;
  sent: number;
}

/** Where a consumer stopped within a batch. */
interface Stopped {
  readonly session: Session;
  readonly item: BatchItem;
}

/** Consumers of all portals, each of which pulls now and then. */
export interface Pullers {
  /** One of a portal does something: subscribes, takes what comes next, acknowledges, or breaks off. */
  turn(portalId: string, name: string): void;
  /** Batches that were taken. */
  readonly taken: number;
  /** Events that a consumer refused. */
  readonly refused: number;
}

/** Names of consumers in the model. */
export const consumerNames = ['x', 'y'] as const;

const client = { name: 'client', isAlive: true };

/** Makes the consumers. */
export function createPullers(world: World, retentionMs: number): Pullers {
  const { chance, consumers, network, portals, servers, violations, wanted } = world;
  const sessions = new Map<string, Session>();
  /** What each was told is acknowledged, as the portal's own: it must never come to it again. */
  const acknowledged = new Map<string, number>();
  let taken = 0;
  let refused = 0;
  /** What each refused last, and the epoch of the place that it was given for it: by that it must not come. */
  const refusals = new Map<string, { readonly sequence: number; readonly epoch: number }>();

  const acknowledge = (portalId: string, name: string, session: Session) => {
    // A follower may stand anywhere: what it acknowledges must never count for the portal.
    const sequence = session.kind === 'primary' ? session.sent : (world.heads.get(portalId) ?? 0);
    void network.call(client, () => {
      const isTaken = consumers.acknowledge(portalId, name, { sequence, epoch: session.epoch });
      const key = `${portalId}/${name}`;
      const isForPortal = isTaken && consumers.stored.get(key)?.role === 'primary';
      if (isForPortal && session.kind === 'follower') violations.push(`${key}: a follower acknowledged for the portal`);
      if (isForPortal) acknowledged.set(key, Math.max(acknowledged.get(key) ?? 0, sequence));
    });
  };

  /** Refuses an event for good, or says that it cannot be opened; what was taken before is acknowledged with it. */
  const stopAt = (portalId: string, name: string, { session, item }: Stopped) => {
    const key = `${portalId}/${name}`;
    const { epoch, sent: sequence } = session;
    sessions.delete(key);
    if (!portals.get(portalId)?.poison.has(item.sequence)) {
      const until = world.time.nowMs + unknownKeyRetryMs;
      consumers.stored.get(key)?.unknownKids.set(kidOf(item), until);
      return acknowledge(portalId, name, session);
    }
    void network.call(client, () => {
      if (!consumers.refuse(portalId, name, { sequence, epoch, eventId: item.id })) return;
      refused += 1;
      refusals.set(key, { sequence: item.sequence, epoch: epoch + 1 });
      acknowledged.set(key, Math.max(acknowledged.get(key) ?? 0, sequence));
    });
  };

  const subscribe = (portalId: string, name: string): Session | undefined => {
    const stored = consumers.stored.get(`${portalId}/${name}`);
    const cursor = cursorsOf(servers).get(portalId);
    const isRecorded = cursor?.consumer === name;
    if (wanted.get(portalId) !== name) {
      if (stored?.role === 'primary' || (stored?.role === 'closed' && isRecorded)) return undefined;
      const { epoch } = consumers.follow(portalId, name, chance.below((world.heads.get(portalId) ?? 0) + 1));
      return { kind: 'follower', epoch, acknowledged: 0, sent: 0, behind: 0 };
    }
    // Known to the store, so that the lane hears of it.
    if (stored === undefined) consumers.follow(portalId, name, 0);
    if (!isRecorded || stored?.role !== 'primary' || cursor?.consumerEpoch !== stored.epoch) return undefined;
    const sent = Math.max(toldOf(cursor), stored.acknowledged);
    const had = acknowledged.get(`${portalId}/${name}`) ?? 0;
    return { kind: 'primary', epoch: stored.epoch, acknowledged: had, sent, behind: cursor.sequence };
  };

  const take = (portalId: string, name: string, session: Session) => {
    const stored = consumers.stored.get(`${portalId}/${name}`);
    if (stored?.epoch !== session.epoch || stored.role !== session.kind) return sessions.delete(`${portalId}/${name}`);
    if (session.kind === 'follower') return acknowledge(portalId, name, session);
    const all = nextItems(world, `${portalId}/${name}`, session, retentionMs).slice(0, 1 + chance.below(10));
    const receiver = portals.get(portalId);
    const isStop = (item: BatchItem) =>
      !isNotice(item) && (receiver?.poison.has(item.sequence) || !receiver?.kids.has(kidOf(item)));
    const stop = all.findIndex(isStop);
    const items = stop === -1 ? all : all.slice(0, stop);
    const refusal = refusals.get(`${portalId}/${name}`);
    if (refusal?.epoch === session.epoch && all.some((item) => item.sequence === refusal.sequence && !isNotice(item)))
      violations.push(`${name} of ${portalId} got ${refusal.sequence} again, which it had refused`);
    const first = items.find((item) => !isNotice(item))?.sequence;
    if (first !== undefined && first <= session.acknowledged)
      violations.push(`${name} of ${portalId} got ${first} again, which it had acknowledged`);
    receiver?.take(placed(world, portalId, session.sent, items));
    session.sent = items.at(-1)?.sequence ?? session.sent;
    if (items.length > 0) taken += 1;
    const item = all[stop];
    if (item !== undefined) return stopAt(portalId, name, { session, item });
    if (chance.happens(0.7)) acknowledge(portalId, name, session);
    if (chance.happens(0.05)) sessions.delete(`${portalId}/${name}`);
    return undefined;
  };

  return {
    get taken() {
      return taken;
    },
    get refused() {
      return refused;
    },
    turn: (portalId, name) => {
      const key = `${portalId}/${name}`;
      const session = sessions.get(key);
      if (session !== undefined) return void take(portalId, name, session);
      const opened = subscribe(portalId, name);
      if (opened !== undefined) sessions.set(key, opened);
    },
  };
}

/** What the stream of a primary consumer brings next: notices in their place, nothing that is too old. */
function nextItems(world: World, key: string, { sent, behind }: Session, retentionMs: number): BatchItem[] {
  const [portalId = ''] = key.split('/');
  const { unknownKids = new Map<string, number>() } = world.consumers.stored.get(key) ?? {};
  for (const [kid, untilMs] of unknownKids) if (untilMs <= world.time.nowMs) unknownKids.delete(kid);
  const notices = cursorsOf(world.servers).get(portalId)?.notices ?? [];
  const items = notices.filter(({ toSequence }) => toSequence > sent).map((notice) => world.noticeOf(notice));
  // It reads on from where the cursor stood when it began, whatever became of the notices meanwhile.
  let last = items.at(-1)?.sequence ?? Math.max(sent, behind);
  const subject = subjects.outbox(world.lane, portalId);
  for (const message of world.servers.outbox) {
    if (message.subject !== subject) continue;
    for (const event of eventsIn(world.servers, message)) {
      if (event.sequence !== last + 1) continue;
      if ((event.at?.getTime() ?? 0) <= world.time.clock.wallMs() - retentionMs) return items;
      const cloudEvent = openedBy(world, portalId, event, [...unknownKids.keys()]);
      if (cloudEvent === undefined) return items;
      items.push({ sequence: event.sequence, id: event.id, bytes: cloudEvent, traceparent: '' });
      last = event.sequence;
    }
  }
  return items;
}

/** The first after strands says what it comes after. */
function placed(world: World, portalId: string, sent: number, items: readonly BatchItem[]): readonly ModelItem[] {
  const after = cursorsOf(world.servers).get(portalId)?.after ?? [];
  if (after.length === 0 || sent !== Math.max(...after)) return items;
  return items.map((item, index) => (index > 0 ? item : { ...item, place: { name: undefined, previous: after } }));
}

/** Under a key that is no more, or not known, it is sealed anew; undefined: not now, or never, which is the lane's to say. */
function openedBy({ sealer }: World, portalId: string, event: SealedEvent, notKids: readonly string[]) {
  if (!sealer.deleted.has(event.kid) && !notKids.includes(event.kid)) return event.cloudEvent;
  if (sealer.isAway) return undefined;
  const answers = sealer.reseal({ portalId, tenantId: 'tenant', events: [event], notKids });
  const answer = 'refused' in answers ? undefined : answers[0];
  return answer?.kind === 'sealed' && !notKids.includes(answer.kid) ? answer.cloudEvent : undefined;
}
