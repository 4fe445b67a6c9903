import { createOuterHttp, type OuterHttp, type Resolver, type Runtime } from '@trunkline/runtime';

const connectTimeoutMs = 5_000;

/** How portals of a tenant are called: at public addresses only, unless the tenant was allowed others. */
export type PortalHttpOf = (tenantId: string) => OuterHttp;

/**
 * Opens the ways to portals. `allowed`: tenants whose portals may have private addresses; `true`: all. `resolve`: the system's,
 * unless a test has its own.
 */
export function openPortalHttp(
  { log, onClose }: Pick<Runtime<unknown>, 'log' | 'onClose'>,
  allowed: readonly string[],
  resolve?: Resolver,
): PortalHttpOf {
  const tenants = new Set(allowed);
  if (tenants.size > 0) log.warn('Portals may have private addresses', { tenants: [...tenants] });
  const options = { connectTimeoutMs, ...(resolve && { resolve }) };
  const publicHttp = createOuterHttp({ allowPrivate: false, ...options });
  const anyHttp = createOuterHttp({ allowPrivate: true, ...options });
  onClose(async () => {
    await Promise.all([publicHttp[Symbol.asyncDispose](), anyHttp[Symbol.asyncDispose]()]);
  });
  return (tenantId) => (tenants.has('true') || tenants.has(tenantId) ? anyHttp : publicHttp);
}
