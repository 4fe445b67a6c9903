import type { BatchItem, PulledRun, ReplayPort } from '../portal-ports.ts';
import { eventBytes } from './items.ts';
import type { Network, Process } from './network.ts';

/** A replay that somebody asked for, as the store has it. */
export interface ModelReplay {
  readonly number: number;
  /** What was asked for, in order. */
  readonly sequences: readonly number[];
  afterSequence: number;
  sent: number;
  readonly refused: Set<number>;
  isOver: boolean;
  /** What consumers took of it, and no record tells yet. */
  pulled: readonly PulledRun[];
  /** Called whenever its next events are asked for. */
  onRead?: () => void;
}

/** All replays of the model, by portal, oldest first. */
export type ModelReplays = Map<string, ModelReplay[]>;

/** True once everything that was asked for was sent, or refused. */
export function areOver(replays: ModelReplays): boolean {
  return [...replays.values()].flat().every(({ isOver }) => isOver);
}

/** Somebody asks for events that were given up. */
export function askReplay(replays: ModelReplays, portalId: string, sequences: readonly number[]): void {
  const all = replays.get(portalId) ?? [];
  const ordered = [...sequences].sort((a, b) => a - b);
  const replay = { number: all.length + 1, sequences: ordered, afterSequence: 0, sent: 0, isOver: false, pulled: [] };
  replays.set(portalId, [...all, { ...replay, refused: new Set() }]);
}

/** The replays as one process asks for them: over the network, and the store may be away. */
export function replayPort(
  replays: ModelReplays,
  process: Process,
  network: Network,
  store: { readonly isAway: () => boolean; readonly kid: (notKids: readonly string[]) => string },
): ReplayPort {
  const waiting = (portalId: string) => replays.get(portalId)?.find(({ isOver }) => !isOver);
  const numbered = (portalId: string, number: number) => replays.get(portalId)?.find((each) => each.number === number);
  const ask = <T>(effect: () => T) =>
    network.call(process, () => {
      if (store.isAway()) throw new Error('store away');
      return effect();
    });
  return {
    portals: () => [...replays.keys()].filter((portalId) => waiting(portalId) !== undefined),
    next: (portalId) => waiting(portalId)?.number,
    read: (portalId, number, { events, notKids = [] }) =>
      ask(() => {
        const replay = numbered(portalId, number);
        replay?.onRead?.();
        if (replay === undefined || replay.isOver) return undefined;
        const { afterSequence } = replay;
        const items = replay.sequences.filter((sequence) => sequence > afterSequence).slice(0, events);
        if (items.length === 0) replay.isOver = true;
        return items.length === 0
          ? undefined
          : { afterSequence, items: items.map((sequence) => itemOf(sequence, store.kid(notKids))) };
      }),
    settle: (portalId, number, from, outcome) =>
      ask(() => {
        const replay = numbered(portalId, number);
        if (replay === undefined || outcome.kind === 'failed' || replay.afterSequence !== from.afterSequence) return;
        replay.afterSequence = outcome.untilSequence;
        if (outcome.kind === 'sent') replay.sent += outcome.count;
        else replay.refused.add(outcome.untilSequence);
      }),
    pulled: () => [...replays.values()].flat().flatMap(({ pulled }) => pulled),
    recorded: (runs) =>
      ask(() => {
        const ids = new Set(runs.map(({ id }) => id));
        for (const replay of [...replays.values()].flat())
          replay.pulled = replay.pulled.filter(({ id }) => !ids.has(id));
      }),
  };
}

function itemOf(sequence: number, kid: string): BatchItem {
  return { sequence, id: `event-${sequence}`, bytes: eventBytes(kid, 1), traceparent: '' };
}
