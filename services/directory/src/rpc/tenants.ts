import type * as proto from '@trunkline/contracts';
import { type CallContext, requireAdministrator, requireText, visible } from '@trunkline/runtime';
import type { DirectoryContext } from '../context.ts';
import { newEntity } from '../domain/create.ts';
import type { TenantDocument } from '../store/documents.ts';

function tenant({ _id: id, name, isActive, createdAt }: TenantDocument): proto.Tenant {
  return { id, name, isActive, createdAt };
}

/** A tenant's key sees its own tenant only. */
function seen(tenantId: string, caller: CallContext): string {
  return visible(caller, { tenantId }, 'There is no such tenant.').tenantId;
}

/** The methods about tenants. */
export function tenants({ tenants: store, making }: DirectoryContext) {
  return {
    createTenant: async (request: proto.CreateTenantRequest, caller: CallContext) => {
      requireAdministrator(caller);
      const made = newEntity('tenant', '', request, making);
      return tenant(await store.create({ ...made, tenantId: made._id }));
    },
    getTenant: async ({ tenantId }: proto.GetTenantRequest, caller: CallContext) =>
      tenant(await store.get(seen(tenantId, caller), tenantId)),
    listTenants: async (request: proto.ListTenantsRequest, { tenantScope }: CallContext) => {
      const { items, nextPageToken } = await store.list(tenantScope, request);
      return { tenants: items.map(tenant), nextPageToken };
    },
    updateTenant: async ({ tenantId, name }: proto.UpdateTenantRequest, caller: CallContext) =>
      tenant(await store.update(seen(tenantId, caller), tenantId, { name: requireText('name', name) })),
    switchTenant: async ({ tenantId, isActive }: proto.SwitchTenantRequest, caller: CallContext) => {
      requireAdministrator(caller);
      return tenant(await store.update(tenantId, tenantId, { isActive }));
    },
  };
}
