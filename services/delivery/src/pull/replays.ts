import type { BatchItem, ReplayPort, SequenceRun } from '@trunkline/runtime';
import type { BatchSize } from './source.ts';

/** Events that somebody asked to have sent again, for a stream. */
export interface ReplayedEvents {
  /** The next ones and the number of their replay; undefined: none, or those before are not acknowledged yet. */
  next(limit: BatchSize): Promise<{ readonly number: number; readonly items: readonly BatchItem[] } | undefined>;
}

/** Makes the replays of one stream: one batch at a time, the next one when it is acknowledged. Each under keys that are known. */
export function replayedEvents(
  portalId: string,
  port: ReplayPort,
  unknownKids: () => ReadonlySet<string>,
): ReplayedEvents {
  let open: { readonly number: number; readonly afterSequence: number } | undefined;
  return {
    next: async (limit) => {
      const number = port.next(portalId);
      const batch =
        number === undefined ? undefined : await port.read(portalId, number, { ...limit, notKids: [...unknownKids()] });
      if (number === undefined || batch === undefined) return undefined;
      const { afterSequence, items } = batch;
      if (open?.number === number && open.afterSequence === afterSequence) return undefined;
      open = { number, afterSequence };
      return { number, items };
    },
  };
}

/** What a consumer has taken of a replay. */
export interface TakenReplay {
  readonly portalId: string;
  readonly number: number;
  readonly untilSequence: number;
  /** Id of the event after it that will never be taken; empty: none. */
  readonly refusedId: string;
}

/** Moves a replay behind what was taken of its next batch; what is said again changes nothing. */
export async function takeReplay(port: ReplayPort, taken: TakenReplay, limit: BatchSize): Promise<void> {
  const { portalId, number, untilSequence, refusedId } = taken;
  const batch = await port.read(portalId, number, limit);
  const items = batch?.items.filter(({ sequence }) => sequence <= untilSequence) ?? [];
  const last = items.at(-1);
  if (batch !== undefined && last !== undefined) {
    const sent = { count: items.length, untilSequence: last.sequence, pulled: runsOf(items) };
    await port.settle(portalId, number, batch, { kind: 'sent', ...sent });
  }
  if (refusedId === '') return;
  const rest = await port.read(portalId, number, limit);
  const [front] = rest?.items ?? [];
  if (rest === undefined || front?.id !== refusedId) return;
  const refused = { count: 1, untilSequence: front.sequence, pulled: runsOf([front]) };
  await port.settle(portalId, number, rest, { kind: 'refused', ...refused });
}

/** History must not say of an event between two others that it came again. */
function runsOf(items: readonly BatchItem[]): SequenceRun[] {
  const runs: SequenceRun[] = [];
  for (const { sequence } of items) {
    const last = runs.at(-1);
    if (last?.lastSequence === sequence - 1) runs[runs.length - 1] = { ...last, lastSequence: sequence };
    else runs.push({ firstSequence: sequence, lastSequence: sequence });
  }
  return runs;
}
