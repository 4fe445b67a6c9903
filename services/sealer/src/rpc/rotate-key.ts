import type { RotateKeyRequest, RotateKeyResponse } from '@trunkline/contracts';
import { notFound, requireIdempotencyKey, requireText, TrunklineError } from '@trunkline/runtime';
import { deriveKeys } from '../domain/derive.ts';
import { makeLicenceKey, parseLicenceKey } from '../domain/licence-key.ts';
import { isValid, type PortalKeyDocument } from '../store/portal-keys.ts';
import type { SealingContext } from './context.ts';

/** Both sign and open while the receiver changes from one to the other. */
const mostValid = 2;
/** How long a repeated request is shown the same licence key. */
const shownAgainMs = 10 * 60_000;

/**
 * Gives a portal a new licence key. The former one stays valid until it is revoked. Refuses with `failed_precondition` where the
 * key-encryption key is not the one that the licence keys are stored under.
 */
export async function rotateKey(request: RotateKeyRequest, context: SealingContext): Promise<RotateKeyResponse> {
  const { portalId, tenantId } = request;
  requireText('portal_id', portalId);
  requireText('tenant_id', tenantId);
  requireIdempotencyKey(request.idempotencyKey);
  // A key that this instance alone can open would be none for the others, and none for itself once it has the right key-encryption key.
  if (!context.isKekLost) await context.ring.requireKek();
  const [newest] = await context.keys.allOfPortal(portalId);
  if (newest && newest.tenantId !== tenantId) throw notFound('There is no such portal.');
  const requestId = `${portalId}/${request.idempotencyKey}`;
  const made = (await context.keys.madeBy(requestId)) ?? (await make({ portalId, tenantId, requestId }, context));
  const { sealedLicenceKey } = made;
  if (sealedLicenceKey === undefined || context.now() - made.createdAt.getTime() > shownAgainMs) {
    const publicMessage = 'The licence key was made and shown before.';
    const remedy = 'Use it, or make another one with a new idempotency key.';
    throw new TrunklineError('failed_precondition', publicMessage, { publicMessage, remedy });
  }
  context.ring.forget(portalId);
  context.keyUsed({ use: 'shown', portalId, tenantId, kid: made._id, count: 1 });
  return { licenceKey: context.kek.open(sealedLicenceKey).toString(), kid: made._id };
}

type Order = Pick<PortalKeyDocument, 'portalId' | 'tenantId' | 'requestId'>;

async function make(order: Order, context: SealingContext): Promise<PortalKeyDocument> {
  if ((await countValid(order.portalId, context)) >= mostValid) throw tooMany();
  const licenceKey = makeLicenceKey();
  const secret = parseLicenceKey(licenceKey);
  if (!secret) throw new TrunklineError('internal', 'A new licence key cannot be read back.');
  const { kid } = deriveKeys(secret);
  const at = new Date(context.now());
  const sealedLicenceKey = context.kek.seal(Buffer.from(licenceKey));
  const key = { _id: kid, ...order, sealedLicenceKey, createdAt: at, changedAt: at };
  const isAdded = await context.keys.add(key);
  // Other requests may have made theirs meanwhile: then none of them is done, rather than all. Nobody was shown this one.
  if (isAdded && (await countValid(order.portalId, context)) > mostValid) {
    await context.keys.takeBack(key);
    throw tooMany();
  }
  if (isAdded) context.keyUsed({ use: 'made', portalId: order.portalId, tenantId: order.tenantId, kid, count: 1 });
  // The same request ran twice at once: the first one's key is the one.
  const stored = isAdded ? key : await context.keys.madeBy(order.requestId);
  if (!stored) throw new TrunklineError('aborted', 'The licence key could not be stored. Repeat the call.');
  return stored;
}

async function countValid(portalId: string, { keys }: SealingContext): Promise<number> {
  return (await keys.ofPortals([portalId])).filter(isValid).length;
}

function tooMany(): TrunklineError {
  const publicMessage = 'Two licence keys of the portal are valid already.';
  const remedy = 'Revoke one of them first.';
  return new TrunklineError('failed_precondition', publicMessage, { publicMessage, remedy });
}
