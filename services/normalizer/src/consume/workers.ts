import { collections, factTraceparentOf, ingressTraceparentOf, type Media } from '@trunkline/contracts';
import {
  createMongoStageStore,
  type Door,
  type InputItem,
  laneEvents,
  type Runtime,
  runKeyedLog,
  runStage,
  runTimers,
} from '@trunkline/runtime';
import { dispatch } from '../dispatch/dispatch.ts';
import { reportFailure } from '../dispatch/report-failure.ts';
import { stageName } from '../domain/timer.ts';
import type { Settings } from '../domain/turn.ts';
import type { NormalizerEvents } from '../events.ts';
import type { ReadDocuments } from '../store/documents.ts';
import { openHolds } from '../store/holds.ts';
import { ackTokenOf } from '../store/press-tokens.ts';
import { normalize } from './normalize.ts';
import type { LaneWorker } from './work-lane.ts';

/** What the workers of a lane share. */
export interface WorkerParts {
  readonly runtime: Runtime<unknown>;
  readonly settings: Settings;
  readonly door: Door;
  readonly documents: ReadDocuments;
  readonly events: NormalizerEvents;
  /** Link to a file, as of a time. */
  readonly fileUrl: (atMs: number) => (media: Media) => string;
}

/** The stage: everything that entered, decided in order. */
export function stageWorker({ runtime, settings, door, documents, events }: WorkerParts): LaneWorker {
  const { store, bus, directory, now } = runtime;
  const stages = createMongoStageStore({ ...store, collection: collections.normalizer.stages });
  const holds = openHolds(documents.collection('holds'));
  const told = laneEvents(runtime, stageName);
  const around = spans(runtime, 'normalize', ingressTraceparentOf);
  return {
    name: stageName,
    work: (lease) => {
      const { signal } = lease;
      const lane = normalize({ directory, settings, door, holds, now, signal, normalized: events.normalized });
      const committed = (event: Parameters<typeof lane.committed>[0]) => {
        told.committed?.(event);
        lane.committed(event);
      };
      return runStage(lane.definition, { log: bus, store: stages, lease, around, events: { ...told, committed } });
    },
  };
}

/** The sink of long timers: what stages have set becomes schedules. */
export function timersWorker({ runtime, events }: WorkerParts): LaneWorker {
  const name = 'timers';
  return {
    name,
    work: ({ lane, signal }) => {
      const onTrouble = (error: unknown) => events.troubles.failed(name, lane, error);
      return runTimers({ service: stageName, bus: runtime.bus, lane, signal, onTrouble });
    },
  };
}

/** Dispatch to one connector. */
export function dispatchWorker({ runtime, door, documents, fileUrl }: WorkerParts, connector: string): LaneWorker {
  const { bus, directory } = runtime;
  const definition = dispatch({
    ...{ connector, directory, fileUrl },
    ackTokenOf: (channelId, pressId) => ackTokenOf(documents.collection('events'), channelId, pressId),
    failed: (item) => reportFailure(door, item),
  });
  const events = laneEvents(runtime, 'dispatch');
  const around = spans(runtime, 'dispatch', factTraceparentOf);
  return {
    name: definition.name,
    work: (lease) => runKeyedLog(definition, { log: bus, lease, events, around }),
  };
}

const linksMax = 100;

/** One span a micro-batch, linked to the traces of its items; none where nothing is sampled. */
function spans({ tracing }: Runtime<unknown>, name: string, traceparentOf: (bytes: Uint8Array) => string) {
  return async <T>(items: readonly InputItem[], run: () => Promise<T>): Promise<T> => {
    const links = items.map(({ bytes }) => tracedBy(bytes, traceparentOf)).filter((text) => text !== '');
    if (links.length === 0) return await run();
    const attributes = { 'messaging.batch.message_count': items.length };
    return await tracing.span(name, { kind: 'consumer', links: links.slice(0, linksMax), attributes }, run);
  };
}

/** What is no item at all has no trace either: whoever decides it will park it. */
function tracedBy(bytes: Uint8Array, traceparentOf: (bytes: Uint8Array) => string): string {
  try {
    return traceparentOf(bytes);
  } catch {
    return '';
  }
}
