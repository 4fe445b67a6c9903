import type { KeyObject } from 'node:crypto';
import { TrunklineError } from '@trunkline/runtime';
import { type DerivedKeys, deriveKeys } from './domain/derive.ts';
import type { Kek } from './domain/kek.ts';
import { parseLicenceKey } from './domain/licence-key.ts';
import type { Sealer } from './domain/portal-stream.ts';
import { createSeal } from './domain/seal.ts';
import type { StoredKey } from './store/portal-keys.ts';

/** One key of a portal, derived and ready. */
export interface ReadyKey extends DerivedKeys, Sealer {
  readonly createdAt: Date;
  readonly isRevoked: boolean;
  readonly tenantId: string;
}

/** One key of a portal that is stored and cannot be used. */
export interface DamagedKey {
  readonly kid: string;
  readonly portalId: string;
  readonly isRevoked: boolean;
  /** Which key, what is wrong with it, and what to do. */
  readonly error: TrunklineError;
}

/** The stored keys of a portal, newest first: a damaged one takes nothing from those that are whole. */
export interface OpenedKeys {
  readonly keys: readonly ReadyKey[];
  readonly damaged: readonly DamagedKey[];
}

/** Opens stored keys, each by itself. Pure. */
export function openKeys(documents: readonly StoredKey[], kek: Kek): OpenedKeys {
  const keys: ReadyKey[] = [];
  const damaged: DamagedKey[] = [];
  for (const document of documents) {
    const { _id: kid, createdAt, portalId, tenantId } = document;
    const isRevoked = document.revokedAt !== undefined;
    const secret = secretOf(document, kek);
    if (secret instanceof TrunklineError) {
      damaged.push({ kid, portalId, isRevoked, error: secret });
      continue;
    }
    const derived = deriveKeys(secret);
    keys.push({ ...derived, seal: createSeal(derived), createdAt, tenantId, isRevoked });
  }
  return { keys, damaged };
}

function secretOf({ _id, sealedLicenceKey }: StoredKey, kek: Kek): Uint8Array | TrunklineError {
  const remedy = 'Make the portal another key, then revoke and delete this one.';
  const damaged = (why: string, cause?: unknown) =>
    new TrunklineError('internal', `the stored licence key ${_id} is damaged${why}`, { remedy, cause });
  try {
    return parseLicenceKey(kek.open(sealedLicenceKey).toString()) ?? damaged('');
  } catch (error) {
    return damaged(', or sealed under another key-encryption key', error);
  }
}

/** The key to seal under: the newest that is valid; when all are revoked, the newest, so that sealing never stops for it. */
export function sealingKey({ keys }: OpenedKeys): ReadyKey | undefined {
  return keys.find((key) => !key.isRevoked) ?? keys[0];
}

/** Finds the key to open with: only a valid one opens. */
export function openingKey({ keys }: OpenedKeys, kid: string): KeyObject | undefined {
  return keys.find((key) => key.kid === kid && !key.isRevoked)?.encryptionKey;
}

/** Why a key is missing among the valid ones: the newest that would be valid, were it whole. */
export function damageOf({ damaged }: OpenedKeys): TrunklineError | undefined {
  return damaged.find((key) => !key.isRevoked)?.error;
}
