import type { KeyObject } from 'node:crypto';
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

/** The keys of portals, in memory for a few seconds, so that sealing does not ask the database for every event. */
export interface KeyRing {
  /** Keys of a portal, newest first; empty when it has none. */
  readonly of: (portalId: string) => Promise<readonly ReadyKey[]>;
  /** The same as the store has them now. */
  readonly fresh: (portalId: string) => Promise<readonly ReadyKey[]>;
  /** Forgets a portal's keys, after they changed. */
  readonly forget: (portalId: string) => void;
}

/** How long another instance may go on with keys that were changed here. */
const keptMs = 5_000;
const keptPortals = 20_000;

/** Makes the ring. */
export function createKeyRing(store: PortalKeys, kek: Kek, now: () => number): KeyRing {
  const kept = new Map<string, { readonly untilMs: number; readonly keys: Promise<readonly ReadyKey[]> }>();
  const fresh = (portalId: string) => {
    const keys = store.ofPortal(portalId).then((documents) => documents.map((document) => ready(document, kek)));
    if (kept.size >= keptPortals) kept.clear();
    kept.set(portalId, { untilMs: now() + keptMs, keys });
    // A failed read is not kept.
    keys.catch(() => kept.delete(portalId));
    return keys;
  };
  return {
    fresh,
    of: (portalId) => {
      const known = kept.get(portalId);
      return known && known.untilMs > now() ? known.keys : fresh(portalId);
    },
    forget: (portalId) => kept.delete(portalId),
  };
}

function ready(document: StoredKey, kek: Kek): ReadyKey {
  const secret = parseLicenceKey(kek.open(document.sealedLicenceKey).toString());
  if (!secret) throw new Error(`The stored licence key ${document._id} is damaged.`);
  const derived = deriveKeys(secret);
  const { createdAt, tenantId } = document;
  return { ...derived, seal: createSeal(derived), createdAt, tenantId, isRevoked: document.revokedAt !== undefined };
}

/** The key to seal under: the newest that is valid; when all are revoked, the newest, so that sealing never stops for it. */
export function sealingKey(keys: readonly ReadyKey[]): ReadyKey | undefined {
  return keys.find((key) => !key.isRevoked) ?? keys[0];
}

/** Finds the key to open with: only a valid one opens. */
export function openingKey(keys: readonly ReadyKey[], kid: string): KeyObject | undefined {
  return keys.find((key) => key.kid === kid && !key.isRevoked)?.encryptionKey;
}
