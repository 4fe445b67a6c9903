import { type ChannelAccess, createLimit, type Limit } from '@trunkline/adapter-kit';
import type { Settings } from './settings.ts';

/** How many forms are given out and let in: 0, or how long to wait, in milliseconds. */
export interface FormLimits {
  /** Forms that are asked for from an address, by the script or as a page. */
  readonly given: (channel: ChannelAccess<Settings>, address: string, nowMs: number) => number;
  /** Whatever is sent from an address. */
  readonly sent: (channel: ChannelAccess<Settings>, address: string, nowMs: number) => number;
  /** Forms that are taken, as the channel's setting says. */
  readonly taken: (channel: ChannelAccess<Settings>, nowMs: number) => number;
}

/** Given to an address at once, and a minute: a form is asked for with each page. */
const givenPerMinute = 60;

/** Sent from an address at once, and a minute: an office has one address. */
const sentBurst = 10;
const sentPerMinute = 3;

/**
 * The gateway sends a channel to one instance as long as it answers, so what this one counts is what there is. An address is
 * counted for each channel: what it sends to one company costs it nothing at another.
 */
export function formLimits(): FormLimits {
  const channels = new Map<number, Limit>();
  const given = createLimit(givenPerMinute, givenPerMinute);
  const sent = createLimit(sentBurst, sentPerMinute);
  return {
    given: ({ id }, address, nowMs) => given.take(`${id} ${address}`, nowMs),
    sent: ({ id }, address, nowMs) => sent.take(`${id} ${address}`, nowMs),
    taken: ({ id, settings: { perMinute } }, nowMs) => {
      const limit = channels.get(perMinute) ?? createLimit(perMinute, perMinute);
      channels.set(perMinute, limit);
      return limit.take(id, nowMs);
    },
  };
}
