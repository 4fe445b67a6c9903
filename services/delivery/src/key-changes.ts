import type { PortalEntry } from '@trunkline/contracts';
import type { Directory } from '@trunkline/runtime';

/** When the licence keys of portals were changed, as the directory told. */
export interface KeyChanges {
  /** In milliseconds since 1970; 0: not since this process knows the portal. From memory. */
  readonly atMs: (portalId: string) => number;
}

/** Watches the keys of all portals; `onChange` hears at once whose were changed. Returns what was seen, and what ends it. */
export function watchKeyChanges(
  directory: Pick<Directory, 'onChange' | 'portal'>,
  now: () => number,
  onChange: (portalId: string) => void,
): KeyChanges & { readonly end: () => void } {
  const known = new Map<string, { readonly keys: string; readonly atMs: number }>();
  const end = directory.onChange(({ kind, id }) => {
    if (kind !== 'portal') return;
    const entry = directory.portal(id);
    const former = known.get(id);
    const keys = entry === undefined ? '' : textOf(entry);
    if (entry === undefined) known.delete(id);
    else if (former?.keys !== keys) known.set(id, { keys, atMs: former === undefined ? 0 : now() });
    if (former !== undefined && former.keys !== keys) onChange(id);
  });
  return { end, atMs: (portalId) => known.get(portalId)?.atMs ?? 0 };
}

function textOf({ keys }: PortalEntry): string {
  return keys.map(({ kid, state }) => `${kid}=${state}`).join(' ');
}
