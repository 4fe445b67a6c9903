import type { RotateKeyRequest, RotateKeyResponse } from '@trunkline/contracts';
import { requireIdempotencyKey, TrunklineError } from '@trunkline/runtime';
import { deriveKeys } from '../domain/derive.ts';
import { makeLicenceKey, parseLicenceKey } from '../domain/licence-key.ts';
import type { PortalKeyDocument } from '../store/portal-keys.ts';
import type { SealingContext } from './context.ts';

/** How long a repeated request is shown the same licence key. */
const shownAgainMs = 10 * 60_000;

/** Gives a portal a new licence key. The former one stays valid until it is revoked. */
export async function rotateKey(request: RotateKeyRequest, context: SealingContext): Promise<RotateKeyResponse> {
  const { portalId, tenantId } = request;
  requireIdempotencyKey(request.idempotencyKey);
  const requestId = `${portalId}/${request.idempotencyKey}`;
  const made = (await context.keys.madeBy(requestId)) ?? (await make({ portalId, tenantId, requestId }, context));
  if (context.now() - made.createdAt.getTime() > shownAgainMs) {
    throw new TrunklineError(
      'failed_precondition',
      'This licence key was made and shown before. Rotate with a new key.',
    );
  }
  context.ring.forget(portalId);
  return { licenceKey: context.kek.open(made.sealedLicenceKey).toString(), kid: made._id };
}

type Order = Pick<PortalKeyDocument, 'portalId' | 'tenantId' | 'requestId'>;

async function make(order: Order, context: SealingContext): Promise<PortalKeyDocument> {
  const licenceKey = makeLicenceKey();
  const secret = parseLicenceKey(licenceKey);
  if (!secret) throw new TrunklineError('internal', 'A new licence key cannot be read back.');
  const { kid } = deriveKeys(secret);
  const sealedLicenceKey = context.kek.seal(Buffer.from(licenceKey));
  const key = { _id: kid, ...order, sealedLicenceKey, createdAt: new Date(context.now()) };
  const isAdded = await context.keys.add(key);
  if (isAdded) context.keyUsed({ use: 'made', portalId: order.portalId, kid });
  // The same request ran twice at once: the first one's key is the one.
  const stored = isAdded ? key : await context.keys.madeBy(order.requestId);
  if (!stored) throw new TrunklineError('aborted', 'The licence key could not be stored. Repeat the call.');
  return stored;
}
