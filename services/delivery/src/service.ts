import {
  collections,
  DeliveryServiceDefinition,
  PortalServiceDefinition,
  SealingServiceDefinition,
} from '@trunkline/contracts';
import {
  createRequestGate,
  defineService,
  openingOverflow,
  openOverflowStore,
  unlessAborted,
  workLanes,
} from '@trunkline/runtime';
import { watchClock } from './clock.ts';
import { config } from './config.ts';
import { deliverLane } from './consume/deliver-lane.ts';
import { openConsumers } from './consumers.ts';
import { deletedKidsOf } from './domain/settings.ts';
import { deliveryEvents } from './events.ts';
import { watchKeyChanges } from './key-changes.ts';
import { createOverview } from './overview.ts';
import { openPortalHttp } from './portal-http.ts';
import { createOpenStreams } from './pull/open-streams.ts';
import { openTails } from './pull/tails.ts';
import { createReplays } from './replays.ts';
import { createReseal } from './reseal.ts';
import { deliveryMethods } from './rpc/methods.ts';
import { portalMethods } from './rpc/portal-methods.ts';
import { createSigningKeys } from './signing-keys.ts';
import { openCheckLocks } from './store/check-locks.ts';
import { openConsumerStore } from './store/consumers.ts';
import { openLaneStore } from './store/lanes.ts';
import { openPauses } from './store/pauses.ts';
import { openReplayStore } from './store/replays.ts';
import { openStatusStore } from './store/statuses.ts';
import { openUndelivered } from './store/undelivered.ts';
import { runTenantDoors } from './tenant-doors.ts';
import { createTransport } from './transport.ts';

const dayMs = 86_400_000;
/** Streams that are open on an instance. */
const mostStreams = 1_000;

/** Delivery: the ordered stream to each portal. */
export const delivery = defineService({
  name: 'delivery',
  config,
  uses: { bus: true, store: true, directory: true, rpc: true },
  start: async (runtime) => {
    const { config: settings, store, bus, directory, clients, tracing, signal, now } = runtime;
    const { delivery: names } = collections;
    const lanes = openLaneStore(store.collection(names.lanes));
    const statuses = openStatusStore(store.collection(names.statuses));
    const overview = createOverview({ lanes, statuses, directory, instance: runtime.instance, now });
    const events = deliveryEvents(runtime, overview.attempted);
    const pauses = openPauses(store.collection(names.pauses), now, events.observer.troubled);
    const keepMs = settings.UNDELIVERED_DAYS * dayMs;
    const undelivered = await openUndelivered(store, { keepMs, now });
    const consumers = openConsumers(openConsumerStore(store.collection(names.consumers)), {
      tenantOf: (portalId) => directory.portal(portalId)?.tenantId ?? '',
      onTrouble: events.observer.troubled,
    });
    const replayStore = await openReplayStore(store, now);
    const onTrouble = events.observer.troubled;
    const httpOf = openPortalHttp(runtime, settings.ALLOW_PRIVATE_PORTALS);
    const sealing = clients.of(SealingServiceDefinition, 'sealer');
    const reseal = createReseal(sealing, (portal, error) =>
      runtime.log.warn('What waits is not sealed anew: there is no key for it', { portal, error }),
    );
    const replays = createReplays({
      ...{ store: replayStore, undelivered, reseal, onOver: events.replayOver, onTrouble, now },
      deletedKids: (portalId) => deletedKidsOf(directory.portal(portalId)),
    });
    const keys = createSigningKeys(sealing, () => performance.now());
    const keyChanges = watchKeyChanges(directory, now, keys.forget);
    runtime.onClose(async () => keyChanges.end());
    const checks = openCheckLocks(store.collection(names.checks), now);
    const stored = { lanes, statuses, pauses, undelivered, replays: replayStore, checks };
    const whole = openingOverflow(bus, openOverflowStore(runtime.nats, bus), events.notWhole);
    const clock = watchClock(runtime);
    const context = { bus, directory, ...stored, events, keys, httpOf, now };
    runtime.rpc.addService(DeliveryServiceDefinition, deliveryMethods(context));
    const streams = createOpenStreams(mostStreams);
    const tails = openTails(bus, events.observer.troubled);
    const pulled = { whole, consumers, streams, tails, reseal, replayPort: replays.port, clock };
    runtime.rpc.addService(PortalServiceDefinition, portalMethods({ ...context, ...pulled }));
    const post = createTransport({ httpOf, tracing, now, portal: directory.portal, keys });
    const gate = createRequestGate(settings.PORTAL_REQUESTS);
    runtime.run('pauses', pauses.follow(signal));
    runtime.run('consumers', consumers.follow(signal));
    runtime.run('replays', replays.follow(signal));
    const told = { lanes: events.lanes, pauses, onTrouble };
    runtime.run('overview', overview.follow(told, signal));
    runtime.run('measurements', events.measure({ pauses, streams }, signal));
    runTenantDoors(runtime, events);
    // Without the directory every portal would look like one that does not exist.
    const known = Promise.all([directory.loaded, pauses.loaded, consumers.loaded]);
    workLanes(runtime, async (lease) => {
      await unlessAborted(known, lease.signal);
      const state = { undelivered, pauses, replays: replays.port, consumers, clock };
      await deliverLane(lease, { runtime, log: whole, post, reseal, keyChanges, ...state, gate, events });
    });
  },
});
