import type { ResealedEvent, ResealRequest, ResealResponse, SealedEvent } from '@trunkline/contracts';
import { invalidArgument, TrunklineError } from '@trunkline/runtime';
import { plaintextHash } from '../domain/chain.ts';
import { openSealed } from '../domain/open.ts';
import { sealedIn, withSealed } from '../domain/sealed-event.ts';
import type { PlainOf } from '../history.ts';
import type { DamagedKey, ReadyKey } from '../opened-keys.ts';
import type { SealingContext } from './context.ts';

/** What sealing anew needs beside the keys. */
export interface ResealContext extends SealingContext {
  /** Reads a tenant's history, for one request. */
  readonly historyOf: (tenantId: string) => PlainOf;
}

const mostEvents = 100;
const goneReason = 'its key was deleted, and its history is kept no longer';
const changedReason = 'its key was deleted, and its history gives another content';

/**
 * Seals waiting events under the newest valid key that the portal may know. A former key that is still stored opens them, be it
 * revoked; otherwise they are made anew of their facts, and whatever is not the same any more is withheld.
 */
export async function reseal(request: ResealRequest, context: ResealContext): Promise<ResealResponse> {
  const { portalId, tenantId, events, notKids } = request;
  if (events.length === 0 || events.length > mostEvents)
    throw invalidArgument({ field: 'events', description: `Must be 1 to ${mostEvents}.` });
  const isFit = (key: ReadyKey) => !key.isRevoked && key.tenantId === tenantId && !notKids.includes(key.kid);
  let known = await context.ring.of(portalId);
  // Another instance may have made the key that is wanted a moment ago.
  if (!known.keys.some(isFit)) {
    context.ring.forget(portalId);
    known = await context.ring.of(portalId);
  }
  const { keys, damaged } = known;
  const target = keys.find(isFit);
  if (target === undefined) throw noOtherKey(damaged.find((key) => !key.isRevoked && !notKids.includes(key.kid)));
  const opened = new Map<string, number>();
  const open = (event: SealedEvent) => {
    const result = openSealed(
      sealedIn(event.cloudEvent) ?? '',
      (kid) => keys.find((key) => key.kid === kid)?.encryptionKey,
    );
    if (result.opened) opened.set(result.kid, (opened.get(result.kid) ?? 0) + 1);
    return result.opened ? result.plaintext : undefined;
  };
  const plainOf = context.historyOf(tenantId);
  const answers = await Promise.all(
    events.map(async (event): Promise<ResealedEvent> => {
      const plaintext =
        open(event) ??
        (await plainOf(event).then((plain) => (plain?.portalId === portalId ? plain.plaintext : undefined)));
      const withheldReason = reasonOf(plaintext, event);
      const damage = withheldReason === undefined ? undefined : damaged.find(({ kid }) => kid === event.kid);
      // What is withheld is withheld for good: only once a person has deleted the key.
      if (damage !== undefined) throw damage.error;
      if (plaintext === undefined || withheldReason !== undefined)
        return { cloudEvent: Buffer.alloc(0), kid: '', withheldReason: withheldReason ?? goneReason };
      return { cloudEvent: withSealed(event.cloudEvent, target.seal(plaintext)), kid: target.kid, withheldReason: '' };
    }),
  );
  for (const [kid, count] of opened) context.keyUsed({ use: 'opened', portalId, tenantId, kid, count });
  const count = answers.filter(({ kid }) => kid !== '').length;
  if (count > 0) context.keyUsed({ use: 'resealed', portalId, tenantId, kid: target.kid, count });
  return { events: answers };
}

/** The chain speaks of the plaintext: another one must never take its place. */
function reasonOf(plaintext: Uint8Array | undefined, event: SealedEvent): string | undefined {
  if (plaintext === undefined) return goneReason;
  return Buffer.compare(plaintextHash(plaintext), event.plaintextHash) === 0 ? undefined : changedReason;
}

function noOtherKey(damaged: DamagedKey | undefined): TrunklineError {
  const publicMessage = 'The portal has no other valid licence key.';
  const remedy = damaged?.error.remedy ?? 'Add the key to the receiver, or make a new one.';
  const message = damaged === undefined ? publicMessage : `${publicMessage} ${damaged.error.message}`;
  return new TrunklineError('failed_precondition', message, { publicMessage, remedy });
}
