import type { PortalEntry } from '@trunkline/contracts';
import {
  type Lease,
  machineClock,
  type PortalLaneView,
  type PortalPorts,
  type RequestGate,
  type Runtime,
  runPortalQueue,
} from '@trunkline/runtime';
import type { Consumers } from '../consumers.ts';
import { noticeItem } from '../domain/notice.ts';
import { obstacleOf, settingsOf } from '../domain/settings.ts';
import type { DeliveryEvents } from '../events.ts';
import type { Pauses } from '../store/pauses.ts';
import type { Undelivered } from '../store/undelivered.ts';

/** What a lane needs. */
export interface LaneContext {
  readonly runtime: Pick<Runtime<unknown>, 'bus' | 'directory' | 'now'>;
  readonly post: PortalPorts['post'];
  readonly undelivered: Undelivered;
  readonly pauses: Pauses;
  readonly consumers: Pick<Consumers, 'ports'>;
  readonly gate: RequestGate;
  readonly events: DeliveryEvents;
}

/** Sends everything of a lane to its portals until the lease ends. */
export async function deliverLane(lease: Lease, context: LaneContext): Promise<void> {
  const { runtime, gate, events } = context;
  let opened: PortalLaneView | undefined;
  try {
    await runPortalQueue({
      log: runtime.bus,
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

function portsOf({ runtime: { directory }, post, undelivered, pauses, consumers }: LaneContext): PortalPorts {
  const settings = new WeakMap<PortalEntry, ReturnType<typeof settingsOf>>();
  const remembered = (entry: PortalEntry) => {
    const known = settings.get(entry) ?? settingsOf(entry);
    settings.set(entry, known);
    return known;
  };
  const unknown = settingsOf(undefined);
  return {
    post,
    view: (portalId) => {
      const entry = directory.portal(portalId);
      const blockedBy = pauses.reasonOf(portalId) ?? obstacleOf(entry);
      const resumedAtMs = pauses.resumedAtMs(portalId);
      const consumer = entry?.settings?.primaryConsumer ?? '';
      return { settings: entry === undefined ? unknown : remembered(entry), blockedBy, consumer, resumedAtMs };
    },
    consumers: consumers.ports,
    keep: undelivered.keep,
    pause: (portalId, reason, text) => pauses.add(portalId, `${reason}: ${text}`),
    notice: (portalId, notice) => {
      const tenantId = directory.portal(portalId)?.tenantId ?? '';
      return noticeItem({ id: portalId, tenantId }, notice);
    },
  };
}
