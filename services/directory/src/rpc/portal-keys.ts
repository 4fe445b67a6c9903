import { isDeepStrictEqual } from 'node:util';
import type * as proto from '@trunkline/contracts';
import { ids } from '@trunkline/contracts';
import { asTrunklineError, type CallContext, requireIdempotencyKey, requireText } from '@trunkline/runtime';
import type { DirectoryContext } from '../context.ts';
import type { PortalDocument } from '../store/documents.ts';

const tries = 5;

/**
 * The portal with its keys as the sealer has them now: the copy from which delivery learns of them. What is read from the sealer is
 * written only over what was read before that, so that an older answer never replaces a newer one.
 */
export async function withPresentKeys(
  context: Pick<DirectoryContext, 'portals' | 'sealing'>,
  portalId: string,
  tenantScope: string,
): Promise<PortalDocument> {
  return (await syncedKeys(context, portalId, tenantScope)).portal;
}

async function syncedKeys(
  { portals, sealing }: Pick<DirectoryContext, 'portals' | 'sealing'>,
  portalId: string,
  tenantScope: string,
): Promise<{ portal: PortalDocument; told: readonly proto.PortalKey[] }> {
  for (let attempt = 1; ; attempt += 1) {
    const known = await portals.get(portalId, tenantScope);
    const { keys: told } = await sealing.listKeys({ portalId: known._id });
    const keys = told.map(stored);
    if (isDeepStrictEqual(known.keys, keys)) return { portal: known, told };
    const { keysRevision } = known;
    const changes = { keys, keysRevision: (keysRevision ?? 0) + 1 };
    const given = keysRevision === undefined ? {} : { keysRevision };
    try {
      return { portal: await portals.update(portalId, known.tenantId, changes, given), told };
    } catch (error) {
      if (attempt >= tries || asTrunklineError(error).code !== 'aborted') throw error;
    }
  }
}

/** What is absent must not be stored as null; what is wrong with a key is true of the moment. */
function stored({ kid, state, createdAt, revokedAt, deletedAt }: proto.PortalKey): proto.PortalKey {
  const times = { ...(revokedAt && { revokedAt }), ...(deletedAt && { deletedAt }) };
  return { kid, state, createdAt, ...times } as proto.PortalKey;
}

/** The methods about licence keys: the sealer keeps them, the directory knows whose they are and tells delivery. */
export function portalKeys(context: DirectoryContext) {
  const { portals, sealing } = context;
  const keysOf = async ({ _id, tenantId }: PortalDocument): Promise<proto.ListPortalKeysResponse> => {
    const { told } = await syncedKeys(context, _id, tenantId);
    return { keys: [...told] };
  };
  return {
    rotatePortalKey: async ({ portalId, idempotencyKey }: proto.RotatePortalKeyRequest, caller: CallContext) => {
      const portal = await portals.get(portalId, caller.tenantScope);
      const { _id, tenantId } = portal;
      // Kept apart from the key of the portal's making.
      const request = ids.created('portal-key', tenantId, requireIdempotencyKey(idempotencyKey));
      const order = { portalId: _id, tenantId, idempotencyKey: request };
      const { licenceKey, kid } = await sealing.rotateKey(order);
      return { licenceKey, kid, ...(await keysOf(portal)) };
    },
    listPortalKeys: async ({ portalId }: proto.ListPortalKeysRequest, { tenantScope }: CallContext) =>
      await keysOf(await portals.get(portalId, tenantScope)),
    revokePortalKey: async (request: proto.RevokePortalKeyRequest, { tenantScope }: CallContext) => {
      const portal = await portals.get(request.portalId, tenantScope);
      const kid = requireText('kid', request.kid);
      await sealing.revoke({ portalId: portal._id, kid, evenLast: request.evenLast });
      return await keysOf(portal);
    },
    deletePortalKey: async (request: proto.DeletePortalKeyRequest, { tenantScope }: CallContext) => {
      const portal = await portals.get(request.portalId, tenantScope);
      await sealing.deleteKey({ portalId: portal._id, kid: requireText('kid', request.kid) });
      return await keysOf(portal);
    },
  };
}
