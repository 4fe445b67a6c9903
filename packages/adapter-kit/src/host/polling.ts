import { type ChannelEntry, laneOf } from '@trunkline/contracts';
import type { Directory } from '@trunkline/runtime';
import type { ChannelAccess } from '../channel.ts';
import type { Channels } from './channels.ts';
import { webAddress } from './web-address.ts';

/** What the polling of a lane needs. */
export interface PollingParts {
  readonly channels: Pick<Channels, 'entries' | 'entry' | 'ready'>;
  readonly directory: Pick<Directory, 'onChange' | 'loaded'>;
  /** Channels that have a public hook are polled, too. */
  readonly isBesideHook: boolean;
  /** Fetches the updates of one channel until the signal. */
  readonly poll: (channel: ChannelAccess, signal: AbortSignal) => Promise<void>;
}

/**
 * Polls every channel of a lane that has no public hook, or all, until the signal: those that come are begun, those that change are
 * begun anew, those that go are ended. Never two of one channel at once.
 */
export async function runPolling(parts: PollingParts, lane: number, signal: AbortSignal): Promise<void> {
  const { channels, directory, isBesideHook } = parts;
  const running = new Map<string, Running>();
  const begin = (entry: ChannelEntry, former: Promise<void>) => {
    const end = new AbortController();
    const both = AbortSignal.any([signal, end.signal]);
    const ended = former.then(async () => {
      const channel = channels.ready(entry.id);
      if (channel !== undefined && !both.aborted) await parts.poll(channel, both);
    });
    running.set(entry.id, { entry, end, ended });
  };
  const isWanted = (entry: ChannelEntry) => (isBesideHook || isPolled(entry)) && laneOf(entry.tenantId) === lane;
  /** Brings what runs for a channel and what is wanted together. */
  const review = (id: string) => {
    const entry = channels.entry(id);
    const next = entry !== undefined && isWanted(entry) ? entry : undefined;
    const current = running.get(id);
    if (current === undefined) {
      if (next !== undefined) begin(next, Promise.resolve());
      return;
    }
    if (current.entry === next && !current.end.signal.aborted) return;
    current.end.abort();
    if (next !== undefined) begin(next, current.ended);
    else void current.ended.then(() => running.get(id) === current && running.delete(id));
  };
  // What a change is not about is not looked at: there may be ten thousand channels, and each is made by several changes.
  const forget = directory.onChange(({ kind, id }) => {
    if (signal.aborted) return;
    if (kind === 'channel') review(id);
    if (kind !== 'tenant') return;
    const present = [...channels.entries(), ...[...running.values()].map(({ entry }) => entry)];
    for (const entry of present) if (entry.tenantId === id) review(entry.id);
  });
  await Promise.race([directory.loaded, aborted(signal)]);
  if (!signal.aborted) for (const { id } of channels.entries()) review(id);
  await aborted(signal);
  forget();
  await Promise.all([...running.values()].map(({ ended }) => ended));
}

/** A channel that is polled, or was and is about to end. */
interface Running {
  readonly entry: ChannelEntry;
  readonly end: AbortController;
  readonly ended: Promise<void>;
}

/** The address of a channel that is polled is no web address. */
export function isPolled({ hookUrl }: Pick<ChannelEntry, 'hookUrl'>): boolean {
  return webAddress(hookUrl) === undefined;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
