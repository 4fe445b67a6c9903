import { collections, factTraceparentOf, ingressTraceparentOf, type Media } from '@trunkline/contracts';
import {
  createMongoStageStore,
  type Door,
  keepLaneClosed,
  LaneAlarm,
  type LogPort,
  laneEvents,
  laneSpans,
  presumeAbsent,
  type Runtime,
  rememberDocuments,
  runKeyedLog,
  runStage,
  runTimers,
  type StageStore,
  type Store,
  shareFeeds,
} from '@trunkline/runtime';
import { dispatch } from '../dispatch/dispatch.ts';
import { createOrderingFacts, type OrderingFacts } from '../dispatch/ordering-facts.ts';
import { reportFailure } from '../dispatch/report-failure.ts';
import { stageName } from '../domain/timer.ts';
import type { Settings } from '../domain/turn.ts';
import type { NormalizerEvents } from '../events.ts';
import type { ReadDocuments } from '../store/documents.ts';
import { openHolds } from '../store/holds.ts';
import { ackTokenOf } from '../store/press-tokens.ts';
import { normalize } from './normalize.ts';
import type { LaneWorker } from './work-lane.ts';

/** What the workers of all lanes share. */
export interface WorkerParts {
  readonly runtime: Runtime<unknown>;
  readonly stages: StageStore;
  readonly settings: Settings;
  readonly door: Door;
  readonly documents: ReadDocuments;
  readonly events: NormalizerEvents;
  /** Link to a file, as of a time. */
  readonly fileUrl: (atMs: number) => (media: Media) => string;
}

/** Conversations, identities and absent holds that a lane remembers: whoever writes now writes more than once. */
const rememberedMost = 1_000;

/** Where the stages of all lanes keep what they decide. One for all of them: they store together. */
export function openStages(store: Store): StageStore {
  const { conversations, identities, holds, stages: collection } = collections.normalizer;
  const remembered = { documents: [conversations, identities], absences: [holds], mostEach: rememberedMost };
  return presumeAbsent(rememberDocuments(createMongoStageStore({ ...store, collection }), remembered));
}

/** The stage: everything that entered, decided in order. */
export function stageWorker({ runtime, stages, settings, door, documents, events }: WorkerParts): LaneWorker {
  const { bus, directory, now } = runtime;
  const holds = openHolds(documents.collection('holds'));
  const told = laneEvents(runtime, stageName);
  const around = laneSpans(runtime, 'normalize', ingressTraceparentOf);
  return {
    name: stageName,
    work: async (lease) => {
      const { signal } = lease;
      const lane = normalize({ directory, settings, door, holds, now, signal, normalized: events.normalized });
      const committed = (event: Parameters<typeof lane.committed>[0]) => {
        told.committed?.(event);
        lane.committed(event);
      };
      try {
        await runStage(lane.definition, { log: bus, store: stages, lease, around, events: { ...told, committed } });
      } catch (error) {
        if (isStoreWrong(error))
          void keepLaneClosed(bus, lease.lane, { signal, onTrouble: events.troubles.doorLeftOpen });
        throw error;
      }
    },
  };
}

/** Whatever enters a store that is not the one we read would be lost when that one comes back. */
function isStoreWrong(error: unknown): boolean {
  return error instanceof LaneAlarm && (error.alarm === 'stream_lost' || error.alarm === 'forked');
}

/** The sink of long timers: what stages have set becomes schedules. */
export function timersWorker({ events }: WorkerParts, { log }: SharedFacts): LaneWorker {
  const name = 'timers';
  return {
    name,
    work: ({ lane, signal }) => {
      const onTrouble = (error: unknown) => events.troubles.failed(name, lane, error);
      return runTimers({ service: stageName, bus: log, lane, signal, onTrouble });
    },
  };
}

/** What those who read the facts of one lane share: one feed, and what was read of each envelope. */
export interface SharedFacts {
  readonly log: LogPort;
  readonly ordering: OrderingFacts;
}

/** Made for each lane that is taken. */
export function shareFacts({ runtime }: WorkerParts): SharedFacts {
  return { log: shareFeeds(runtime.bus), ordering: createOrderingFacts() };
}

/** Dispatch to one connector. */
export function dispatchWorker(
  { runtime, door, documents, fileUrl }: WorkerParts,
  { log, ordering }: SharedFacts,
  connector: string,
): LaneWorker {
  const { directory } = runtime;
  const definition = dispatch({
    ...{ connector, directory, fileUrl, facts: ordering },
    ackTokenOf: (channelId, pressId) => ackTokenOf(documents.collection('events'), channelId, pressId),
    failed: (item) => reportFailure(door, item),
  });
  const events = laneEvents(runtime, 'dispatch');
  const around = laneSpans(runtime, 'dispatch', factTraceparentOf);
  return {
    name: definition.name,
    work: (lease) => runKeyedLog(definition, { log, lease, events, around }),
  };
}
