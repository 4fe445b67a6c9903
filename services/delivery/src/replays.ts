import { type ReplayBatch, type ReplayPort, pause as wait } from '@trunkline/runtime';
import { replayItem } from './domain/replay-item.ts';
import type { ReplayChange, ReplayDocument, ReplayStore } from './store/replays.ts';
import type { Undelivered } from './store/undelivered.ts';

/** Replays as the lanes send them: which wait is in memory, everything else is asked of the store. */
export interface Replays {
  readonly port: ReplayPort;
  /** Keeps the memory as the store is, until the signal. Never rejects. */
  follow(signal: AbortSignal): Promise<void>;
}

/** What {@link createReplays} needs. */
export interface ReplayParts {
  readonly store: ReplayStore;
  readonly undelivered: Undelivered;
  /** A replay came to its end. */
  readonly onOver: (replay: ReplayDocument) => void;
  readonly onTrouble: (error: unknown) => void;
}

const everyMs = 1_000;

/** Makes the port of replays. `follow` must run for it to know any. */
export function createReplays({ store, undelivered, onOver, onTrouble }: ReplayParts): Replays {
  /** Numbers by portal, the oldest first. */
  let waiting = new Map<string, number[]>();
  const forget = (portalId: string, number: number) => {
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
  };
  const read: ReplayPort['read'] = async (portalId, number, limit) => {
    const replay = await store.find(portalId, number);
    const batch = replay === undefined ? undefined : await batchOf(replay, undelivered, limit);
    if (batch !== undefined) return batch;
    if (replay?.state === 'waiting' || replay?.state === 'running') {
      await store.end(portalId, number, 'done');
      onOver(replay);
    }
    forget(portalId, number);
    return undefined;
  };
  return {
    port: {
      portals: () => waiting.keys(),
      next: (portalId) => waiting.get(portalId)?.[0],
      read,
      settle: async (portalId, number, { afterSequence }, outcome) => {
        await store.move({ portalId, number, afterSequence }, changeOf(afterSequence, outcome));
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

async function batchOf(
  { portalId, number, selection, afterSequence, untilSequence, state }: ReplayDocument,
  undelivered: Undelivered,
  limit: { readonly events: number; readonly bytes: number },
): Promise<ReplayBatch | undefined> {
  if (state === 'done' || state === 'cancelled') return undefined;
  const page = { afterSequence, untilSequence, limit: limit.events, bytes: limit.bytes };
  const events = await undelivered.read(portalId, selection, page);
  if (events.length === 0) return undefined;
  return { afterSequence, items: events.map((event) => replayItem(event, number)) };
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
