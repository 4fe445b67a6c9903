import type { OpenedEvent, OpenRequest, OpenResponse } from '@trunkline/contracts';
import { TrunklineError } from '@trunkline/runtime';
import { type NotOpened, openSealed } from '../domain/open.ts';
import { readSubmissions } from '../domain/submission.ts';
import { type NotVerified, verifyCall } from '../domain/verify.ts';
import { damageOf, type OpenedKeys, openingKey } from '../opened-keys.ts';
import type { SealingContext } from './context.ts';

/** Sentence and remedy for the portal's developer. An unknown portal is refused as one whose signature does not fit. */
type Words = readonly [sentence: string, remedy: string];

const unverified: Record<NotVerified, Words> = {
  missing_headers: ['The call is not signed.', 'Send the headers webhook-id, webhook-timestamp and webhook-signature.'],
  bad_timestamp: ['The header webhook-timestamp is not a time.', 'Send whole seconds since 1970.'],
  old_timestamp: [
    'The header webhook-timestamp is more than five minutes away from our clock.',
    'Set the clock, and sign every try anew.',
  ],
  bad_signature: [
    'No signature fits.',
    "Check the portal's id in the address, and sign the untouched body with its licence key's signing key.",
  ],
};

const unopened: Record<NotOpened, Words> = {
  malformed: ['An event is no compact JWE.', 'Seal each event as a compact JWE of five parts.'],
  unsupported: ['An event is sealed in another way.', 'Use alg "dir" and enc "A256GCM", without zip and crit.'],
  unknown_key: ['An event is sealed under a key that is not valid.', "Seal under the portal's present licence key."],
  tampered: ['An event cannot be opened.', "Seal with the licence key's encryption key, and change nothing after it."],
};

/** Verifies and opens what a portal sent. What is wrong with an unbelieved call is said, what is inside is not. */
export async function open(request: OpenRequest, context: SealingContext): Promise<OpenResponse> {
  const { portalId, body } = request;
  const known = await context.ring.of(portalId);
  const valid = known.keys.filter((key) => !key.isRevoked);
  const refused = verifyCall(
    request,
    valid.map((key) => key.signingKey),
    context.now(),
  );
  if (refused) throw ours(known, refused) ?? unauthenticated(refused, unverified[refused]);
  const read = readSubmissions(body);
  if ('malformed' in read) throw malformed(read.malformed);
  const used = new Map<string, number>();
  const events = read.submissions.map(({ id, type, sealed }): OpenedEvent => {
    const opened = openSealed(sealed, (kid) => openingKey(known, kid));
    if (!opened.opened) throw ours(known, opened.reason) ?? unauthenticated(opened.reason, unopened[opened.reason]);
    used.set(opened.kid, (used.get(opened.kid) ?? 0) + 1);
    return { id, type, plaintext: opened.plaintext };
  });
  const tenantId = valid[0]?.tenantId ?? '';
  for (const [kid, count] of used) context.keyUsed({ use: 'opened', portalId, tenantId, kid, count });
  return { events, tenantId };
}

/** Where a damaged key may be the one that was used, the portal is not to blame. */
function ours(known: OpenedKeys, reason: NotVerified | NotOpened): TrunklineError | undefined {
  return reason === 'bad_signature' || reason === 'unknown_key' ? damageOf(known) : undefined;
}

function unauthenticated(reason: NotVerified | NotOpened, [publicMessage, remedy]: Words): TrunklineError {
  return new TrunklineError('unauthenticated', `a portal's call is refused: ${reason}`, { publicMessage, remedy });
}

function malformed(what: string): TrunklineError {
  const publicMessage = `The body is not understood: ${what}.`;
  const remedy = 'Send a CloudEvents JSON batch as the portal protocol describes it.';
  return new TrunklineError('invalid_argument', publicMessage, { publicMessage, remedy });
}
