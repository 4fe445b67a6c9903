import { SealedBatch, type SealedEvent, subjects } from '@trunkline/contracts';
import type { BatchItem } from '../portal-ports.ts';
import { toldOf } from '../portal-state.ts';
import { isNotice } from './receiver.ts';
import type { World } from './world.ts';
import { cursorsOf } from './world-log.ts';

/** One consumer of a portal, with its stream as an instance serves it. */
interface Session {
  readonly kind: 'primary' | 'follower';
  readonly epoch: number;
  /** What it had acknowledged when it subscribed. */
  readonly acknowledged: number;
  sent: number;
}

/** Consumers of all portals, each of which pulls now and then. */
export interface Pullers {
  /** One of a portal does something: subscribes, takes what comes next, acknowledges, or breaks off. */
  turn(portalId: string, name: string): void;
  /** Batches that were taken. */
  readonly taken: number;
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

  const subscribe = (portalId: string, name: string): Session | undefined => {
    const stored = consumers.stored.get(`${portalId}/${name}`);
    const cursor = cursorsOf(servers).get(portalId);
    const isRecorded = cursor?.consumer === name;
    if (wanted.get(portalId) !== name) {
      if (stored?.role === 'primary' || (stored?.role === 'closed' && isRecorded)) return undefined;
      const { epoch } = consumers.follow(portalId, name, chance.below((world.heads.get(portalId) ?? 0) + 1));
      return { kind: 'follower', epoch, acknowledged: 0, sent: 0 };
    }
    // Known to the store, so that the lane hears of it.
    if (stored === undefined) consumers.follow(portalId, name, 0);
    if (!isRecorded || stored?.role !== 'primary' || cursor?.consumerEpoch !== stored.epoch) return undefined;
    const sent = Math.max(toldOf(cursor), stored.acknowledged);
    return { kind: 'primary', epoch: stored.epoch, acknowledged: acknowledged.get(`${portalId}/${name}`) ?? 0, sent };
  };

  const take = (portalId: string, name: string, session: Session) => {
    const stored = consumers.stored.get(`${portalId}/${name}`);
    if (stored?.epoch !== session.epoch || stored.role !== session.kind) return sessions.delete(`${portalId}/${name}`);
    if (session.kind === 'follower') return acknowledge(portalId, name, session);
    const items = nextItems(world, portalId, session.sent, retentionMs).slice(0, 1 + chance.below(10));
    const first = items.find((item) => !isNotice(item))?.sequence;
    if (first !== undefined && first <= session.acknowledged)
      violations.push(`${name} of ${portalId} got ${first} again, which it had acknowledged`);
    portals.get(portalId)?.take(items);
    session.sent = items.at(-1)?.sequence ?? session.sent;
    if (items.length > 0) taken += 1;
    if (chance.happens(0.7)) acknowledge(portalId, name, session);
    if (chance.happens(0.05)) sessions.delete(`${portalId}/${name}`);
    return undefined;
  };

  return {
    get taken() {
      return taken;
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
function nextItems(world: World, portalId: string, sent: number, retentionMs: number): BatchItem[] {
  const notices = cursorsOf(world.servers).get(portalId)?.notices ?? [];
  const items = notices.filter(({ toSequence }) => toSequence > sent).map((notice) => world.noticeOf(notice));
  let last = items.at(-1)?.sequence ?? sent;
  const subject = subjects.outbox(world.lane, portalId);
  for (const message of world.servers.outbox) {
    if (message.subject !== subject) continue;
    for (const event of SealedBatch.decode(message.data).events) {
      if (event.sequence !== last + 1) continue;
      if ((event.at?.getTime() ?? 0) <= world.time.clock.wallMs() - retentionMs) return items;
      const cloudEvent = openedBy(world, portalId, event);
      if (cloudEvent === undefined) return items;
      items.push({ sequence: event.sequence, id: event.id, bytes: cloudEvent, traceparent: '' });
      last = event.sequence;
    }
  }
  return items;
}

/** Under a key that is no more it is sealed anew; undefined: not now, or never, which is the lane's to say. */
function openedBy({ sealer }: World, portalId: string, event: SealedEvent): Buffer | undefined {
  if (!sealer.deleted.has(event.kid)) return event.cloudEvent;
  if (sealer.isAway) return undefined;
  const [answer] = sealer.reseal({ portalId, tenantId: 'tenant', events: [event], notKids: [] }) ?? [];
  return answer?.kind === 'sealed' ? answer.cloudEvent : undefined;
}
