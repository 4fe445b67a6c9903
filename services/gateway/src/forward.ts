import type { CallContext, Implementation, RpcClients, RpcDefinition } from '@trunkline/runtime';
import type { PublicService } from './public-methods.ts';

type AnyClient = Readonly<Record<string, (request: unknown, options: object) => unknown>>;

/** The methods of a public service, each handed on to the service that answers it, for the caller's tenant alone. */
export function forwarded({ definition, peer }: PublicService, clients: RpcClients): Implementation<RpcDefinition> {
  const client = clients.of(definition, peer) as unknown as AnyClient;
  const methods = Object.keys(definition.methods).map((name) => {
    const forward = (request: unknown, context: CallContext) => client[name]?.(request, optionsOf(context));
    return [name, forward] as const;
  });
  return Object.fromEntries(methods) as unknown as Implementation<RpcDefinition>;
}

function optionsOf({ tenantScope, traceparent, signal }: CallContext) {
  return { tenant: tenantScope, traceparent, signal };
}
