import { ids } from '@trunkline/contracts';
import { requireIdempotencyKey, requireText } from '@trunkline/runtime';
import type { Entity } from '../store/documents.ts';

/** A create request of any kind. */
export interface CreateRequest {
  readonly idempotencyKey: string;
  readonly name: string;
  readonly tenantId?: string;
}

/** What a new document is made with. */
export interface Making {
  readonly now: () => number;
  /** Keyed hash of a text: requests hold secrets, which nobody may guess from the hash. */
  readonly hash: (text: string) => string;
}

/** What every new document begins with. The id follows from tenant and key, so that a repeat finds the first one. */
export function newEntity(kind: string, tenantId: string, request: CreateRequest, { now, hash }: Making): Entity {
  const _id = ids.created(kind, tenantId, requireIdempotencyKey(request.idempotencyKey));
  // Whether the caller names its own tenant or none is the same request.
  const requestHash = hash(canonical({ ...request, tenantId }));
  const name = requireText('name', request.name);
  return { _id, tenantId, name, isActive: true, createdAt: new Date(now()), requestHash };
}

/** JSON with the keys of every object in one order: clients may send the entries of a map in any. Pure. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => (isPlain(inner) ? sorted(inner) : inner));
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sorted(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
