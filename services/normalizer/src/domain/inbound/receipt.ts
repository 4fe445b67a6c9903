import { type ChannelEntry, type ChannelEvent, ids, OrderScheme, type ReceiptGiven } from '@trunkline/contracts';
import { applyToParts, partError } from '../outbound/apply-status.ts';
import { stateOfReceipt } from '../outbound/status.ts';
import { conversationOf, count } from '../state/conversation.ts';
import type { ConversationDocument, MessageDocument, Watermark } from '../state/documents.ts';
import { findMessage, placeIn } from '../state/message-refs.ts';
import type { PartDocument } from '../state/part-documents.ts';
import { type Awaited, keepWaiting } from '../state/waiting.ts';
import type { Turn } from '../turn.ts';

/** Takes a receipt: by ids, or by a watermark. It changes what became of messages and is told as that alone. */
export function takeReceipt(turn: Turn, channel: ChannelEntry, event: ChannelEvent, receipt: ReceiptGiven): void {
  turn.draft.insert('events', { _id: event.id, channelId: channel.id, at: new Date(turn.nowMs) });
  const platformId = event.conversation?.platformId ?? '';
  const place = placeIn(channel.id, event.conversation);
  for (const target of receipt.targetPlatformIds) receiveFor(turn, { channel, place, platformId: target }, receipt);
  const conversation = conversationOf(turn.draft, ids.conversation(channel.id, platformId));
  if (conversation === undefined) {
    turn.tally.events.accepted += 1;
    turn.tally.events.normalized += 1;
    return;
  }
  turn.draft.put('conversations', count(turn, conversation, { accepted: 1, normalized: 1 }));
  if (receipt.upTo !== '') raiseWatermark(turn, conversation._id, receipt, isByNumber(event));
}

/** A receipt of one message; where its send is not known yet, it waits for the result. */
function receiveFor(turn: Turn, { channel, place, platformId }: Awaited, receipt: ReceiptGiven): void {
  const state = stateOfReceipt(receipt.state);
  if (platformId === '' || state === undefined) return;
  const found = findMessage(turn.draft, place, platformId);
  if (found !== undefined) {
    // What a platform tells of messages that were not sent from here is nobody's status.
    if (found.message.outgoing === undefined) return;
    applyToParts(turn, found.message, [found.ref.part], { state, error: partError(receipt.error) });
    return;
  }
  const error = partError(receipt.error);
  const waiting = { state: receipt.state, ...(error === undefined ? {} : { error }) };
  keepWaiting(turn, { channel, place, platformId }, { receipt: waiting });
}

/** Some platforms count their watermarks as times, some as numbers of messages: as they order their events. */
function isByNumber({ order }: ChannelEvent): boolean {
  return order?.scheme === OrderScheme.ORDER_SCHEME_SEQUENCE;
}

function raiseWatermark(turn: Turn, conversationId: string, { state, upTo }: ReceiptGiven, byNumber: boolean): void {
  const conversation = conversationOf(turn.draft, conversationId);
  if (conversation === undefined) return;
  const watermarks = conversation.watermarks ?? [];
  if (!isNumber(upTo) || watermarks.some((former) => former.state === state && isAtLeast(former.upTo, upTo))) return;
  const others = watermarks.filter((watermark) => watermark.state !== state);
  const watermark = { state, upTo, isByNumber: byNumber };
  turn.draft.put('conversations', { ...conversation, watermarks: [...others, watermark] });
  for (const id of conversation.unread ?? []) {
    const message = turn.draft.get('messages', id);
    if (message !== undefined) applyWatermark(turn, message, watermark);
  }
}

/** A message that was sent before a watermark came to be known still falls under it. */
export function applyWatermarks(turn: Turn, conversation: ConversationDocument, message: MessageDocument): void {
  let current = message;
  for (const watermark of conversation.watermarks ?? []) current = applyWatermark(turn, current, watermark);
}

function applyWatermark(turn: Turn, message: MessageDocument, watermark: Watermark): MessageDocument {
  const state = stateOfReceipt(watermark.state);
  const parts = message.parts ?? [];
  const covered = parts.flatMap((part, number) => (isCovered(message, part, watermark) ? [number] : []));
  return state === undefined || covered.length === 0 ? message : applyToParts(turn, message, covered, { state });
}

/** The platform's clock may be so far behind ours. */
const clockMs = 1_000;

/** Is a part that the platform has at or below a watermark. */
function isCovered({ sentAtMs }: MessageDocument, part: PartDocument, { upTo, isByNumber }: Watermark): boolean {
  const { platformIds, atMs = sentAtMs, calledAtMs = atMs, takenAtMs = calledAtMs - clockMs } = part;
  if (platformIds.length === 0) return false;
  if (!isByNumber) return isAtLeast(upTo, String(takenAtMs));
  return platformIds.every((id) => isNumber(id) && isAtLeast(upTo, id));
}

function isNumber(text: string): boolean {
  return /^\d{1,20}$/.test(text);
}

function isAtLeast(number: string, other: string): boolean {
  return BigInt(number) >= BigInt(other);
}
