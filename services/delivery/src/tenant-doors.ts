import { laneOf } from '@trunkline/contracts';
import {
  type Directory,
  heldOf,
  type Metrics,
  openTenantRooms,
  type PortalLaneView,
  pause,
  type Runtime,
} from '@trunkline/runtime';
import type { DeliverySettings } from './config.ts';
import { doorsToSayAgain, type LaneHeld, wantedDoors } from './domain/tenant-doors.ts';
import type { DeliveryEvents } from './events.ts';

/** What needs {@link runTenantDoors}. */
type TenantDoorsRuntime = Pick<
  Runtime<DeliverySettings>,
  'nats' | 'bus' | 'directory' | 'metrics' | 'signal' | 'config' | 'run'
>;

const lookEveryMs = 1_000;

/**
 * Looks once a second what the portals of our lanes hold in the object store: closes the door of a tenant whose portals hold as
 * much as they may, and opens it when they have taken enough of it.
 */
export function runTenantDoors(
  { nats, bus, directory, metrics, signal, config, run }: TenantDoorsRuntime,
  { lanes, door, observer }: Pick<DeliveryEvents, 'lanes' | 'door' | 'observer'>,
): void {
  const rooms = openTenantRooms(nats, bus, signal);
  const limitBytes = config.TENANT_OVERFLOW_MIB * 1024 ** 2;
  const measure = overflowGauges(metrics);
  const look = async () => {
    const held = [...lanes].map((lane) => heldOfLane(lane, directory));
    const owned = new Set(held.map(({ lane }) => lane));
    const closed = new Map([...rooms.closed].filter(([tenantId]) => owned.has(laneOf(tenantId))));
    measure(held, [...closed.keys()]);
    for (const { tenantId, isOpen, bytes } of wantedDoors(held, [...closed.keys()], { limitBytes })) {
      await rooms.tell(tenantId, isOpen);
      if (isOpen) closed.delete(tenantId);
      door(tenantId, isOpen, bytes);
    }
    for (const tenantId of doorsToSayAgain(closed, performance.now())) await rooms.tell(tenantId, false);
  };
  const follow = async () => {
    while (!signal.aborted) {
      await look().catch(observer.troubled);
      await pause(lookEveryMs, signal);
    }
  };
  run('doors of tenants', rooms.watching);
  run('what portals hold', follow());
}

function heldOfLane({ lane, behind }: PortalLaneView, directory: Pick<Directory, 'portal'>): LaneHeld {
  const bytes = new Map<string, number>();
  // Of the strands of a portal the one that is least far says what the portal holds.
  const byPortal = new Map<string, ReturnType<typeof heldOf>>();
  for (const { id, headTotals, doneTotals } of behind) {
    const held = heldOf(headTotals, doneTotals);
    if (held.overflowedMessages > (byPortal.get(id)?.overflowedMessages ?? 0)) byPortal.set(id, held);
  }
  let messages = 0;
  for (const [id, held] of byPortal) {
    messages += held.overflowedMessages;
    const tenantId = directory.portal(id)?.tenantId ?? '';
    bytes.set(tenantId, (bytes.get(tenantId) ?? 0) + held.overflowedBytes);
  }
  return { lane, messages, bytes };
}

function overflowGauges(metrics: Metrics) {
  const bytes = metrics.gauge('trunkline_overflow_bytes', 'What portals hold in the object store.', ['lane']);
  const messages = metrics.gauge('trunkline_overflow_messages', 'In how many messages of their streams.', ['lane']);
  const doors = metrics.gauge('trunkline_tenant_doors_closed', 'Tenants whose door is closed.', ['lane']);
  let told = new Set<number>();
  return (held: readonly LaneHeld[], closed: readonly string[]) => {
    for (const { lane, ...its } of held) {
      bytes.set(
        [...its.bytes.values()].reduce((sum, each) => sum + each, 0),
        { lane },
      );
      messages.set(its.messages, { lane });
      doors.set(closed.filter((tenantId) => laneOf(tenantId) === lane).length, { lane });
    }
    const owned = new Set(held.map(({ lane }) => lane));
    // Of a lane that is another's now, that one tells.
    for (const lane of told) if (!owned.has(lane)) for (const gauge of [bytes, messages, doors]) gauge.remove({ lane });
    told = owned;
  };
}
