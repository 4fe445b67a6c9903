import { IngressBatch, streams, subjects } from '@trunkline/contracts';
import type { Committed, Directory, Door, StageDefinition } from '@trunkline/runtime';
import { type Decided, decideItems, parkItem } from '../domain/decide.ts';
import { dueHoldsTimer, stageName } from '../domain/timer.ts';
import type { Settings } from '../domain/turn.ts';
import type { Holds } from '../store/holds.ts';
import { createPatience, viewOf } from './directory-view.ts';
import { readState, type StageState } from './read-state.ts';

/** What the stage needs. */
export interface Normalize {
  readonly directory: Directory;
  readonly settings: Settings;
  readonly door: Door;
  readonly holds: Holds;
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** Hears what each micro-batch did, once it is stored and told. */
  readonly normalized: (decided: Decided, committed: Committed) => void;
}

/** The stage of one lane. */
export interface NormalizeLane {
  readonly definition: StageDefinition<StageState>;
  /** To be called with each micro-batch that is stored and told. */
  readonly committed: (event: Committed) => void;
}

/** The normalizer: everything that entered, decided in order. */
export function normalize(needs: Normalize): NormalizeLane {
  const { directory, settings, door, holds, now } = needs;
  const waitForChannels = createPatience(directory);
  /** What was decided last and is on its way to be stored. */
  let pending: Decided | undefined;
  const keep = (decided: Decided): Decided => {
    pending = decided;
    return decided;
  };
  const definition: StageDefinition<StageState> = {
    name: stageName,
    input: (lane) => ({ stream: streams.ingress, subjects: [subjects.ingress(lane), subjects.due(lane)] }),
    unpack: ({ data }) => IngressBatch.decode(data).items,
    read: async (items, reader) => {
      const view = viewOf(directory);
      const state = await readState(items, reader, { directory: view, settings });
      if (view.unknown.size === 0 || !(await waitForChannels(view.unknown, needs.signal))) return state;
      return await readState(items, reader, { directory: viewOf(directory), settings });
    },
    decide: (items, state) => {
      const isDecided = state.items === items && state.decided !== undefined;
      return keep(isDecided ? state.decided : decideItems(items, state));
    },
    park: (item, error) => keep(parkItem(item, error, { loaded: new Map(), directory: viewOf(directory), settings })),
    nextDue: (lane) => holds.nextDue(lane),
    onDue: async (lane) => {
      const atMs = now();
      const ids = await holds.due(lane, atMs);
      if (ids.length === 0) return;
      const value = dueHoldsTimer({ ids, atMs });
      await door.enter(lane, { receivedAt: new Date(atMs), traceparent: '', item: { $case: 'timerDue', value } });
    },
  };
  const committed = (event: Committed) => {
    if (pending !== undefined) needs.normalized(pending, event);
    pending = undefined;
  };
  return { definition, committed };
}
