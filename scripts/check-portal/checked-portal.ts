import { createSecretKey } from 'node:crypto';
import type { CheckedPortal } from '../../services/delivery/src/domain/check/stream.ts';
import { deriveKeys } from '../../services/sealer/src/domain/derive.ts';
import { createSeal } from '../../services/sealer/src/domain/seal.ts';
import type { Asked } from './arguments.ts';

/** A portal whose licence key its owner holds: sealed and signed by the code that does it in earnest. */
export function checkedPortal({ secret, portalId, tenantId, cursor }: Omit<Asked, 'url'>): CheckedPortal {
  const keys = deriveKeys(secret);
  const seal = createSeal(keys);
  return {
    ...{ id: portalId, tenantId, cursor },
    signingKeys: [createSecretKey(keys.signingKey)],
    seal: async (plaintext) => seal(plaintext),
  };
}
