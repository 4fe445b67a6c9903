import { laneOf, type PendingNotice, type SealedEvent, subjects } from '@trunkline/contracts';
import type { Lease } from '../../ports.ts';
import { LostOwnership } from '../fenced-log.ts';
import type { BatchItem, PortalPorts } from '../portal-ports.ts';
import { type PortalLaneView, runPortalQueue } from '../portal-queue.ts';
import { createRequestGate } from '../request-gate.ts';
import { type Chance, createChance } from './chance.ts';
import { type Consumers, createConsumers } from './consumers.ts';
import { convOf, eventBytes, noticeBytes } from './items.ts';
import { createNetwork, type Network, type Process } from './network.ts';
import { createReceiver, type Receiver } from './receiver.ts';
import { type ModelReplays, replayPort } from './replays.ts';
import { createModelSealer, type ModelSealer } from './sealer.ts';
import { createVirtualTime, type VirtualTime } from './virtual-time.ts';
import { watchedPost } from './watched-post.ts';
import { appendSealed, emptyServers, logOf, type Servers } from './world-log.ts';

/** How long events wait in the model before they expire. */
export const retentionMs = 90_000;
const tenantId = 'tenant';
const lane = laneOf(tenantId);

/** An instance that runs the product's portal queue. */
export interface Owner extends Process {
  /** True once its queue ended by itself. */
  hasEnded: boolean;
  leaseAgeMs: number;
  /** How far its wall clock is ahead. */
  clockOffMs: number;
  /** Events that were taken of it: `<portal>/<sequence>`. */
  readonly took: Set<string>;
  /** Once it took the lane over. */
  view: PortalLaneView | undefined;
  readonly lease: AbortController;
  /** By portal: what it saw taken, and must not send any more. */
  readonly passed: Map<string, number>;
}

/** Servers, portals and instances, with everything that must never be. */
export interface World {
  readonly chance: Chance;
  readonly time: VirtualTime;
  readonly network: Network;
  readonly servers: Servers;
  readonly portals: ReadonlyMap<string, Receiver>;
  readonly heads: Map<string, number>;
  /** Sequences that are kept as given up, by portal. */
  readonly kept: ReadonlyMap<string, Set<number>>;
  /** Most bytes of events that were kept at once. */
  readonly keptAtOnceBytes: number;
  readonly paused: Map<string, string>;
  readonly sealer: ModelSealer;
  readonly replays: ModelReplays;
  /** When a person wanted portals to be tried at once. */
  readonly resumedAtMs: Map<string, number>;
  /** The consumer that is to pull, by portal; absent: events are pushed. */
  readonly wanted: Map<string, string>;
  readonly consumers: Consumers;
  /** What every portal allows. */
  readonly limits: { requestsPerMinute: number; isOnce: boolean };
  /** How many strands each is to have; absent: one. */
  readonly strands: Map<string, number>;
  readonly lane: number;
  readonly owners: Owner[];
  readonly violations: string[];
  /** Switches of drain to live that were stopped in time. */
  readonly races: number;
  /** Seals so many events of a portal as one message, under the newest key unless another one is named. */
  produce(portalId: string, count: number, kid?: string): void;
  noticeOf(notice: PendingNotice): BatchItem;
  /** An instance begins; its wall clock is off by so much, or as the world's size says. */
  start(clockOffMs?: number): Owner;
}

/** How large a world is. */
export interface WorldSize {
  readonly portals: number;
  /** Most requests that are open at once; 4 unless given. */
  readonly requests?: number;
  /** Size of an event, in bytes; small unless given. */
  readonly eventBytes?: number;
  /** Part of the events that history no longer gives; none unless given. */
  readonly lostHistory?: number;
  /** True: portals get each batch once. */
  readonly isOnce?: boolean;
  /** Most requests a minute to each portal; any number unless given. */
  readonly requestsPerMinute?: number;
  /** How many strands each has; one unless given. */
  readonly strands?: number;
  /** How far the wall clock of an instance is off, ahead or behind, if it is; all are right unless given. */
  readonly clocksOffMs?: number;
}

/** Makes a world. */
export function createWorld(
  seed: number,
  {
    portals: portalCount,
    requests = 4,
    eventBytes: sizeBytes = 10,
    lostHistory = 0,
    requestsPerMinute = 0,
    isOnce = false,
    strands: strandCount = 1,
    clocksOffMs = 0,
  }: WorldSize,
): World {
  const chance = createChance(seed);
  const time = createVirtualTime();
  const network = createNetwork(chance);
  const servers = emptyServers();
  const ids = Array.from({ length: portalCount }, (_, index) => `portal${index}`);
  const portals = new Map(ids.map((id) => [id, createReceiver(id, chance)]));
  const heads = new Map(ids.map((id) => [id, 0]));
  const kept = new Map(ids.map((id) => [id, new Set<number>()]));
  const sealer = createModelSealer(chance, lostHistory);
  const paused = new Map<string, string>();
  const replays: ModelReplays = new Map();
  const resumedAtMs = new Map<string, number>();
  const wanted = new Map<string, string>();
  const consumers = createConsumers(network, servers, chance);
  const limits = { requestsPerMinute, isOnce };
  const strands = new Map(ids.map((id) => [id, strandCount]));
  const owners: Owner[] = [];
  const violations: string[] = [];
  let races = 0;
  let keptAtOnceBytes = 0;

  const portsOf = (owner: Owner): PortalPorts => ({
    view: (portalId) => ({
      settings: {
        ...{ lingerMs: 200, batchEvents: 10, batchBytes: 100_000, retentionMs, ...limits },
        strands: strands.get(portalId) ?? 1,
      },
      blockedBy: paused.get(portalId),
      consumer: wanted.get(portalId) ?? '',
      deletedKids: sealer.deleted,
      resumedAtMs: [resumedAtMs.get(portalId) ?? 0],
    }),
    pause: (portalId, reason) => {
      paused.set(portalId, reason);
      if (reason === 'gap') violations.push(`${portalId} paused by a gap`);
    },
    keep: (range) =>
      network.call(owner, () => {
        if (chance.happens(servers.lossRate)) throw new Error('store away');
        for (const event of range.events) kept.get(range.portalId)?.add(event.sequence);
        const bytes = range.events.reduce((sum, event) => sum + event.cloudEvent.length, 0);
        keptAtOnceBytes = Math.max(keptAtOnceBytes, bytes);
      }),
    reseal: (order) =>
      network.call(owner, () => {
        if (chance.happens(servers.lossRate)) throw new Error('sealer away');
        return sealer.reseal(order);
      }),
    replays: replayPort(replays, owner, network, {
      isAway: () => chance.happens(servers.lossRate),
      kid: (notKids) => sealer.kids.findLast((kid) => !notKids.includes(kid)) ?? sealer.kids.at(-1) ?? '',
    }),
    notice: (_portalId, notice) => noticeOf(notice),
    inStrand: (item, place) => ({ ...item, place }),
    consumers: consumers.portsOf(owner, (portalId, sequence) =>
      owner.passed.set(portalId, Math.max(owner.passed.get(portalId) ?? 0, sequence)),
    ),
    post: watchedPost(owner, { limits, network, time, portals, servers, violations, kept, owners, consumers }),
  });

  const offMs = () => (clocksOffMs === 0 ? 0 : (chance.pick([0, -clocksOffMs, clocksOffMs]) ?? 0));
  const start = (clockOffMs = offMs()): Owner => {
    const lease = new AbortController();
    const name = `owner${owners.length}`;
    const owner: Owner = {
      name,
      isAlive: true,
      hasEnded: false,
      leaseAgeMs: 0,
      clockOffMs,
      view: undefined,
      lease,
      passed: new Map(),
      took: new Set(),
    };
    owners.push(owner);
    const clock = time.clockOf(
      () => owner.isAlive,
      () => owner.clockOffMs,
    );
    const held: Lease = { lane, owner: owner.name, signal: lease.signal, confirmedAgoMs: () => owner.leaseAgeMs };
    runPortalQueue({
      ...{ log: logOf(owner, servers, network, chance), lease: held, ports: portsOf(owner), clock },
      random: chance.next,
      gate: createRequestGate(requests),
      onOpen: (view) => {
        owner.view = view;
      },
      observer: {
        attempted: () => {},
        acknowledged: () => {},
        handedOver: () => {},
        gaveUp: () => {},
        paused: () => {},
        damaged: (portalId) => violations.push(`${portalId} damaged`),
        raced: () => {
          races += 1;
        },
        troubled: () => {},
      },
    })
      .catch((error: unknown) => {
        if (!(error instanceof LostOwnership)) violations.push(String(error));
      })
      .finally(() => {
        owner.hasEnded = true;
      });
    return owner;
  };

  const produce = (portalId: string, count: number, kid = sealer.kids.at(-1) ?? '') => {
    const head = heads.get(portalId) ?? 0;
    const events = Array.from({ length: count }, (_, index) =>
      eventOf(head + 1 + index, { atMs: time.clock.wallMs(), sizeBytes, kid }),
    );
    heads.set(portalId, head + count);
    const batch = { portalId, tenantId, events, overflow: undefined };
    appendSealed(servers, subjects.outbox(lane, portalId), { batch, storedAtMs: time.clock.wallMs(), chance });
  };

  return {
    ...{ chance, time, network, servers, portals, heads, kept, paused, replays, sealer },
    ...{ resumedAtMs, wanted, consumers, limits, strands, lane },
    ...{ owners, violations, produce, start, noticeOf },
    get keptAtOnceBytes() {
      return keptAtOnceBytes;
    },
    get races() {
      return races;
    },
  };
}

function eventOf(
  sequence: number,
  { atMs, sizeBytes, kid }: { readonly atMs: number; readonly sizeBytes: number; readonly kid: string },
): SealedEvent {
  return {
    ...{ sequence, id: `event-${sequence}`, type: 'trunkline.message.received.v1' },
    conversationId: convOf(sequence),
    ...{ at: new Date(atMs), cloudEvent: eventBytes(kid, sizeBytes), chain: Buffer.alloc(32), kid },
    ...{ traceparent: '', plaintextHash: Buffer.alloc(32), factSequence: sequence, factIndex: 0 },
  };
}

function noticeOf({ fromSequence, toSequence }: PendingNotice): BatchItem {
  const id = `notice-${fromSequence}-${toSequence}`;
  return { sequence: toSequence, id, bytes: noticeBytes(fromSequence), traceparent: '' };
}
