import { createHash, timingSafeEqual } from 'node:crypto';
import { headers } from '@trunkline/contracts';
import { TrunklineError } from '../errors.ts';
import { everyTenant } from './call-context.ts';
import type { InnerIdentity } from './definition.ts';

/** A call as its door sees it, before the method runs. */
export interface IncomingCall {
  /** Path on the wire: `/trunkline.message.v1.MessageService/Submit`. */
  readonly method: string;
  /** A text header (gRPC metadata) by its lower-case name. */
  header(name: string): string | undefined;
  /** Address of the other side. */
  readonly peer: string;
}

/** Who calls and for whom. */
export interface Identity {
  readonly caller: string;
  /** Id of a tenant, or {@link everyTenant}. */
  readonly tenantScope: string;
}

/** How a service's calls are let in. */
export interface RpcAccess {
  /** Says who calls. Throws `unauthenticated` or `permission_denied`. */
  readonly identify: (call: IncomingCall) => Identity | Promise<Identity>;
  /** True where partners call: they read public sentences only, and traces begin here. */
  readonly isPublic: boolean;
}

/** What {@link innerAccess} wants. */
export interface InnerAccessOptions {
  /** SHA-256 (hex) of each caller's token, by service. */
  readonly tokenHashes: ReadonlyMap<string, string>;
  /** The table of rights. */
  readonly mayCall: (service: string, method: string) => boolean;
}

/**
 * Access for services: who calls is proved by its token, what it may call stands in the table of rights, for whom it calls
 * is in the tenant header. The gateway always speaks for somebody; another service without the header speaks for itself.
 */
export function innerAccess({ tokenHashes, mayCall }: InnerAccessOptions): RpcAccess {
  return {
    isPublic: false,
    identify: (call) => {
      const caller = provenCaller(call.header(headers.innerToken) ?? '', tokenHashes);
      if (!mayCall(caller, call.method)) {
        throw new TrunklineError('permission_denied', `${caller} has no right to call ${call.method}`);
      }
      const tenantScope = call.header(headers.tenant) ?? (caller === 'gateway' ? '' : everyTenant);
      if (tenantScope !== '') return { caller, tenantScope };
      throw new TrunklineError('unauthenticated', `${caller} does not say for whom it calls ${call.method}`);
    },
  };
}

/** Value of the header by which a service proves who it is. Never logged. */
export function innerTokenHeader({ service, token }: InnerIdentity): string {
  return `${service}:${token.reveal()}`;
}

/** What others know of a service's token: its SHA-256 in hex. Pure. */
export function innerTokenHash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function provenCaller(header: string, tokenHashes: ReadonlyMap<string, string>): string {
  const colon = header.indexOf(':');
  const caller = header.slice(0, Math.max(colon, 0));
  const expected = Buffer.from(tokenHashes.get(caller) ?? '', 'hex');
  const given = createHash('sha256')
    .update(header.slice(colon + 1))
    .digest();
  if (colon > 0 && expected.length === given.length && timingSafeEqual(expected, given)) return caller;
  throw new TrunklineError('unauthenticated', 'the inner token is absent or not known here', {
    remedy: 'Give the caller its INNER_TOKEN, and the callee its SHA-256 in INNER_TOKENS.',
  });
}
