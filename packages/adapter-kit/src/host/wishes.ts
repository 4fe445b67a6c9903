import type { HintBus } from '@trunkline/runtime';

/** Whom somebody wants to be asked at once, of the channels that are asked here. */
export interface Wishes {
  /** Takes what was wished since the last time. From then on wishes of these channels are heard, and of no others. */
  take(channelIds: readonly string[]): readonly string[];
  /** Aborts with the next wish, and at once while one waits. */
  next(): AbortSignal;
}

/** No connector's own topic begins so. */
const topic = '~ask now';

/**
 * Has a channel's account asked at once by whichever instance asks it. Does not wait; lost where nobody asks it now: then it
 * is asked in its time.
 */
export function askChannelNow(hints: Pick<HintBus, 'tell'>, channelId: string): void {
  hints.tell(channelId, topic, new Uint8Array());
}

/** Listens for wishes until the signal. Does no input or output besides. */
export function listenForWishes(hints: Pick<HintBus, 'listen'>, signal: AbortSignal): Wishes {
  const listening = new Map<string, AbortController>();
  const wished = new Set<string>();
  let waking = new AbortController();
  const listen = (id: string) => {
    const end = new AbortController();
    const wish = () => {
      wished.add(id);
      waking.abort();
    };
    listening.set(id, end);
    hints.listen(id, topic, wish, AbortSignal.any([signal, end.signal]));
  };
  return {
    take: (channelIds) => {
      const present = new Set(channelIds);
      for (const id of present) if (!listening.has(id)) listen(id);
      for (const [id, end] of listening) {
        if (present.has(id)) continue;
        end.abort();
        listening.delete(id);
      }
      const taken = [...wished];
      wished.clear();
      return taken;
    },
    next: () => {
      waking = new AbortController();
      if (wished.size > 0) waking.abort();
      return waking.signal;
    },
  };
}
