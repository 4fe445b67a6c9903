import { createTokenBucket, type Pace, type TokenBucket } from '@trunkline/runtime';

/** How fast a channel may be called: a bucket for the channel, one for each conversation, and fewer slots while it is sick. */
export interface Pacer {
  /** Until when the whole channel must not be called, in milliseconds since 1970; not after now: it may be. */
  restsUntilMs(nowMs: number): number;
  /** When a conversation may be called next, in milliseconds since 1970. */
  readyAtMs(conversation: string, nowMs: number): number;
  /** Takes a token of the channel and of the conversation. */
  take(conversation: string, pace: Pace, nowMs: number): void;
  /** Nothing of the channel before this time. */
  pauseUntil(atMs: number): void;
  /** Ends a pause. */
  resume(): void;
  /** The platform answered as it should, or not. */
  heard(isTrouble: boolean): void;
  /** How many conversations may be at work at once. */
  readonly slots: number;
}

/** After so many troubles in a row only one conversation at a time finds out whether the platform is back. */
const sickAfter = 3;
/** Buckets kept at most; those that are full again are forgotten first. */
const mostConversations = 10_000;

/**
 * Makes the pacer of a queue. The channel's own pace is asked for with each token, because a person may change it; `sharedUntilMs` says
 * until when what the channel shares with others must not be called.
 */
export function createPacer(paceNow: () => Pace, slots: number, sharedUntilMs: () => number = () => 0): Pacer {
  let pace = paceNow();
  let channel = createTokenBucket(pace);
  const conversations = new Map<string, TokenBucket>();
  let troubles = 0;

  const forgetIdle = (nowMs: number) => {
    for (const [id, bucket] of conversations) if (bucket.isIdle(nowMs)) conversations.delete(id);
  };

  const restsUntilMs = (nowMs: number) => Math.max(channel.readyAtMs(nowMs), sharedUntilMs());

  return {
    get slots() {
      return troubles >= sickAfter ? 1 : slots;
    },
    restsUntilMs,
    readyAtMs: (conversation, nowMs) =>
      Math.max(restsUntilMs(nowMs), conversations.get(conversation)?.readyAtMs(nowMs) ?? nowMs),
    take: (conversation, conversationPace, nowMs) => {
      const next = paceNow();
      // Whoever takes a token is not paused: nothing of the former bucket is lost.
      if (next.perSecond !== pace.perSecond) channel = createTokenBucket(next);
      pace = next;
      channel.take(nowMs);
      if (conversationPace.perSecond === 0) return;
      if (conversations.size >= mostConversations) forgetIdle(nowMs);
      const bucket = conversations.get(conversation) ?? createTokenBucket(conversationPace);
      conversations.set(conversation, bucket);
      bucket.take(nowMs);
    },
    pauseUntil: (atMs) => channel.pauseUntil(atMs),
    resume: () => channel.resume(),
    heard: (isTrouble) => {
      troubles = isTrouble ? troubles + 1 : 0;
    },
  };
}
