import type { Conversation, Conversations } from './conversations.ts';

/** The steps of one queue that are under way. */
export interface UnderWay {
  /** Starts a step over conversations, of which nothing else is done meanwhile; `close` is called when it has ended. */
  start(among: readonly Conversation[], step: () => Promise<void>, close?: () => void): void;
  readonly count: number;
  /** True from the end on, and once a step failed: nothing is to be started any more. */
  readonly isStopped: boolean;
  /** Starts nothing more; resolves when what is at work has ended. */
  stop(): Promise<void>;
}

/** What {@link createUnderWay} wants. */
export interface UnderWayOptions {
  readonly conversations: Conversations;
  /** Watches what runs by itself: when it rejects, the lane is over. */
  readonly watch: (running: Promise<void>) => void;
  /** Called after each step. */
  readonly onEnded: () => void;
}

/** Makes an empty set of steps. */
export function createUnderWay({ conversations, watch, onEnded }: UnderWayOptions): UnderWay {
  const running = new Set<Promise<void>>();
  let isStopped = false;
  return {
    get count() {
      return running.size;
    },
    get isStopped() {
      return isStopped;
    },
    start: (among, take, close = () => {}) => {
      for (const conversation of among) conversation.isBusy = true;
      const step = take()
        .catch((error: unknown) => {
          isStopped = true;
          throw error;
        })
        .finally(() => {
          close();
          running.delete(step);
          for (const conversation of among) {
            conversation.isBusy = false;
            conversations.settle(conversation);
          }
          onEnded();
        });
      running.add(step);
      watch(step);
    },
    stop: async () => {
      isStopped = true;
      await Promise.allSettled(running);
    },
  };
}
