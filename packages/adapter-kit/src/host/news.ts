import { type ChannelEvent, ChannelState } from '@trunkline/contracts';

/** News of an account: an event that says how its channel is doing. */
export type AccountNews = Pick<ChannelEvent, 'id' | 'sentAt' | 'receivedAt'> & { readonly state: ChannelState };

/** What is remembered of the news of a channel. */
export interface HeardNews {
  /** When the newest of them was made, by the platform's clock. */
  readonly newestMs: number;
  /** Ids of the last ones: platforms repeat for days. */
  readonly ids: readonly string[];
}

/**
 * What news are worth: they hold (`now`); they may not hold any more, and the account is to be asked (`past`); they were heard
 * before, and the account is to be asked (`repeated`).
 */
export type NewsWorth = 'now' | 'past' | 'repeated';

export const nothingHeard: HeardNews = { newestMs: 0, ids: [] };
/** Whoever is asked every few minutes has been asked since what is older was written. */
const freshMs = 2 * 60_000;
const idsMax = 50;

/**
 * Tells what news are worth. Where the account can be asked, good news only have it asked: that one thing is well again says
 * nothing of the others. Where it cannot be, the newest news are all that is known. Pure.
 */
export function worthOf(news: AccountNews, heard: HeardNews, nowMs: number, canBeAsked: boolean): NewsWorth {
  const atMs = madeAtMs(news, nowMs);
  if (heard.ids.includes(news.id)) return 'repeated';
  if (atMs < heard.newestMs) return 'past';
  const isGood = news.state === ChannelState.CHANNEL_STATE_OK;
  return canBeAsked && (isGood || nowMs - atMs > freshMs) ? 'past' : 'now';
}

/** What is remembered when they are heard, too. Pure. */
export function rememberNews({ newestMs, ids }: HeardNews, news: AccountNews, nowMs: number): HeardNews {
  return { newestMs: Math.max(newestMs, madeAtMs(news, nowMs)), ids: [...ids, news.id].slice(-idsMax) };
}

/** What is dated in the future was made now: it would make all that is made until then old. */
function madeAtMs({ sentAt, receivedAt }: AccountNews, nowMs: number): number {
  return Math.min((sentAt ?? receivedAt)?.getTime() ?? 0, nowMs);
}
