import { type PortalEntry, PortalKeyState, PortalQueueKind } from '@trunkline/contracts';
import type { PortalView } from '@trunkline/runtime';

/** Longest wait for a portal's answer, unless the portal's settings say otherwise. */
export const defaultTimeoutMs = 15_000;

const defaults = { lingerMs: 200, batchEvents: 100, batchBytes: 262_144, retentionHours: 24 };
/** Requests at once, each of other conversations. */
const parallelRequests = { least: 2, usual: 4, most: 16 };
const onceKinds: readonly PortalQueueKind[] = [
  PortalQueueKind.PORTAL_QUEUE_KIND_SEQUENTIAL_ONCE,
  PortalQueueKind.PORTAL_QUEUE_KIND_PARALLEL_ONCE,
];
const parallelKinds: readonly PortalQueueKind[] = [
  PortalQueueKind.PORTAL_QUEUE_KIND_PARALLEL_GUARANTEED,
  PortalQueueKind.PORTAL_QUEUE_KIND_PARALLEL_ONCE,
];
const retentionBounds = { least: 1, most: 48 };
const hourMs = 3_600_000;

/** How a portal wants its events; zero, and a portal that nobody knows, mean the defaults. Pure. */
export function settingsOf(entry: PortalEntry | undefined): PortalView['settings'] {
  const {
    lingerMs = 0,
    batchEvents = 0,
    batchBytes = 0,
    retentionHours = 0,
    requestsPerMinute = 0,
  } = entry?.settings ?? {};
  const hours = retentionHours || defaults.retentionHours;
  return {
    // 1 means none: 0 is what an absent field looks like.
    lingerMs: lingerMs === 1 ? 0 : lingerMs || defaults.lingerMs,
    batchEvents: Math.min(batchEvents || defaults.batchEvents, defaults.batchEvents),
    batchBytes: Math.min(batchBytes || defaults.batchBytes, defaults.batchBytes),
    retentionMs: Math.min(Math.max(hours, retentionBounds.least), retentionBounds.most) * hourMs,
    requestsPerMinute,
    isOnce: entry?.settings !== undefined && onceKinds.includes(entry.settings.queueKind),
    strands: strandsOf(entry?.settings),
  };
}

function strandsOf(settings: PortalEntry['settings']): number {
  if (settings === undefined || !parallelKinds.includes(settings.queueKind)) return 1;
  const { least, usual, most } = parallelRequests;
  return Math.min(Math.max(settings.parallelRequests || usual, least), most);
}

/** Keys of a portal that are no more. Pure. */
export function deletedKidsOf(entry: PortalEntry | undefined): ReadonlySet<string> {
  const deleted = entry?.keys.filter(({ state }) => state === PortalKeyState.PORTAL_KEY_STATE_DELETED) ?? [];
  return new Set(deleted.map(({ kid }) => kid));
}

/** Why a portal cannot be sent to because of what it is; undefined: it can. Pure. */
export function obstacleOf(entry: PortalEntry | undefined): string | undefined {
  if (entry === undefined) return 'there is no such portal';
  if (!entry.isActive) return 'the portal is switched off';
  if (entry.url === '' && !isPulled(entry))
    return 'the portal has no address: give it one, or name the consumer that pulls (settings.primary_consumer)';
  const isKeyless =
    entry.keys.length > 0 && !entry.keys.some(({ state }) => state === PortalKeyState.PORTAL_KEY_STATE_VALID);
  return isKeyless ? 'all licence keys are revoked' : undefined;
}

function isPulled({ settings }: PortalEntry): boolean {
  return settings !== undefined && settings.primaryConsumer !== '';
}
