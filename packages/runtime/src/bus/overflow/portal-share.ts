import type { StreamTotals } from '@trunkline/contracts';
import { heldOf, noTotals } from './totals.ts';

/** Whether a portal holds more of OUTBOX than it may. */
export interface PortalShare {
  /**
   * True if a portal whose stream weighs so much would hold more than its share: what is not delivered counts, what only waits
   * to be cleared does not. From memory, unless that says yes and is old: then the lane's records are read. Never rejects.
   */
  isOver(lane: number, portalId: string, head: StreamTotals): Promise<boolean>;
}

/** What {@link createPortalShare} wants. */
export interface PortalShareOptions {
  /** The share in bytes, as far as it is known. */
  readonly bytes: () => number | undefined;
  /** What each portal of a lane has, by what its stream weighs there. Rejects when the bus does not answer. */
  readonly readDone: (lane: number) => Promise<ReadonlyMap<string, StreamTotals>>;
  /** Milliseconds that never go back. */
  readonly now: () => number;
  readonly onTrouble: (error: unknown) => void;
}

/** What is read of a lane is good so long. */
const goodForMs = 2_000;

interface Known {
  readonly done: ReadonlyMap<string, StreamTotals>;
  readonly atMs: number;
}

/** One for all lanes of a process. */
export function createPortalShare({ bytes, readDone, now, onTrouble }: PortalShareOptions): PortalShare {
  const lanes = new Map<number, Known>();
  const reading = new Map<number, Promise<void>>();
  const read = async (lane: number) => {
    try {
      lanes.set(lane, { done: await readDone(lane), atMs: now() });
    } catch (error) {
      onTrouble(error);
      lanes.set(lane, { done: lanes.get(lane)?.done ?? new Map(), atMs: now() });
    }
    reading.delete(lane);
  };
  const isOverBy = (known: Known | undefined, portalId: string, head: StreamTotals, limit: number) =>
    heldOf(head, known?.done.get(portalId) ?? noTotals).bytes > limit;
  return {
    isOver: async (lane, portalId, head) => {
      const limit = bytes();
      if (limit === undefined || !isOverBy(lanes.get(lane), portalId, head, limit)) return false;
      if (now() - (lanes.get(lane)?.atMs ?? Number.NEGATIVE_INFINITY) >= goodForMs) {
        const going = reading.get(lane) ?? read(lane);
        reading.set(lane, going);
        await going;
      }
      return isOverBy(lanes.get(lane), portalId, head, limit);
    },
  };
}
