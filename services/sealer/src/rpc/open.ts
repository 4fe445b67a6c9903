import type { OpenedEvent, OpenRequest, OpenResponse } from '@trunkline/contracts';
import { TrunklineError } from '@trunkline/runtime';
import { openSealed } from '../domain/open.ts';
import { readSubmissions } from '../domain/submission.ts';
import { type NotVerified, verifyCall } from '../domain/verify.ts';
import { openingKey } from '../key-ring.ts';
import type { SealingContext } from './context.ts';

const refusals: Record<NotVerified, string> = {
  missing_headers: 'The headers webhook-id, webhook-timestamp and webhook-signature are required.',
  bad_timestamp: 'The header webhook-timestamp must hold whole seconds since 1970.',
  old_timestamp: 'The header webhook-timestamp is more than five minutes away from our clock.',
  bad_signature: "No signature fits. Sign the untouched body with a valid licence key's signing key.",
};

/** Verifies and opens what a portal sent. What is wrong with an unbelieved call is said, what is inside is not. */
export async function open(request: OpenRequest, context: SealingContext): Promise<OpenResponse> {
  const { portalId, webhookId, webhookTimestamp, webhookSignature, body } = request;
  const keys = await context.ring.of(portalId);
  const valid = keys.filter((key) => !key.isRevoked);
  const call = { webhookId, webhookTimestamp, webhookSignature, body };
  const signingKeys = valid.map((key) => key.signingKey);
  const refused = verifyCall(call, signingKeys, context.now());
  if (refused) throw new TrunklineError('unauthenticated', refusals[refused]);
  const read = readSubmissions(body);
  if ('malformed' in read)
    throw new TrunklineError('invalid_argument', `The body is not understood: ${read.malformed}.`);
  const events = read.submissions.map(({ id, type, sealed }): OpenedEvent => {
    const opened = openSealed(sealed, (kid) => openingKey(keys, kid));
    if (!opened.opened)
      throw new TrunklineError('unauthenticated', `The event ${id} cannot be opened: ${opened.reason}.`);
    context.keyUsed({ use: 'opened', portalId, kid: opened.kid });
    return { id, type, plaintext: opened.plaintext };
  });
  return { events, tenantId: valid[0]?.tenantId ?? '' };
}
