import type { Health } from '../connector.ts';

/** What of its channels a person has to look after, though their accounts are well: in memory. */
export interface Alarms {
  /** A refusal said so. True if it is news. */
  raise(channelId: string, words: string): boolean;
  /** Something was sent. True if there was an alarm. */
  end(channelId: string): boolean;
  /** How a channel is doing, seen by its account and by its alarm. */
  over(channelId: string, health: Health): Health;
}

/** Makes an empty set. Does no input or output. */
export function createAlarms(): Alarms {
  const raised = new Map<string, string>();
  return {
    raise: (channelId, words) => {
      const isNews = raised.get(channelId) !== words;
      raised.set(channelId, words);
      return isNews;
    },
    end: (channelId) => raised.delete(channelId),
    over: (channelId, health) => {
      const words = raised.get(channelId);
      if (words === undefined || (health.state !== 'ok' && health.state !== 'degraded')) return health;
      return { ...health, state: 'degraded', reason: health.reason === '' ? words : `${words} ${health.reason}` };
    },
  };
}
