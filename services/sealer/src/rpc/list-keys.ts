import { type ListKeysRequest, type ListKeysResponse, type PortalKey, PortalKeyState } from '@trunkline/contracts';
import type { PortalKeyDocument } from '../store/portal-keys.ts';
import type { SealingContext } from './context.ts';

/** Lists the keys of a portal without their secrets, newest first. */
export async function listKeys({ portalId }: ListKeysRequest, context: SealingContext): Promise<ListKeysResponse> {
  const keys = (await context.keys.allOfPortal(portalId)).map(infoOf);
  return { keys: keys.sort((a, b) => (b.createdAt?.getTime() ?? 0) - (a.createdAt?.getTime() ?? 0)) };
}

function infoOf({ _id: kid, createdAt, revokedAt, deletedAt }: PortalKeyDocument): PortalKey {
  const revoked =
    revokedAt === undefined ? PortalKeyState.PORTAL_KEY_STATE_VALID : PortalKeyState.PORTAL_KEY_STATE_REVOKED;
  const state = deletedAt === undefined ? revoked : PortalKeyState.PORTAL_KEY_STATE_DELETED;
  return { kid, state, createdAt, revokedAt, deletedAt };
}
