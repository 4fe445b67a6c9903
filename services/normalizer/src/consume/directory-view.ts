import { type ChannelEntry, capabilitiesFor } from '@trunkline/contracts';
import { type Directory, pause } from '@trunkline/runtime';
import type { DirectoryView } from '../domain/turn.ts';

/** A view that remembers which channels were looked for and not found. */
export interface WatchedView extends DirectoryView {
  readonly unknown: ReadonlySet<string>;
}

/** The directory as decisions look at it. */
export function viewOf(directory: Directory): WatchedView {
  const unknown = new Set<string>();
  return {
    unknown,
    channel: (channelId, connector) => {
      const found = findChannel(directory, channelId, connector);
      if (found === undefined) unknown.add(channelId);
      return found;
    },
    capabilities: (connector, conversation) => capabilitiesFor(directory.connector(connector), conversation),
  };
}

/** A channel by its id alone; its connector's name makes it faster, and finds it before the connector has registered. */
export function findChannel(directory: Directory, channelId: string, connector?: string): ChannelEntry | undefined {
  const own = connector === undefined ? undefined : directory.channel(connector, channelId);
  if (own !== undefined) return own;
  for (const { name } of directory.connectors()) {
    const found = directory.channel(name, channelId);
    if (found !== undefined) return found;
  }
  return undefined;
}

const waitMs = 1_000;
const stepMs = 20;
const rememberMs = 60_000;
const rememberedMax = 1_000;

/**
 * Waits a moment for channels that a connector knows and we don't yet: the directory tells each of its readers in its own
 * time. One that did not come is not waited for again within a minute.
 */
export function createPatience(directory: Directory, now: () => number = () => performance.now()) {
  const givenUp = new Map<string, number>();
  return async (channelIds: Iterable<string>, signal: AbortSignal): Promise<boolean> => {
    const wanted = [...channelIds].filter((id) => (givenUp.get(id) ?? 0) <= now());
    const endsAt = now() + waitMs;
    const isMissing = (id: string) => findChannel(directory, id) === undefined;
    while (wanted.some(isMissing) && now() < endsAt && !signal.aborted) await pause(stepMs, signal);
    for (const id of wanted.filter(isMissing)) {
      // At the end of the order, in which the oldest are forgotten: without it a flood of strange ids would have each waited for.
      givenUp.delete(id);
      givenUp.set(id, now() + rememberMs);
    }
    for (const id of [...givenUp.keys()].slice(0, Math.max(0, givenUp.size - rememberedMax))) givenUp.delete(id);
    return wanted.some((id) => !isMissing(id));
  };
}
