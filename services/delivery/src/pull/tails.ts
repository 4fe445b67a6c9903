import { streams, subjects } from '@trunkline/contracts';
import { type LogPort, pause } from '@trunkline/runtime';

/** Tells of whatever is new for a portal. One feed a lane serves all streams of the instance. */
export interface Tails {
  /**
   * Calls at each new message of a portal; whatever is stored after this resolves is told. Returns what ends that. Rejects
   * with `unavailable` when the bus does not answer.
   */
  watch(lane: number, portalId: string, onNews: () => void): Promise<() => void>;
}

interface Tail {
  readonly listeners: Map<string, Set<() => void>>;
  readonly started: Promise<number>;
  readonly ending: AbortController;
}

const restartMs = 1_000;

/** Makes the tails of an instance. */
export function openTails(bus: LogPort, onTrouble: (error: unknown) => void): Tails {
  const tails = new Map<number, Tail>();

  const open = (lane: number): Tail => {
    const tail: Tail = {
      listeners: new Map(),
      started: bus.lastSequence(streams.outbox),
      ending: new AbortController(),
    };
    tails.set(lane, tail);
    void run(bus, lane, tail, onTrouble);
    return tail;
  };
  return {
    watch: async (lane, portalId, onNews) => {
      const tail = tails.get(lane) ?? open(lane);
      const listeners = tail.listeners.get(portalId) ?? new Set();
      tail.listeners.set(portalId, listeners.add(onNews));
      const leave = () => {
        listeners.delete(onNews);
        if (listeners.size === 0) tail.listeners.delete(portalId);
        if (tail.listeners.size > 0) return;
        tail.ending.abort();
        if (tails.get(lane) === tail) tails.delete(lane);
      };
      try {
        await tail.started;
      } catch (error) {
        leave();
        throw error;
      }
      return leave;
    },
  };
}

async function run(bus: LogPort, lane: number, tail: Tail, onTrouble: (error: unknown) => void): Promise<void> {
  const { listeners, started, ending } = tail;
  const { signal } = ending;
  // Whoever watches hears of a start that failed.
  let afterSequence = await started.catch(() => undefined);
  while (afterSequence !== undefined && !signal.aborted) {
    try {
      const feed = { stream: streams.outbox, subjects: [subjects.allOutbox(lane)], afterSequence, signal };
      for await (const message of bus.feed(feed)) {
        afterSequence = message.sequence;
        for (const call of listeners.get(message.subject.slice(message.subject.lastIndexOf('.') + 1)) ?? []) call();
      }
    } catch (error) {
      onTrouble(error);
      await pause(restartMs, signal);
    }
  }
}
