import { createHash } from 'node:crypto';
import { ids } from '@trunkline/contracts';
import { requireIdempotencyKey, requireText } from '@trunkline/runtime';
import type { Entity } from '../store/documents.ts';

/** A create request of any kind. */
export interface CreateRequest {
  readonly idempotencyKey: string;
  readonly name: string;
}

/** What every new document begins with. The id follows from tenant and key, so that a repeat finds the first one. */
export function newEntity(kind: string, tenantId: string, request: CreateRequest, nowMs: number): Entity {
  const _id = ids.created(kind, tenantId, requireIdempotencyKey(request.idempotencyKey));
  const requestHash = createHash('sha256').update(JSON.stringify(request)).digest('hex');
  const name = requireText('name', request.name);
  return { _id, tenantId, name, isActive: true, createdAt: new Date(nowMs), requestHash };
}
