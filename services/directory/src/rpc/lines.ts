import type * as proto from '@trunkline/contracts';
import { type CallContext, requireText, tenantFor } from '@trunkline/runtime';
import type { DirectoryContext } from '../context.ts';
import { newEntity } from '../domain/create.ts';
import type { LineDocument } from '../store/documents.ts';

function line({ _id: id, tenantId, name, portalId, isActive, createdAt }: LineDocument): proto.Line {
  return { id, tenantId, name, portalId, isActive, createdAt };
}

/** The methods about lines. */
export function lines({ lines: store, portals, tenants, making }: DirectoryContext) {
  /** The portal, if one is named, must be the tenant's own. */
  const portalOf = async (portalId: string, tenantId: string) =>
    portalId === '' ? '' : (await portals.get(portalId, tenantId))._id;
  return {
    createLine: async (request: proto.CreateLineRequest, caller: CallContext) => {
      const tenantId = tenantFor(caller, request.tenantId);
      await tenants.get(tenantId, tenantId);
      const portalId = await portalOf(request.portalId, tenantId);
      return line(await store.create({ ...newEntity('line', tenantId, request, making), portalId }));
    },
    getLine: async ({ lineId }: proto.GetLineRequest, { tenantScope }: CallContext) =>
      line(await store.get(lineId, tenantScope)),
    listLines: async (request: proto.ListLinesRequest, caller: CallContext) => {
      const { items, nextPageToken } = await store.list(tenantFor(caller, request.tenantId), request);
      return { lines: items.map(line), nextPageToken };
    },
    updateLine: async ({ lineId, name, portalId }: proto.UpdateLineRequest, { tenantScope }: CallContext) => {
      const { tenantId: owner } = await store.get(lineId, tenantScope);
      return line(
        await store.update(lineId, owner, {
          ...(name !== undefined && { name: requireText('name', name) }),
          ...(portalId !== undefined && { portalId: await portalOf(portalId, owner) }),
        }),
      );
    },
    switchLine: async ({ lineId, isActive }: proto.SwitchLineRequest, { tenantScope }: CallContext) =>
      line(await store.update(lineId, tenantScope, { isActive })),
  };
}
