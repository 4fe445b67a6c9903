import { laneOf } from '@trunkline/contracts';
import type { Turn } from '../turn.ts';
import type { HeldChange, HeldReceipt, ReceiptHold } from './documents.ts';
import { type Place, refId } from './message-refs.ts';

/** More than these of one message are repeats, or of no interest any more. */
const keptMax = 8;

/** Who waits for which message. */
export interface Awaited {
  readonly channel: { readonly id: string; readonly tenantId: string };
  readonly place: Place;
  readonly platformId: string;
}

/** Keeps what came before its message, for as long as a receipt waits. */
export function keepWaiting(
  { draft, nowMs, settings }: Turn,
  { channel, place, platformId }: Awaited,
  news: { readonly receipt: HeldReceipt } | { readonly change: HeldChange },
): void {
  if (platformId === '') return;
  const _id = refId(placeOf(place), platformId);
  // Whoever writes the message looks for its ref anyway: so that nobody else has to look for what waits.
  if ('change' in news && draft.get('messageRefs', _id) === undefined) {
    draft.insert('messageRefs', { _id, messageId: '', part: 0 });
  }
  const former = draft.get('holds', _id);
  const {
    receipts = [],
    changes = [],
    dueAtMs = nowMs + settings.receiptWaitMs,
  } = former?.kind === 'receipts' ? former : {};
  draft.put('holds', {
    ...{ _id, kind: 'receipts', lane: laneOf(channel.tenantId), channelId: channel.id, dueAtMs },
    receipts: 'receipt' in news ? [...receipts, news.receipt].slice(-keptMax) : receipts,
    changes: 'change' in news ? [...changes, news.change].slice(-keptMax) : changes,
  });
}

/** Is there perhaps something that waits for a message: a change of it came before. */
export function isAwaited({ draft }: Turn, place: Place, platformId: string): boolean {
  return platformId !== '' && draft.get('messageRefs', refId(placeOf(place), platformId))?.messageId === '';
}

/** What waited in vain is forgotten. */
export function forgetWaiting({ draft }: Turn, { _id }: ReceiptHold): void {
  draft.remove('holds', _id);
  if (draft.get('messageRefs', _id)?.messageId === '') draft.remove('messageRefs', _id);
}

/** What waited for a message that has come, if anything did; it waits no longer. */
export function takeWaiting({ draft }: Turn, place: Place, platformId: string): ReceiptHold | undefined {
  if (platformId === '') return undefined;
  const hold = draft.get('holds', refId(placeOf(place), platformId));
  if (hold?.kind !== 'receipts') return undefined;
  draft.remove('holds', hold._id);
  return hold;
}

/** Whoever tells of a comment does not always know beneath which other it stands. */
function placeOf({ postPlatformId, ...place }: Place): Place {
  return postPlatformId === undefined ? place : { ...place, conversationPlatformId: postPlatformId };
}
