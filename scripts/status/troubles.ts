import { modeOf, queueLine, type SeenBacklog } from '../follow/backlog.ts';
import { type Balance, channelBalance, portalBalance } from './balances.ts';
import type { SeenLanes } from './lanes.ts';
import type { Seen } from './seen.ts';

/** Shorter than this is the way of things: positions are stored once a second. */
export const usualLagMs = 2_000;

/**
 * Readers whose lag is told better elsewhere: delivery's is that of its slowest portal, and the normalizer's grows while it
 * has nothing to say; when it is not well its instance or its lanes are.
 */
const toldElsewhere = ['delivery', 'normalizer'];

/** What a person must look at, worst first. Pure. */
export function troubles(seen: Seen): string[] {
  return [
    ...instanceTroubles(seen.instances),
    ...(typeof seen.lanes === 'string' ? [`lanes cannot be seen: ${seen.lanes}`] : seen.lanes.flatMap(ownerTroubles)),
    ...channelTroubles(seen.instances),
    ...balanceTrouble('channels', channelBalance(seen.instances)),
    ...(typeof seen.backlogs === 'string'
      ? [`portals cannot be seen: ${seen.backlogs}`]
      : portalTroubles(seen.backlogs, seen.nowMs)),
    ...lagTroubles(seen),
  ];
}

/** Portals that are not simply well, the longest waiting first. Pure. */
export function waitingPortals(backlogs: readonly SeenBacklog[]): SeenBacklog[] {
  return backlogs
    .filter((backlog) => modeOf(backlog) !== 'live' || backlog.waiting !== '0')
    .toSorted((a, b) => ((a.oldestAt ?? '~') < (b.oldestAt ?? '~') ? -1 : 1));
}

/** One line a cause, however many instances suffer from it. */
function instanceTroubles(instances: Seen['instances']): string[] {
  const sick = instances.filter(({ state }) => state !== 'ok');
  const byCause = Map.groupBy(sick, ({ state, reasons }) => [state, ...reasons].join('; '));
  return [...byCause].map(([cause, suffering]) => `${suffering.map(({ name }) => name).join(', ')}: ${cause}`);
}

/** The work of one lane at least is nobody's; what has no lanes at all, or one for the whole installation, is not meant. */
function ownerTroubles({ service, owners }: SeenLanes): string[] {
  const free = owners.flatMap((owner, lane) => (owner === '' ? [lane] : []));
  const hasLanes = owners.some((owner, lane) => lane > 0 && owner !== '');
  return hasLanes && free.length > 0 ? [`${service}: nobody works lane ${free.join(', ')}`] : [];
}

const waitFor: Readonly<Record<string, string>> = {
  needs_sign_in: 'wait for a person to sign in again',
  banned: 'are banned',
  degraded: 'are not quite well',
};

/** Every instance of a connector shows all of its channels. */
function channelTroubles(instances: Seen['instances']): string[] {
  const counts = new Map<string, number>();
  for (const { service, samples } of instances) {
    for (const { name, labels, value } of samples) {
      const words = waitFor[labels.state ?? ''];
      if (name !== 'trunkline_channels' || words === undefined) continue;
      const cause = `channels of ${service} ${words}`;
      counts.set(cause, Math.max(counts.get(cause) ?? 0, value));
    }
  }
  return [...counts].flatMap(([cause, count]) => (count > 0 ? `${count} ${cause}: DirectoryService/ListChannels` : []));
}

function balanceTrouble(name: string, { text, isEven }: Balance): string[] {
  return isEven ? [] : [`${name} do not balance: ${text}`];
}

function portalTroubles(backlogs: readonly SeenBacklog[], nowMs: number): string[] {
  const sick = waitingPortals(backlogs).filter(
    ({ waiting, pauseReason, lastError }) => pauseReason !== '' || (waiting !== '0' && lastError !== ''),
  );
  const [first] = sick;
  const lines = first === undefined ? [] : [`portal ${queueLine(first, nowMs)}`];
  if (sick.length > 1) lines.push(`and ${sick.length - 1} more: see Portals`);
  return [...balanceTrouble('portals', portalBalance(backlogs)), ...lines];
}

function lagTroubles({ lags }: Seen): string[] {
  if (typeof lags === 'string') return [];
  return lags
    .filter(({ slowest, lagMs }) => lagMs > usualLagMs && !toldElsewhere.includes(slowest))
    .map(({ lane, slowest, lagMs }) => `lane ${lane}: ${slowest} is ${Math.round(lagMs / 1_000)} s behind`);
}
