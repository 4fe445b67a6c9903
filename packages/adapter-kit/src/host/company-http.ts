import { createOuterHttp, type OuterHttp, type Runtime } from '@trunkline/runtime';

/**
 * HTTP to the addresses that companies name for their files. Public ones only, except for the tenants whose portals may be
 * private too: whoever may name an address must not reach into our network by it. Closed with the service.
 */
export function createCompanyHttp(
  { onClose }: Pick<Runtime<unknown>, 'onClose'>,
  tenants: readonly string[],
  connectTimeoutMs: number,
): (tenantId: string) => OuterHttp {
  const privateTenants = new Set(tenants);
  const publicHttp = createOuterHttp({ allowPrivate: false, connectTimeoutMs });
  const anyHttp = createOuterHttp({ allowPrivate: true, connectTimeoutMs });
  onClose(async () => {
    await Promise.all([publicHttp[Symbol.asyncDispose](), anyHttp[Symbol.asyncDispose]()]);
  });
  return (tenantId) => (privateTenants.has('true') || privateTenants.has(tenantId) ? anyHttp : publicHttp);
}
