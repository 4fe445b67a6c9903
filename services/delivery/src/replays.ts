import { laneOf } from '@trunkline/contracts';
import { type PulledRun, type ReplayPort, TrunklineError, pause as wait } from '@trunkline/runtime';
import { nextOfReplay, type ReplaySources } from './replay-batch.ts';
import type { PulledReplay, ReplayChange, ReplayDocument, ReplayStore } from './store/replays.ts';

/** Replays as the lanes send them: which wait is in memory, everything else is asked of the store. */
export interface Replays {
  readonly port: ReplayPort;
  /** Keeps the memory as the store is, until the signal. Never rejects. */
  follow(signal: AbortSignal): Promise<void>;
}

/** What {@link createReplays} needs. */
export interface ReplayParts extends ReplaySources {
  readonly store: ReplayStore;
  /** A replay came to its end. */
  readonly onOver: (replay: ReplayDocument) => void;
  readonly onTrouble: (error: unknown) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const everyMs = 1_000;
/** Runs of withheld events that are passed over at once. */
const mostPassed = 100;

/** Makes the port of replays. `follow` must run for it to know any. */
export function createReplays(parts: ReplayParts): Replays {
  const { store, onOver, onTrouble, now } = parts;
  /** Numbers by portal, the oldest first. */
  let waiting = new Map<string, number[]>();
  let pulled: readonly PulledReplay[] = [];
  const forget = (portalId: string, number: number): undefined => {
    const rest = waiting.get(portalId)?.filter((each) => each !== number) ?? [];
    if (rest.length > 0) waiting.set(portalId, rest);
    else waiting.delete(portalId);
  };
  const look = async () => {
    const found = new Map<string, number[]>();
    for (const { portalId, number } of await store.open()) {
      found.set(portalId, [...(found.get(portalId) ?? []), number]);
    }
    waiting = found;
    pulled = await store.pulled();
  };
  const read: ReplayPort['read'] = async (portalId, number, wanted) => {
    for (let passed = 0; passed < mostPassed; passed += 1) {
      const replay = await store.find(portalId, number);
      if (replay === undefined || !isOpen(replay)) return forget(portalId, number);
      const next = await nextOfReplay(replay, wanted, parts);
      if (next.kind === 'batch') return next.batch;
      if (next.kind === 'over') {
        await store.end(portalId, number, 'done');
        onOver(replay);
        return forget(portalId, number);
      }
      const { count, untilSequence, reason } = next;
      const told = { lastError: 'no_key', lastErrorText: `the event ${untilSequence} is withheld: ${reason}` };
      await store.move(replay, { afterSequence: untilSequence, sent: 0, refused: count, ...told });
    }
    throw new TrunklineError('aborted', 'one event after another of a replay is withheld');
  };
  return {
    port: {
      portals: () => waiting.keys(),
      next: (portalId) => waiting.get(portalId)?.[0],
      read,
      settle: async (portalId, number, { afterSequence }, outcome) => {
        const runs = outcome.kind === 'failed' ? [] : (outcome.pulled ?? []);
        const pulledNow = runs.map((run) => ({ ...run, isTaken: outcome.kind === 'sent', at: new Date(now()) }));
        const change = { ...changeOf(afterSequence, outcome), pulled: pulledNow };
        await store.move({ portalId, number, afterSequence }, change);
      },
      pulled: (lane) => pulled.filter(({ tenantId }) => laneOf(tenantId) === lane).flatMap(runsOf),
      recorded: async (runs) => {
        const byReplay = Map.groupBy(runs, ({ portalId, replay }) => `${portalId}/${replay}`);
        for (const own of byReplay.values()) {
          const { portalId = '', replay = 0 } = own[0] ?? {};
          const sequences = own.map(({ firstSequence }) => firstSequence);
          await store.recorded(portalId, replay, sequences);
        }
      },
    },
    follow: async (signal) => {
      while (!signal.aborted) {
        await look().catch(onTrouble);
        await wait(everyMs, signal);
      }
    },
  };
}

function runsOf({ portalId, number, pulled }: PulledReplay): PulledRun[] {
  return pulled.map((run) => ({ ...run, id: `${portalId}/${number}/${run.firstSequence}`, portalId, replay: number }));
}

function isOpen({ state }: ReplayDocument): boolean {
  return state === 'waiting' || state === 'running';
}

function changeOf(afterSequence: number, outcome: Parameters<ReplayPort['settle']>[3]): ReplayChange {
  switch (outcome.kind) {
    case 'sent':
      return {
        ...{ afterSequence: outcome.untilSequence, sent: outcome.count, refused: 0 },
        ...{ lastError: '', lastErrorText: '' },
      };
    case 'refused':
      return {
        ...{ afterSequence: outcome.untilSequence, sent: 0, refused: outcome.count },
        ...{ lastError: 'portal_rejected', lastErrorText: `the portal refused the event ${outcome.untilSequence}` },
      };
    case 'failed':
      return { afterSequence, sent: 0, refused: 0, lastError: outcome.code, lastErrorText: outcome.text };
  }
}
