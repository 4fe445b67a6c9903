import { createHash, timingSafeEqual } from 'node:crypto';
import { headers } from '@trunkline/contracts';
import {
  type Directory,
  everyTenant,
  type Identity,
  type RpcAccess,
  type Secret,
  TrunklineError,
} from '@trunkline/runtime';

/** What {@link partnerAccess} wants. */
export interface PartnerAccess {
  readonly directory: Directory;
  readonly administratorKey: Secret | undefined;
  /** Methods that partners may call, as on the wire. */
  readonly isPublic: (method: string) => boolean;
}

/** Access by API key, for gRPC and HTTP alike: the key says whose the call is, and nothing else does. */
export function partnerAccess(options: PartnerAccess): RpcAccess {
  return {
    isPublic: true,
    identify: (call) => {
      // Also what is inside only does not exist for a partner.
      if (!options.isPublic(call.method)) throw new TrunklineError('not_found', `${call.method} is not public`);
      return identityOf(call.header(headers.authorization), options);
    },
  };
}

/** Whose a key is. Throws `unauthenticated` for none, a wrong one, and a key of a tenant that is off. */
export function identityOf(authorization: string | undefined, options: Omit<PartnerAccess, 'isPublic'>): Identity {
  const { directory, administratorKey } = options;
  const key = /^Bearer (\S{1,200})$/i.exec(authorization ?? '')?.[1];
  if (key === undefined) throw refused('An API key is required.', 'Send the header "authorization: Bearer <API key>".');
  const hash = createHash('sha256').update(key).digest();
  if (administratorKey && isSame(hash, createHash('sha256').update(administratorKey.reveal()).digest())) {
    return { caller: 'administrator', tenantScope: everyTenant };
  }
  if (!directory.isLoaded) throw new TrunklineError('unavailable', 'the directory is not loaded yet');
  const entry = directory.apiKey(hash.toString('hex'));
  const isValid = entry?.isActive && directory.tenant(entry.tenantId)?.isActive;
  if (!entry || !isValid) throw refused('The API key is not valid.', 'Use a key that is not revoked.');
  return { caller: entry.id, tenantScope: entry.tenantId };
}

function isSame(left: Buffer, right: Buffer): boolean {
  return timingSafeEqual(left, right);
}

function refused(publicMessage: string, remedy: string): TrunklineError {
  return new TrunklineError('unauthenticated', publicMessage, { publicMessage, remedy });
}
