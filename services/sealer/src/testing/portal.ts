import { randomUUID } from 'node:crypto';
import { type Surroundings, tenantId } from './surroundings.ts';

/** A portal with its first licence key. */
export async function aPortal(around: Surroundings): Promise<{ portalId: string; licenceKey: string }> {
  const portalId = randomUUID();
  const { licenceKey } = await around.as.directory.rotateKey({ portalId, tenantId, idempotencyKey: 'first' });
  return { portalId, licenceKey };
}
