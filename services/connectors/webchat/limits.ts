import { createLimit } from '@trunkline/adapter-kit';

/** New sessions of an address at once, and a minute, in one channel: an office has one address. */
const sessionsPerMinute = 30;
/** The same over all channels: whoever asks for more is nobody's visitor. */
const sessionsInAllPerMinute = 300;

/**
 * How many sessions are let in: 0, or how long to wait, in milliseconds. An address is counted for each channel, so that what it
 * does at one company costs it nothing at another.
 */
export function sessionLimit(): (channelId: string, address: string, nowMs: number) => number {
  const each = createLimit(sessionsPerMinute, sessionsPerMinute);
  const inAll = createLimit(sessionsInAllPerMinute, sessionsInAllPerMinute);
  return (channelId, address, nowMs) => each.take(`${channelId} ${address}`, nowMs) || inAll.take(address, nowMs);
}
