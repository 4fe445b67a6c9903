import {
  asTrunklineError,
  type GivenUp,
  type Logger,
  type Metrics,
  type PauseReason,
  type PortalLaneView,
  type PortalObserver,
  pause,
  type Runtime,
  type StoredMessage,
  summaryOf,
} from '@trunkline/runtime';
import { imbalanceOf } from './domain/balance.ts';
import { settingsOf } from './domain/settings.ts';
import type { OpenStreams } from './pull/open-streams.ts';
import type { Pauses } from './store/pauses.ts';
import type { ReplayDocument } from './store/replays.ts';

/** Logs and metrics of delivery. */
export interface DeliveryEvents {
  readonly observer: PortalObserver;
  /** Lanes that are ours now. */
  readonly lanes: ReadonlySet<PortalLaneView>;
  /** From now on the lane's portals are measured. */
  opened(lane: PortalLaneView): void;
  closed(lane: PortalLaneView): void;
  /** A message lies in the object store no more, or not as it was stored. */
  notWhole(message: StoredMessage): void;
  /** A tenant's door was closed, or opened again. */
  door(tenantId: string, isOpen: boolean, overflowedBytes: number): void;
  /** Somebody asked for events to be sent again. */
  replayAsked(replay: ReplayDocument): void;
  /** Everything of a replay was sent, or refused. */
  replayOver(replay: ReplayDocument): void;
  /** Measures the open lanes every few seconds until the signal. */
  measure(
    more: { readonly pauses: Pick<Pauses, 'reasonOf'>; readonly streams: OpenStreams },
    signal: AbortSignal,
  ): Promise<void>;
}

const measureEveryMs = 2_000;
const modes = ['live', 'drain', 'paused', 'pull'] as const;
/** What the queue itself pauses a portal for. */
const found = ['gap', 'portal_rejected', 'portal_gone'] as const satisfies readonly PauseReason[];
/** `asked`: a person paused it; `off`: it is switched off, has no address or no valid key, or is not there any more. */
const pausedBecause = [...found, 'asked', 'off'] as const;
const roles = ['primary', 'follower'] as const;
const givenUpKinds = ['expired', 'parked', 'withheld', 'skipped'] as const satisfies readonly GivenUp['kind'][];

/** Makes the logs and metrics; once a service. Whoever else wants to know of each attempt, and whether it was taken, is told. */
export function deliveryEvents(
  { log, metrics, now, directory }: Pick<Runtime<unknown>, 'log' | 'metrics' | 'now' | 'directory'>,
  onAttempt: (portalId: string, isTaken: boolean) => void = () => {},
): DeliveryEvents {
  const open = new Set<PortalLaneView>();
  const measureBalances = balancesOf(log, metrics);
  const gauges = gaugesOf(metrics);
  const settingsOfPortal = (portalId: string) => settingsOf(directory.portal(portalId));
  return {
    observer: observerOf(log, metrics, onAttempt),
    lanes: open,
    opened: (lane) => {
      open.add(lane);
      log.info('Lane taken over', { lane: lane.lane, portals: lane.portals.size });
    },
    closed: (lane) => {
      open.delete(lane);
      log.info('Lane given up', { lane: lane.lane });
    },
    notWhole: ({ subject, sequence }) =>
      log.error('A message cannot be read back whole from the object store', { subject, outboxSequence: sequence }),
    door: (tenant, isOpen, overflowedBytes) => {
      if (isOpen) log.info('Door of a tenant opened', { tenant, overflowedBytes });
      else log.warn('Door of a tenant closed: its portals hold too much', { tenant, overflowedBytes });
    },
    replayAsked: (replay) => log.info('Replay asked for', fieldsOf(replay)),
    replayOver: (replay) => log.info('Replay over', fieldsOf(replay)),
    measure: async ({ pauses, streams }, signal) => {
      while (!signal.aborted) {
        measureLanes(open, gauges, { nowMs: now(), settingsOfPortal });
        measurePaused(open, gauges, pauses);
        measureBalances(open);
        for (const role of roles) gauges.streams.set(streams.count(role), { role });
        await pause(measureEveryMs, signal);
      }
    },
  };
}

function fieldsOf({ portalId, tenantId, number, total, sent, refused }: ReplayDocument) {
  return { portal: portalId, tenant: tenantId, replay: number, total, sent, refused };
}

/** How the queues stand. */
function gaugesOf(metrics: Metrics) {
  return {
    oldest: metrics.gauge(
      'trunkline_delivery_oldest_seconds',
      'Age of the oldest undelivered event; of live ones, what is beyond the linger.',
      ['mode'],
    ),
    expiring: metrics.gauge(
      'trunkline_delivery_expiring_ratio',
      'The greatest age of an undelivered event, as a part of what its portal keeps events for; at 1 it expires.',
      ['mode'],
    ),
    waiting: metrics.gauge('trunkline_delivery_waiting', 'Events that wait.', ['mode']),
    portals: metrics.gauge('trunkline_delivery_portals', 'Portals by how their queue is doing.', ['mode']),
    paused: metrics.gauge('trunkline_delivery_paused_portals', 'Portals that get nothing, by why.', ['reason']),
    streams: metrics.gauge('trunkline_delivery_streams', 'Open streams of consumers.', ['role']),
    memory: metrics.gauge('trunkline_delivery_live_bytes', 'Memory of events that go out as they come.'),
  };
}

function portalsOf(lanes: ReadonlySet<PortalLaneView>) {
  return [...lanes].flatMap((lane) => [...lane.portals.values()].map(summaryOf));
}

interface MeasuredBy {
  readonly nowMs: number;
  readonly settingsOfPortal: (portalId: string) => ReturnType<typeof settingsOf>;
}

function measureLanes(
  lanes: ReadonlySet<PortalLaneView>,
  gauges: ReturnType<typeof gaugesOf>,
  { nowMs, settingsOfPortal }: MeasuredBy,
): void {
  const all = portalsOf(lanes);
  for (const mode of modes) {
    const some = all.filter((portal) => portal.mode === mode);
    let [oldestMs, expiring, waiting] = [0, 0, 0];
    for (const { id, queue, frontAtMs, headSequence, sequence } of some) {
      waiting += headSequence - sequence;
      const ageMs = Math.max(0, nowMs - (queue[0]?.event.at?.getTime() ?? frontAtMs ?? nowMs));
      if (ageMs === 0) continue;
      const { lingerMs, retentionMs } = settingsOfPortal(id);
      // What waits for a fuller batch waits because its portal wants it so: nothing is stuck.
      oldestMs = Math.max(oldestMs, mode === 'live' ? ageMs - lingerMs : ageMs);
      expiring = Math.max(expiring, ageMs / retentionMs);
    }
    gauges.portals.set(some.length, { mode });
    gauges.waiting.set(waiting, { mode });
    gauges.oldest.set(oldestMs / 1_000, { mode });
    gauges.expiring.set(expiring, { mode });
  }
  gauges.memory.set([...lanes].reduce((sum, lane) => sum + lane.liveBytes, 0));
}

function measurePaused(
  lanes: ReadonlySet<PortalLaneView>,
  gauges: ReturnType<typeof gaugesOf>,
  pauses: Pick<Pauses, 'reasonOf'>,
): void {
  const all = portalsOf(lanes);
  const paused = all.filter(({ mode }) => mode === 'paused').map(({ id }) => becauseOf(pauses.reasonOf(id)));
  for (const reason of pausedBecause) gauges.paused.set(paused.filter((its) => its === reason).length, { reason });
}

/** Tells of each portal that does not balance, at two looks one after the other: one may fall into the middle of a step. */
function balancesOf(log: Logger, metrics: Metrics): (lanes: ReadonlySet<PortalLaneView>) => void {
  const help = 'Head less done less waiting of a portal, where it is not 0.';
  const gauge = metrics.gauge('trunkline_portal_imbalance', help, ['portal']);
  let former = new Map<string, number>();
  let told = new Set<string>();
  return (lanes) => {
    const all = portalsOf(lanes);
    const now = new Map(all.map((portal) => [portal.id, imbalanceOf(portal)] as const).filter(([, sum]) => sum !== 0));
    const lasting = new Set([...now].filter(([id, sum]) => former.get(id) === sum).map(([id]) => id));
    for (const portal of told) if (!lasting.has(portal)) gauge.remove({ portal });
    for (const portal of lasting) {
      gauge.set(now.get(portal) ?? 0, { portal });
      if (!told.has(portal))
        log.error('A portal does not balance: a person must look', { portal, imbalance: now.get(portal) });
    }
    former = now;
    told = lasting;
  };
}

/** The queue's own pauses begin with their reason. */
function becauseOf(text: string | undefined): (typeof pausedBecause)[number] {
  if (text === undefined) return 'off';
  return found.find((reason) => text.startsWith(`${reason}: `)) ?? 'asked';
}

/** What happens to batches and portals. */
function countersOf(metrics: Metrics) {
  return {
    attempts: metrics.counter('trunkline_delivery_attempts_total', 'Requests to portals.', ['pool', 'outcome']),
    acknowledged: metrics.counter('trunkline_delivery_acknowledged_total', 'Events that primary consumers took.'),
    events: metrics.counter('trunkline_delivery_events_total', 'Events that portals took.'),
    replayed: metrics.counter('trunkline_delivery_replayed_total', 'Events that portals took again by a replay.'),
    seconds: metrics.histogram('trunkline_delivery_attempt_seconds', 'Time of a request to a portal.', {
      labelNames: ['pool'],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15],
    }),
    size: metrics.histogram('trunkline_delivery_batch_events', 'Events of a request.', {
      buckets: [1, 2, 5, 10, 20, 50, 100],
    }),
    bytes: metrics.histogram('trunkline_delivery_batch_bytes', 'Size of the events of a request.', {
      buckets: [1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576],
    }),
    givenUp: metrics.counter(
      'trunkline_delivery_given_up_total',
      'Events that expired, were refused, withheld or skipped.',
      ['kind'],
    ),
    paused: metrics.counter('trunkline_delivery_paused_total', 'Portals that were paused by us.', ['reason']),
    races: metrics.counter('trunkline_delivery_races_total', 'Switches to live that came too early and were stopped.'),
    troubles: metrics.counter('trunkline_delivery_troubles_total', 'Answers of our own servers that did not come.'),
  };
}

function observerOf(
  log: Logger,
  metrics: Metrics,
  onAttempt: (portalId: string, isTaken: boolean) => void,
): PortalObserver {
  const { attempts, acknowledged, events, replayed, seconds, size, bytes, givenUp, paused, races, troubles } =
    countersOf(metrics);
  // A counter that is born with its first event shows no increase: the alert would miss it.
  for (const kind of givenUpKinds) givenUp.add(0, { kind });
  return {
    attempted: (pool, attempt, batch) => {
      const { portalId, outcome, firstSequence, lastSequence, accepted, durationMs, httpStatus, replay } = attempt;
      attempts.add(1, { pool, outcome });
      onAttempt(portalId, outcome === 'accepted');
      seconds.observe(durationMs / 1_000, { pool });
      size.observe(batch.events);
      bytes.observe(batch.bytes);
      (replay > 0 ? replayed : events).add(accepted);
      const fields = {
        portal: portalId,
        pool,
        outcome,
        firstSequence,
        lastSequence,
        accepted,
        durationMs,
        httpStatus,
        replay,
      };
      if (outcome === 'accepted') log.debug('Batch delivered', fields);
      else log.warn('Batch not delivered', { ...fields, attempt: attempt.attempt });
    },
    acknowledged: (portalId, count) => {
      acknowledged.add(count);
      onAttempt(portalId, true);
      log.debug('Events acknowledged', { portal: portalId, count });
    },
    handedOver: (portalId, consumer) => {
      log.info('Portal is served in another way', { portal: portalId, consumer: consumer || '(pushed)' });
    },
    gaveUp: ({ kind, portalId, reason, events: range }) => {
      givenUp.add(range.length, { kind });
      const [first, last] = [range[0]?.sequence, range.at(-1)?.sequence];
      log.warn('Events given up', { portal: portalId, kind, reason, first, last });
    },
    paused: (portalId, reason) => {
      paused.add(1, { reason });
      log.error('Portal paused: a person must look', { portal: portalId, reason });
    },
    raced: (portalId) => {
      races.add();
      log.debug('Portal reads on from the stream', { portal: portalId });
    },
    damaged: (portalId, outboxSequence) => {
      log.error('A sealed batch cannot be decoded: a person must look', { portal: portalId, outboxSequence });
    },
    troubled: (error) => {
      troubles.add();
      log.warn('A server did not answer, it will be asked again', { code: asTrunklineError(error).code, error });
    },
  };
}
