import type * as proto from '@trunkline/contracts';
import { type CallContext, requireAdministrator, requireText, visible } from '@trunkline/runtime';
import type { DirectoryContext } from '../context.ts';
import { newEntity } from '../domain/create.ts';
import type { TenantDocument } from '../store/documents.ts';

function tenant({ _id: id, name, isActive, createdAt, rate }: TenantDocument): proto.Tenant {
  return { id, name, isActive, createdAt, rate };
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
    updateTenant: async ({ tenantId, name, rate }: proto.UpdateTenantRequest, caller: CallContext) => {
      const scope = seen(tenantId, caller);
      // What all tenants share is shared out by whoever runs the platform.
      if (rate !== undefined) requireAdministrator(caller);
      const isNamed = rate === undefined || name !== '';
      const changes = {
        ...(isNamed ? { name: requireText('name', name) } : {}),
        ...(rate === undefined ? {} : { rate }),
      };
      return tenant(await store.update(scope, tenantId, changes));
    },
    switchTenant: async ({ tenantId, isActive }: proto.SwitchTenantRequest, caller: CallContext) => {
      requireAdministrator(caller);
      return tenant(await store.update(tenantId, tenantId, { isActive }));
    },
  };
}
