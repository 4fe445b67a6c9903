import type { SealRequest, SealResponse } from '@trunkline/contracts';
import { TrunklineError } from '@trunkline/runtime';
import { damageOf, sealingKey } from '../opened-keys.ts';
import type { SealingContext } from './context.ts';

/** Seals one plaintext for a portal under its newest key. */
export async function seal({ portalId, plaintext }: SealRequest, context: SealingContext): Promise<SealResponse> {
  const opened = await context.ring.of(portalId);
  const key = sealingKey(opened);
  if (!key) throw noKey(portalId, damageOf(opened));
  context.keyUsed({ use: 'sealed', portalId, tenantId: key.tenantId, kid: key.kid, count: 1 });
  return { jwe: key.seal(plaintext), kid: key.kid };
}

function noKey(portalId: string, damage: TrunklineError | undefined): TrunklineError {
  const remedy = damage === undefined ? {} : { remedy: damage.remedy };
  const message = damage?.message ?? `The portal ${portalId} has no licence key.`;
  return new TrunklineError('no_key', message, { ...remedy, cause: damage });
}
