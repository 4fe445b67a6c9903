/** How often an order was refused alone, as if the account were signed out while it is well, and since when. */
export interface Denied {
  readonly count: number;
  /** In milliseconds since 1970. */
  readonly sinceMs: number;
}

/** So many refusals are needed: one may be the platform's mood, and the account may be signed in again between two. */
const denialsNeeded = 3;
/** How soon it is tried again at the earliest. */
export const deniedAgainMs = 5_000;

/** What follows from one more refusal. */
export type AfterDenial =
  | { readonly next: 'fail' }
  | { readonly next: 'wait'; readonly delayMs: number; readonly denied: Denied };

/**
 * What follows when an order is refused alone once more: soon again, and again when the time has passed; then it fails for good.
 * Refusals are counted for themselves, for an order may have been tried often before for other reasons. Pure.
 */
export function afterDenial(before: Denied | undefined, nowMs: number, overMs: number): AfterDenial {
  const denied = { count: (before?.count ?? 0) + 1, sinceMs: before?.sinceMs ?? nowMs };
  const leftMs = denied.sinceMs + overMs - nowMs;
  if (denied.count >= denialsNeeded && leftMs <= 0) return { next: 'fail' };
  const delayMs = denied.count === 1 ? deniedAgainMs : Math.max(deniedAgainMs, leftMs);
  return { next: 'wait', delayMs, denied };
}

/** Conversations whose last order failed so, for a while: the next one is not to hold them up as long again. */
export interface DeniedConversations {
  /** An order in it failed for good. */
  add(conversation: string, nowMs: number): void;
  /** Did one fail lately, and no message go through since? */
  has(conversation: string, nowMs: number): boolean;
  /** A message went through. */
  delete(conversation: string): void;
}

const rememberedMs = 60 * 60_000;
const conversationsMax = 1_000;

/** Keeps them in memory, the last thousand: whoever takes the channel over finds out anew. */
export function createDeniedConversations(): DeniedConversations {
  const since = new Map<string, number>();
  return {
    add: (conversation, nowMs) => {
      since.delete(conversation);
      since.set(conversation, nowMs);
      const [oldest] = since.keys();
      if (since.size > conversationsMax && oldest !== undefined) since.delete(oldest);
    },
    has: (conversation, nowMs) => nowMs - (since.get(conversation) ?? Number.NEGATIVE_INFINITY) < rememberedMs,
    delete: (conversation) => void since.delete(conversation),
  };
}
