import { type ConfirmedSend, ConnectorError, readAs, readMark } from '@trunkline/adapter-kit';
import { type ChannelEvent, Origin, ReceiptGiven, ReceiptState, SendError } from '@trunkline/contracts';
import { codeOf } from './errors.ts';
import { groupOf, keyOf, privateWith } from './parse-party.ts';
import { tell, type Update } from './parse-told.ts';
import { type PlatformError, type Status, statusSchema } from './types.ts';

const { RECEIPT_STATE_SENT: sent, RECEIPT_STATE_DELIVERED: delivered, RECEIPT_STATE_READ: read } = ReceiptState;
const { RECEIPT_STATE_PLAYED: played, RECEIPT_STATE_FAILED: failed } = ReceiptState;
const states: Readonly<Record<string, ReceiptState>> = { sent, delivered, read, played, failed };

/** What became of a message that was sent. Each person of a group may tell it alone. */
export function receiptGiven(value: unknown, update: Update): ChannelEvent {
  const status = readAs(statusSchema, value);
  const { id, status: word, timestamp, recipient_participant_id: who } = status;
  const state = Object.hasOwn(states, word) ? states[word] : undefined;
  if (state === undefined) throw new ConnectorError('unknown_kind', 'a status that is not known here');
  const [error] = (status.errors ?? []).map(errorOf);
  const receipt = ReceiptGiven.create({ state, targetPlatformIds: [id], ...(error && { error }) });
  const dedupeKey = ['status', id, word, ...(who === undefined ? [] : [who])].join(':');
  const about = { conversation: placeOf(status), origin: Origin.ORIGIN_SYSTEM };
  return tell(update, dedupeKey, timestamp, { ...about, event: { $case: 'receipt', value: receipt } });
}

/** A status with our mark proves that the platform has what we sent; those that follow prove nothing more. */
export function confirmedBy({ id, status, biz_opaque_callback_data: data }: Status): ConfirmedSend[] {
  const mark = status === 'sent' || status === 'failed' ? readMark(data) : undefined;
  return mark === undefined ? [] : [{ ...mark, platformIds: [id] }];
}

/** A failure in the platform's own words. */
export function wordsOf({ title, message, error_data: data }: PlatformError): string {
  return (data?.details || message || title || '').slice(0, 500);
}

function errorOf(error: PlatformError): SendError {
  return SendError.create({ code: codeOf(error), platformCode: String(error.code), text: wordsOf(error) });
}

/** Where it was sent, which our own mark knows best: the platform may name the person otherwise now. */
function placeOf(status: Status) {
  const { recipient_id: phone, recipient_user_id: userId, recipient_type: type } = status;
  const marked = readMark(status.biz_opaque_callback_data)?.conversationPlatformId;
  if (type === 'group') return groupOf(marked ?? keyOf({ phone }));
  const place = privateWith({ phone, userId });
  if (marked === undefined || marked === place.platformId) return place;
  return { ...place, platformId: marked, otherPlatformId: place.platformId };
}
