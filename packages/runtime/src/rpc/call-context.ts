import { invalidArgument, notFound, TrunklineError } from '../errors.ts';

/** Scope of an administrator, and of a service that speaks for itself. */
export const everyTenant = '*';

/** What a method knows about its call. */
export interface CallContext {
  /** The service that called; behind a public door, the id of the API key. */
  readonly caller: string;
  /** Id of the only tenant that the call may touch, or {@link everyTenant}. */
  readonly tenantScope: string;
  /** W3C trace context to hand on; undefined where nothing is sampled. */
  readonly traceparent: string | undefined;
  /** Aborts when the caller is gone, the deadline is over or the service ends. */
  readonly signal: AbortSignal;
  /** When the answer must be there, in milliseconds since 1970; undefined for streams. */
  readonly deadlineAtMs: number | undefined;
}

/**
 * The tenant that a request is for: what it names, or the caller's own when it names none. Throws `not_found` when the
 * caller may not know the tenant that it names, `invalid_argument` when nobody says which.
 */
export function tenantFor(context: CallContext, requested: string): string {
  const { tenantScope } = context;
  if (tenantScope !== everyTenant) {
    if (requested !== '' && requested !== tenantScope) throw notFound('There is no such tenant.');
    return tenantScope;
  }
  if (requested !== '') return requested;
  throw invalidArgument({ field: 'tenant_id', description: 'is required when the caller is not of one tenant' });
}

/** True if a call may see what belongs to a tenant. Pure. */
export function sees(context: CallContext, tenantId: string): boolean {
  return context.tenantScope === everyTenant || context.tenantScope === tenantId;
}

/**
 * A thing that was looked for, if the call may see it. Throws `not_found` with the sentence when it is absent or another
 * tenant's: the caller cannot tell which.
 */
export function visible<T extends { readonly tenantId: string }>(
  context: CallContext,
  thing: T | null | undefined,
  sentence: string,
): T {
  if (thing === null || thing === undefined || !sees(context, thing.tenantId)) throw notFound(sentence);
  return thing;
}

/** Throws `permission_denied` unless the call may touch every tenant. */
export function requireAdministrator(context: CallContext): void {
  if (context.tenantScope === everyTenant) return;
  throw new TrunklineError('permission_denied', 'the method is for administrators', {
    publicMessage: 'Only an administrator may do this.',
    remedy: "Use an administrator's API key.",
  });
}
