import type { SendResult } from '@trunkline/contracts';
import type { HeldOrder, HeldStore } from '../held-store.ts';
import { isEndOf, type SentMessages } from '../sent-messages.ts';
import type { Op } from './memory-bus.ts';

/** Where an order ended, and how. */
export interface Ended {
  readonly place: string;
  readonly result: SendResult;
}

/** Held orders in a map. */
export function heldOver(all: Map<string, HeldOrder>, op: Op): HeldStore {
  const inOrder = () =>
    [...all.values()].toSorted((one, other) => one.order.position.sequence - other.order.position.sequence);
  const seen = (found: HeldOrder): HeldOrder => ({
    ...found,
    order: {
      ...{ ...found.order, attempts: found.attempts, doubtSinceMs: found.doubtSinceMs },
      ...{ isUnsure: found.isUnsure, denied: found.denied, isSeenBefore: true },
    },
  });
  return {
    put: (orders) =>
      op(() => {
        for (const one of orders) if (!all.has(one.order.place)) all.set(one.order.place, one);
      }),
    first: (_queue, conversation) =>
      op(() => {
        const found = inOrder().find(({ order }) => order.conversation === conversation);
        return found === undefined ? undefined : seen(found);
      }),
    update: (place, waiting) =>
      op(() => {
        const found = all.get(place);
        if (found !== undefined) all.set(place, { ...found, ...waiting });
      }),
    remove: (place) => op(() => void all.delete(place)),
    conversations: () =>
      op(() => {
        const firsts = Map.groupBy(inOrder(), ({ order }) => order.conversation);
        return [...firsts].flatMap(([conversation, [first, ...more]]) =>
          first === undefined
            ? []
            : [
                {
                  queue: first.queue,
                  conversation,
                  notBeforeMs: first.notBeforeMs,
                  expiresAtMs: first.order.expiresAtMs,
                  isInDoubt: first.doubtSinceMs !== undefined,
                  isUrgent: [first, ...more].some(({ order }) => order.isInteractive),
                },
              ],
        );
      }),
    doubt: (places, sinceMs) =>
      op(() => {
        for (const place of places) {
          const found = all.get(place);
          if (found !== undefined && found.doubtSinceMs === undefined)
            all.set(place, { ...found, doubtSinceMs: sinceMs, notBeforeMs: sinceMs });
        }
      }),
  };
}

/** What became of orders, in a map. */
export function sentOver(all: Map<string, Ended>, op: Op): SentMessages {
  return {
    ended: (order, { messageId }) =>
      op(() => {
        const found = all.get(messageId);
        return found && isEndOf(order, found) ? found.result : undefined;
      }),
    end: (place, result) => op(() => void all.set(result.messageId, { place, result })),
    confirm: async () => {},
    platformIdsOf: async () => [],
  };
}
