import type { KeyObject } from 'node:crypto';
import { asTrunklineError, pause, TrunklineError } from '@trunkline/runtime';
import { type DerivedKeys, deriveKeys } from './domain/derive.ts';
import type { Kek } from './domain/kek.ts';
import { parseLicenceKey } from './domain/licence-key.ts';
import type { Sealer } from './domain/portal-stream.ts';
import { createSeal } from './domain/seal.ts';
import type { PortalKeys, StoredKey } from './store/portal-keys.ts';

/** One key of a portal, derived and ready. */
export interface ReadyKey extends DerivedKeys, Sealer {
  readonly createdAt: Date;
  readonly isRevoked: boolean;
  readonly tenantId: string;
}

/** Keys of a portal, newest first; or why it has none that could be used, in words. */
export type FreshKeys = { readonly keys: readonly ReadyKey[] } | { readonly damage: string };

/**
 * The keys of portals, in memory, so that sealing does not ask the database for every event: what is changed by another
 * instance is noticed within seconds, and nothing that is remembered is believed while nobody can notice.
 */
export interface KeyRing {
  /** Keys of a portal, newest first; empty when it has none. Rejects with `internal` when one of them is damaged. */
  readonly of: (portalId: string) => Promise<readonly ReadyKey[]>;
  /** The same of portals, as the store has them now: each for itself. Rejects only when the store does not answer. */
  readonly fresh: (portalIds: readonly string[]) => Promise<ReadonlyMap<string, FreshKeys>>;
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

/** Makes the ring. */
export function createKeyRing(
  store: Pick<PortalKeys, 'ofPortals' | 'changedSince'>,
  kek: Kek,
  now: () => number,
): KeyRing {
  let believedUntilMs = 0;
  const kept = new Map<string, Kept>();
  const remember = (portalId: string, documents: Promise<readonly StoredKey[]>) => {
    const keys = documents.then((found) => found.map((document) => ready(document, kek)));
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
    const keysOf = async (id: string): Promise<FreshKeys> => {
      try {
        return { keys: await remember(id, Promise.resolve(all.get(id) ?? [])) };
      } catch (error) {
        return { damage: asTrunklineError(error).message };
      }
    };
    return new Map(await Promise.all(portalIds.map(async (id) => [id, await keysOf(id)] as const)));
  };
  const forgetOlder = (portalId: string, changedAt: Date) => {
    const knownMs = kept.get(portalId)?.changedAtMs;
    if (knownMs === undefined || knownMs < changedAt.getTime()) kept.delete(portalId);
  };
  return {
    fresh,
    of: (portalId) => {
      const known = kept.get(portalId);
      const nowMs = now();
      return known && known.untilMs > nowMs && believedUntilMs > nowMs
        ? known.keys
        : remember(portalId, store.ofPortals([portalId]));
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
  readonly keys: Promise<readonly ReadyKey[]>;
  /** When one of them changed last; undefined until they are read. */
  changedAtMs: number | undefined;
}

function ready(document: StoredKey, kek: Kek): ReadyKey {
  const secret = secretOf(document, kek);
  const derived = deriveKeys(secret);
  const { createdAt, tenantId } = document;
  return { ...derived, seal: createSeal(derived), createdAt, tenantId, isRevoked: document.revokedAt !== undefined };
}

function secretOf({ _id, sealedLicenceKey }: StoredKey, kek: Kek): Uint8Array {
  const remedy = 'Make the portal another key, then revoke and delete this one.';
  const damaged = (why: string, cause?: unknown) =>
    new TrunklineError('internal', `the stored licence key ${_id} is damaged${why}`, { remedy, cause });
  let text: string;
  try {
    text = kek.open(sealedLicenceKey).toString();
  } catch (error) {
    throw damaged(`, or sealed under another key-encryption key`, error);
  }
  const secret = parseLicenceKey(text);
  if (!secret) throw damaged('');
  return secret;
}

/** The key to seal under: the newest that is valid; when all are revoked, the newest, so that sealing never stops for it. */
export function sealingKey(keys: readonly ReadyKey[]): ReadyKey | undefined {
  return keys.find((key) => !key.isRevoked) ?? keys[0];
}

/** Finds the key to open with: only a valid one opens. */
export function openingKey(keys: readonly ReadyKey[], kid: string): KeyObject | undefined {
  return keys.find((key) => key.kid === kid && !key.isRevoked)?.encryptionKey;
}
