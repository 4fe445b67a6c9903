import { pause } from '@trunkline/runtime';
import type { Kek } from './domain/kek.ts';
import { createKekProof, type KekProof, wrongKek } from './kek-proof.ts';
import { type DamagedKey, type OpenedKeys, openKeys } from './opened-keys.ts';
import type { PortalKeys, StoredKey } from './store/portal-keys.ts';

/**
 * The keys of portals, in memory, so that sealing does not ask the database for every event: what is changed by another
 * instance is noticed within seconds, and nothing that is remembered is believed while nobody can notice.
 */
export interface KeyRing extends Pick<KekProof, 'requireKek' | 'damageIn'> {
  /**
   * Keys of a portal, newest first; none when it has none. Rejects with `unavailable` when the store does not answer, and when
   * not only this portal's keys cannot be opened: then the key-encryption key is another one.
   */
  readonly of: (portalId: string) => Promise<OpenedKeys>;
  /** The same of portals, as the store has them now: each for itself. */
  readonly fresh: (portalIds: readonly string[]) => Promise<ReadonlyMap<string, OpenedKeys>>;
  /** The same of one. */
  readonly freshOf: (portalId: string) => Promise<OpenedKeys>;
  /** Forgets a portal's keys, after they changed. */
  readonly forget: (portalId: string) => void;
  /** Forgets keys that were changed by any instance, until the signal. Without it nothing is remembered. Never rejects. */
  readonly follow: (signal: AbortSignal, onTrouble: (error: unknown) => void) => Promise<void>;
}

/** How often it is asked what changed, and how long what is remembered is believed without an answer. */
const lookEveryMs = 2_000;
const believedMs = 5_000;
/** Clocks of instances differ, and a change is seen a moment after the time that it bears. */
const overlapMs = 30_000;
const keptMs = 600_000;
const keptPortals = 20_000;

/** What the ring wants. */
export interface KeyRingParts {
  readonly store: Pick<PortalKeys, 'ofPortals' | 'newest' | 'changedSince'>;
  readonly kek: Kek;
  readonly now: () => number;
  /** Hears of every damaged key, each time that it is read; must not wait. */
  readonly onDamaged?: ((key: DamagedKey) => void) | undefined;
}

/** Makes the ring. */
export function createKeyRing({ store, kek, now, onDamaged }: KeyRingParts): KeyRing {
  const proof = createKekProof(store, kek);
  const open = opening({ kek, onDamaged, proof });
  let believedUntilMs = 0;
  const kept = new Map<string, Kept>();
  const remember = (portalId: string, documents: Promise<readonly StoredKey[]>) => {
    const keys = documents.then(open);
    if (kept.size >= keptPortals) kept.clear();
    const entry: Kept = { untilMs: now() + keptMs, keys, changedAtMs: undefined };
    kept.set(portalId, entry);
    documents.then(
      (found) => {
        entry.changedAtMs = Math.max(0, ...found.map(({ changedAt, createdAt }) => (changedAt ?? createdAt).getTime()));
      },
      () => {},
    );
    // A failed read is not kept.
    keys.catch(() => kept.delete(portalId));
    return keys;
  };
  const fresh: KeyRing['fresh'] = async (portalIds) => {
    const all = Map.groupBy(await store.ofPortals(portalIds), ({ portalId }) => portalId);
    const found = new Map<string, OpenedKeys>();
    // One after the other: whatever proves the key-encryption key to be right or wrong is asked once.
    for (const id of portalIds) found.set(id, await remember(id, Promise.resolve(all.get(id) ?? [])));
    return found;
  };
  const freshOf: KeyRing['freshOf'] = async (portalId) => remember(portalId, store.ofPortals([portalId]));
  const forgetOlder = (portalId: string, changedAt: Date) => {
    const knownMs = kept.get(portalId)?.changedAtMs;
    if (knownMs === undefined || knownMs < changedAt.getTime()) kept.delete(portalId);
  };
  return {
    fresh,
    freshOf,
    requireKek: proof.requireKek,
    damageIn: proof.damageIn,
    of: (portalId) => {
      const known = kept.get(portalId);
      const nowMs = now();
      return known && known.untilMs > nowMs && believedUntilMs > nowMs ? known.keys : freshOf(portalId);
    },
    forget: (portalId) => kept.delete(portalId),
    follow: async (signal, onTrouble) => {
      for (let lookedAtMs = now(); !signal.aborted; ) {
        const atMs = now();
        try {
          for (const change of await store.changedSince(new Date(lookedAtMs - overlapMs))) forgetOlder(...change);
          lookedAtMs = atMs;
          believedUntilMs = atMs + believedMs;
        } catch (error) {
          onTrouble(error);
        }
        await pause(lookEveryMs, signal);
      }
    },
  };
}

interface Kept {
  readonly untilMs: number;
  readonly keys: Promise<OpenedKeys>;
  /** When one of them changed last; undefined until they are read. */
  changedAtMs: number | undefined;
}

/**
 * Opens the stored keys of a portal. Where none is whole, it is this portal's trouble only if the key-encryption key opens what
 * others have: an instance that was started with another one must not take every portal for one without keys.
 */
function opening({ kek, onDamaged, proof }: Pick<KeyRingParts, 'kek' | 'onDamaged'> & { proof: KekProof }) {
  return async (documents: readonly StoredKey[]): Promise<OpenedKeys> => {
    const opened = openKeys(documents, kek);
    const [damaged] = opened.damaged;
    if (opened.keys.length === 0 && damaged !== undefined && (await proof.foreign()) !== undefined)
      throw wrongKek(damaged, 'unavailable');
    for (const key of opened.damaged) onDamaged?.(key);
    return opened;
  };
}
