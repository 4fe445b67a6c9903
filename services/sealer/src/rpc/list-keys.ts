import { type ListKeysRequest, type ListKeysResponse, type PortalKey, PortalKeyState } from '@trunkline/contracts';
import { isStored, type PortalKeyDocument } from '../store/portal-keys.ts';
import type { SealingContext } from './context.ts';

/** Lists the keys of a portal without their secrets, newest first, with what is wrong with those that cannot be used. */
export async function listKeys({ portalId }: ListKeysRequest, context: SealingContext): Promise<ListKeysResponse> {
  const documents = await context.keys.allOfPortal(portalId);
  const damage = await context.ring.damageIn(documents.filter(isStored));
  const keys = documents.map((document) => infoOf(document, damage.get(document._id)));
  return { keys: keys.sort((a, b) => (b.createdAt?.getTime() ?? 0) - (a.createdAt?.getTime() ?? 0)) };
}

function infoOf({ _id: kid, createdAt, revokedAt, deletedAt }: PortalKeyDocument, damage = ''): PortalKey {
  const revoked =
    revokedAt === undefined ? PortalKeyState.PORTAL_KEY_STATE_VALID : PortalKeyState.PORTAL_KEY_STATE_REVOKED;
  const state = deletedAt === undefined ? revoked : PortalKeyState.PORTAL_KEY_STATE_DELETED;
  return { kid, state, createdAt, revokedAt, deletedAt, damage };
}
