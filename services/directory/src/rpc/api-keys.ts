import { createHash, randomBytes } from 'node:crypto';
import type * as proto from '@trunkline/contracts';
import { type CallContext, requireText, tenantFor } from '@trunkline/runtime';
import type { DirectoryContext } from '../context.ts';
import { newEntity } from '../domain/create.ts';
import type { ApiKeyDocument } from '../store/documents.ts';

const secretPrefix = 'tk_';

function apiKey({ _id: id, tenantId, name, prefix, isActive, createdAt }: ApiKeyDocument): proto.ApiKey {
  return { id, tenantId, name, prefix, isActive, createdAt };
}

/** The hash under which a key is kept. 256 random bits need no slow hash. */
export function hashOfApiKey(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** The methods about API keys. */
export function apiKeys({ apiKeys: store, tenants, making }: DirectoryContext) {
  return {
    createApiKey: async (request: proto.CreateApiKeyRequest, caller: CallContext) => {
      const tenantId = tenantFor(caller, request.tenantId);
      await tenants.get(tenantId, tenantId);
      const secret = secretPrefix + randomBytes(32).toString('base64url');
      const hash = hashOfApiKey(secret);
      const entity = newEntity('api-key', tenantId, request, making);
      const made = await store.create({ ...entity, hash, prefix: secret.slice(0, 9) });
      // A repeat finds the first key, whose secret nobody has any more.
      return { apiKey: apiKey(made), secret: made.hash === hash ? secret : '' };
    },
    getApiKey: async ({ apiKeyId }: proto.GetApiKeyRequest, { tenantScope }: CallContext) =>
      apiKey(await store.get(apiKeyId, tenantScope)),
    listApiKeys: async (request: proto.ListApiKeysRequest, caller: CallContext) => {
      const { items, nextPageToken } = await store.list(tenantFor(caller, request.tenantId), request);
      return { apiKeys: items.map(apiKey), nextPageToken };
    },
    updateApiKey: async ({ apiKeyId, name }: proto.UpdateApiKeyRequest, { tenantScope }: CallContext) =>
      apiKey(await store.update(apiKeyId, tenantScope, { name: requireText('name', name) })),
    revokeApiKey: async ({ apiKeyId }: proto.RevokeApiKeyRequest, { tenantScope }: CallContext) =>
      apiKey(await store.update(apiKeyId, tenantScope, { isActive: false })),
  };
}
