import type { SealRequest, SealResponse } from '@trunkline/contracts';
import { TrunklineError } from '@trunkline/runtime';
import { sealingKey } from '../key-ring.ts';
import type { SealingContext } from './context.ts';

/** Seals one plaintext for a portal under its newest key. */
export async function seal({ portalId, plaintext }: SealRequest, context: SealingContext): Promise<SealResponse> {
  const key = sealingKey(await context.ring.of(portalId));
  if (!key) throw new TrunklineError('no_key', `The portal ${portalId} has no licence key.`);
  context.keyUsed({ use: 'sealed', portalId, tenantId: key.tenantId, kid: key.kid, count: 1 });
  return { jwe: key.seal(plaintext), kid: key.kid };
}
