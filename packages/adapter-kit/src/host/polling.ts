import { type ChannelEntry, laneOf } from '@trunkline/contracts';
import type { Directory } from '@trunkline/runtime';
import type { ChannelAccess } from '../channel.ts';
import type { Channels } from './channels.ts';
import { webAddress } from './web-address.ts';

/** What the polling of a lane needs. */
export interface PollingParts {
  readonly channels: Pick<Channels, 'entries' | 'ready'>;
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
  const running = new Map<
    string,
    { readonly entry: ChannelEntry; readonly end: AbortController; ended: Promise<void> }
  >();
  const begin = (entry: ChannelEntry, former: Promise<void>) => {
    const end = new AbortController();
    const both = AbortSignal.any([signal, end.signal]);
    const ended = former.then(async () => {
      const channel = parts.channels.ready(entry.id);
      if (channel !== undefined && !both.aborted) await parts.poll(channel, both);
    });
    running.set(entry.id, { entry, end, ended });
  };
  const review = () => {
    if (signal.aborted) return;
    const wanted = new Map(
      parts.channels
        .entries()
        .filter((entry) => (parts.isBesideHook || isPolled(entry)) && laneOf(entry.tenantId) === lane)
        .map((entry) => [entry.id, entry]),
    );
    for (const [id, { entry, end, ended }] of running) {
      if (wanted.get(id) === entry) continue;
      end.abort();
      const next = wanted.get(id);
      if (next === undefined) void ended.then(() => running.get(id)?.entry === entry && running.delete(id));
      else begin(next, ended);
    }
    for (const entry of wanted.values()) if (!running.has(entry.id)) begin(entry, Promise.resolve());
  };
  const forget = parts.directory.onChange(review);
  await Promise.race([parts.directory.loaded, aborted(signal)]);
  review();
  await aborted(signal);
  forget();
  await Promise.all([...running.values()].map(({ ended }) => ended));
}

/** The address of a channel that is polled is no web address. */
export function isPolled({ hookUrl }: Pick<ChannelEntry, 'hookUrl'>): boolean {
  return webAddress(hookUrl) === undefined;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
