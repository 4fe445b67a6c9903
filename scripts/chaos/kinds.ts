import { type Chance, createChance } from '../../packages/runtime/src/bus/queue/model/chance.ts';

/** How the portals of a run want their events: what a portal is, or that it is now this and now that. */
export type PortalKind = 'sequential' | 'parallel' | 'changing' | 'sequential once' | 'parallel once';

/** The first portals are of the kinds that matter most: of few there is one of each of those. */
const cycle: readonly PortalKind[] = [
  ...['sequential', 'parallel', 'changing', 'sequential', 'parallel'],
  ...['parallel once', 'sequential', 'changing', 'parallel', 'sequential once'],
] as PortalKind[];

const strands = { least: 2, most: 8 };
/** Little: what breaks is to meet many requests. */
export const lingerMs = 50;

/** A portal of a run before it is made. */
export interface PlannedPortal {
  readonly kind: PortalKind;
  readonly settings: object;
}

/** The portals of a run, in the order of their numbers; all of them `only` of one kind, or of each kind some. Pure. */
export function planPortals(count: number, seed: number, only?: PortalKind): readonly PlannedPortal[] {
  const chance = createChance(seed);
  return Array.from({ length: count }, (_, index) => {
    const kind = only ?? cycle[index % cycle.length] ?? 'sequential';
    return { kind, settings: settingsOf(kind, strandsBy(chance)) };
  });
}

/** Settings of a portal: one that changes begins as a sequential one. Pure. */
export function settingsOf(kind: PortalKind, parallelRequests: number): object {
  switch (kind) {
    case 'parallel':
      return { lingerMs, queueKind: 'PORTAL_QUEUE_KIND_PARALLEL_GUARANTEED', parallelRequests };
    case 'parallel once':
      return { lingerMs, queueKind: 'PORTAL_QUEUE_KIND_PARALLEL_ONCE', parallelRequests };
    case 'sequential once':
      return { lingerMs, queueKind: 'PORTAL_QUEUE_KIND_SEQUENTIAL_ONCE' };
    case 'sequential':
    case 'changing':
      return { lingerMs, queueKind: 'PORTAL_QUEUE_KIND_SEQUENTIAL_GUARANTEED' };
  }
}

/** A number of strands. */
export function strandsBy(chance: Chance): number {
  return strands.least + chance.below(strands.most - strands.least + 1);
}

/** How many portals there are of each kind. Pure. */
export function countsOfKinds(portals: readonly PlannedPortal[]): Readonly<Record<string, number>> {
  const byKind = Map.groupBy(portals, ({ kind }) => kind);
  return Object.fromEntries([...byKind].map(([kind, found]) => [kind.replace(' ', '_'), found.length]));
}

/** Names of the portals of such kinds, as the judge knows them. Pure. */
export function namesOf(portals: readonly PlannedPortal[], isWanted: (kind: PortalKind) => boolean): readonly string[] {
  return portals.flatMap(({ kind }, index) => (isWanted(kind) ? [`p${index + 1}`] : []));
}

/** True if a portal of this kind is told of what it did not take, and never gets it. Pure. */
export function isOnce(kind: PortalKind): boolean {
  return kind === 'sequential once' || kind === 'parallel once';
}
