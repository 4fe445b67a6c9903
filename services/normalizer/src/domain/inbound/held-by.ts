import type { ChannelEvent, OutgoingMessage } from '@trunkline/contracts';
import { ControlAction } from '@trunkline/contracts';
import type { ConversationDocument } from '../state/documents.ts';

/** The conversation with who has it, as an event that is not late tells: another app of the platform, or none. Pure. */
export function heldBy(conversation: ConversationDocument, event: ChannelEvent, nowMs: number): ConversationDocument {
  if (!event.isHeldElsewhere) return heldByNobody(conversation);
  const atMs = Math.min(nowMs, (event.sentAt ?? event.receivedAt)?.getTime() ?? nowMs);
  return { ...conversation, heldElsewhereAtMs: Math.max(conversation.heldElsewhereAtMs ?? 0, atMs) };
}

/**
 * The same after an order of ours: what is sent behind the order that takes it is to go, and if it cannot be taken, the platform
 * says so. Pure.
 */
export function heldAfter(conversation: ConversationDocument, { action }: OutgoingMessage): ConversationDocument {
  const control = action?.$case === 'control' ? action.value.action : undefined;
  const isOurs = control === ControlAction.CONTROL_ACTION_TAKEN || control === ControlAction.CONTROL_ACTION_RELEASED;
  return isOurs ? heldByNobody(conversation) : conversation;
}

function heldByNobody(conversation: ConversationDocument): ConversationDocument {
  if (conversation.heldElsewhereAtMs === undefined) return conversation;
  const { heldElsewhereAtMs: _former, ...free } = conversation;
  return free;
}
