import { MessageState, type SendResult } from '@trunkline/contracts';
import { withWaiting } from '../inbound/changes.ts';
import { applyWatermarks } from '../inbound/receipt.ts';
import { releaseEchoes } from '../inbound/release.ts';
import { conversationOf, isNewGroup, moveConversation, refOf } from '../state/conversation.ts';
import type { MessageDocument, ReceiptHold } from '../state/documents.ts';
import { keepRef, type Place, placeIn } from '../state/message-refs.ts';
import type { PartDocument } from '../state/part-documents.ts';
import { takeWaiting } from '../state/waiting.ts';
import type { Turn } from '../turn.ts';
import { applyToParts, partError } from './apply-status.ts';
import { stateOfReceipt } from './status.ts';

/** Messages have no more parts than this: a text of 100,000 characters has 100 where 1,000 fit. */
const partsMax = 1_000;

/** Takes what became of sending one part; receipts that came before it are made up for. */
export function takeSendResult(turn: Turn, result: SendResult): void {
  const message = turn.draft.get('messages', result.messageId);
  if (message?.outgoing === undefined || result.part >= partsMax) return;
  const place = placeOf(turn, message, result.migratedPlatformId);
  const known = withNews(message, result);
  for (const platformId of result.platformIds) {
    keepRef(turn.draft, place, platformId, { messageId: message._id, part: result.part });
  }
  const { state, platformIds, error, isCertain, calledAt } = result;
  let current = applyToParts(turn, withParts(known, Math.max(result.parts, result.part + 1)), [result.part], {
    state,
    platformIds,
    error: partError(error),
    isCertain,
    atMs: turn.nowMs,
    calledAtMs: calledAt?.getTime(),
  });
  for (const platformId of platformIds)
    current = applyWaiting(turn, current, result.part, takeWaiting(turn, place, platformId));
  const conversation = conversationOf(turn.draft, message.conversationId);
  if (conversation === undefined) return;
  applyWatermarks(turn, conversation, current);
  giveBackWord(turn, current);
  releaseEchoes(turn, conversationOf(turn.draft, message.conversationId) ?? conversation);
}

/**
 * A first word that certainly arrived in no part was none: the next one need not wait. Where the other side says that there was
 * one, there was.
 */
function giveBackWord(turn: Turn, { conversationId, sentAtMs, parts = [] }: MessageDocument): void {
  const conversation = conversationOf(turn.draft, conversationId);
  if (conversation?.firstWordAtMs === undefined || conversation.firstWordAtMs !== sentAtMs) return;
  if (!parts.every(({ isCertain, error }) => isCertain === true && error?.code !== 'window_closed')) return;
  const { firstWordAtMs: _none, ...rest } = conversation;
  turn.draft.put('conversations', rest);
}

/** What only sending could tell of the message as a whole. */
function withNews(message: MessageDocument, { inviteLink, degraded }: SendResult): MessageDocument {
  const all = [...new Set([...(message.degraded ?? []), ...degraded])];
  return { ...message, ...(inviteLink === '' ? {} : { inviteLink }), ...(all.length === 0 ? {} : { degraded: all }) };
}

/** Where the platform has the message now; a send may tell that the conversation has moved. */
function placeOf(turn: Turn, message: MessageDocument, movedTo: string): Place {
  const conversation = conversationOf(turn.draft, message.conversationId);
  const moved = conversation && moveConversation(turn, conversation, movedTo);
  if (moved !== undefined && moved !== conversation) turn.draft.put('conversations', moved);
  // What answers the request to make a group names the request alone.
  return placeIn(message.channelId, moved === undefined || isNewGroup(moved) ? undefined : refOf(moved));
}

function withParts(message: MessageDocument, count: number): MessageDocument {
  const known = message.parts ?? [];
  const queued: PartDocument = { state: MessageState.MESSAGE_STATE_QUEUED, platformIds: [] };
  const missing = Math.max(0, Math.min(count, partsMax) - known.length);
  return { ...message, parts: [...known, ...Array.from({ length: missing }, () => queued)] };
}

/** What came before the result: receipts, and what the person did with the message. */
function applyWaiting(
  turn: Turn,
  message: MessageDocument,
  part: number,
  hold: ReceiptHold | undefined,
): MessageDocument {
  let current = withWaiting(message, part, hold);
  if (current !== message) turn.draft.put('messages', current);
  for (const receipt of hold?.receipts ?? []) {
    const state = stateOfReceipt(receipt.state);
    if (state !== undefined) current = applyToParts(turn, current, [part], { state, error: receipt.error });
  }
  return current;
}
