import type { PortalEntry } from '@trunkline/contracts';
import {
  type Lease,
  type LogPort,
  machineClock,
  type PortalLaneView,
  type PortalPorts,
  type RequestGate,
  type Runtime,
  runPortalQueue,
} from '@trunkline/runtime';
import { type ExpiryClock, keptFor } from '../clock.ts';
import type { Consumers } from '../consumers.ts';
import { noticeItem } from '../domain/notice.ts';
import { deletedKidsOf, obstacleOf, settingsOf } from '../domain/settings.ts';
import { strandItem } from '../domain/strand-item.ts';
import type { DeliveryEvents } from '../events.ts';
import type { KeyChanges } from '../key-changes.ts';
import type { Pauses } from '../store/pauses.ts';
import type { Undelivered } from '../store/undelivered.ts';

/** What a lane needs. */
export interface LaneContext {
  readonly runtime: Pick<Runtime<unknown>, 'directory' | 'now'>;
  /** In which every message of a portal is whole. */
  readonly log: LogPort;
  readonly post: PortalPorts['post'];
  readonly reseal: PortalPorts['reseal'];
  readonly keyChanges: KeyChanges;
  readonly undelivered: Undelivered;
  readonly pauses: Pauses;
  readonly consumers: Pick<Consumers, 'ports'>;
  readonly replays: PortalPorts['replays'];
  readonly clock: ExpiryClock;
  readonly gate: RequestGate;
  readonly events: DeliveryEvents;
}

/** Sends everything of a lane to its portals until the lease ends. */
export async function deliverLane(lease: Lease, context: LaneContext): Promise<void> {
  const { runtime, log, gate, events } = context;
  let opened: PortalLaneView | undefined;
  try {
    await runPortalQueue({
      log,
      lease,
      ports: portsOf(context),
      clock: { ...machineClock, wallMs: runtime.now },
      random: Math.random,
      gate,
      observer: events.observer,
      onOpen: (lane) => {
        opened = lane;
        events.opened(lane);
      },
    });
  } finally {
    if (opened !== undefined) events.closed(opened);
  }
}

function portsOf(context: LaneContext): PortalPorts {
  const { post, reseal, keyChanges, undelivered, pauses, replays, consumers, clock } = context;
  const { directory } = context.runtime;
  const told = (entry: PortalEntry | undefined) => ({
    ...{ settings: settingsOf(entry), deletedKids: deletedKidsOf(entry), obstacle: obstacleOf(entry) },
  });
  const known = new WeakMap<PortalEntry, ReturnType<typeof told>>();
  const remembered = (entry: PortalEntry) => {
    const found = known.get(entry) ?? told(entry);
    known.set(entry, found);
    return found;
  };
  const unknown = told(undefined);
  return {
    post,
    reseal,
    replays,
    view: (portalId) => {
      const entry = directory.portal(portalId);
      const { settings, deletedKids, obstacle } = entry === undefined ? unknown : remembered(entry);
      const blockedBy = pauses.reasonOf(portalId) ?? obstacle;
      const resumedAtMs = [pauses.resumedAtMs(portalId), keyChanges.atMs(portalId)];
      const consumer = entry?.settings?.primaryConsumer ?? '';
      return { settings: keptFor(settings, clock), deletedKids, blockedBy, consumer, resumedAtMs };
    },
    consumers: consumers.ports,
    inStrand: strandItem,
    keep: undelivered.keep,
    pause: (portalId, reason, text) => pauses.add(portalId, `${reason}: ${text}`),
    notice: (portalId, notice) => {
      const tenantId = directory.portal(portalId)?.tenantId ?? '';
      return noticeItem({ id: portalId, tenantId }, notice);
    },
  };
}
