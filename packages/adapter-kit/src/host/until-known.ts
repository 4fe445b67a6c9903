import { type Directory, pause } from '@trunkline/runtime';

const longestMs = 5_000;
const stepMs = 10;

/**
 * Waits until this instance knows a channel as the directory has stored it: its platform may call while it is being
 * connected, and has to be let in. Gives up after five seconds: most platforms call later.
 */
export function waitUntilKnown(
  directory: Pick<Directory, 'channel'>,
  name: string,
): (channelId: string, revision: number, signal: AbortSignal) => Promise<void> {
  return async (channelId, revision, signal) => {
    const endsAt = performance.now() + longestMs;
    const isKnown = () => (directory.channel(name, channelId)?.revision ?? 0) >= revision;
    while (!isKnown() && performance.now() < endsAt && !signal.aborted) await pause(stepMs, signal);
  };
}
