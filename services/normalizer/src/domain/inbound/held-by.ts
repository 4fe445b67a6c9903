import type { ChannelEvent, OutgoingMessage } from '@trunkline/contracts';
import { ControlAction } from '@trunkline/contracts';
import type { ConversationDocument } from '../state/documents.ts';

/**
 * The conversation with who has it, as an event that is not late tells: another app of the platform, or none. What happened before
 * our last order about it says nothing of who has it since. Pure.
 */
export function heldBy(conversation: ConversationDocument, event: ChannelEvent, nowMs: number): ConversationDocument {
  const atMs = Math.min(nowMs, (event.sentAt ?? event.receivedAt)?.getTime() ?? nowMs);
  if (atMs <= (conversation.controlledAtMs ?? Number.NEGATIVE_INFINITY)) return conversation;
  if (!event.isHeldElsewhere) return heldByNobody(conversation);
  return { ...conversation, heldElsewhereAtMs: Math.max(conversation.heldElsewhereAtMs ?? 0, atMs) };
}

/**
 * The same after an order of ours: what is sent behind the order that takes it is to go, and if it cannot be taken, the platform
 * says so; what is sent behind the order that passes it to another app is not. Pure.
 */
export function heldAfter(
  conversation: ConversationDocument,
  { action }: OutgoingMessage,
  nowMs: number,
): ConversationDocument {
  switch (action?.$case === 'control' ? action.value.action : undefined) {
    case ControlAction.CONTROL_ACTION_TAKEN:
    case ControlAction.CONTROL_ACTION_RELEASED:
      return { ...heldByNobody(conversation), controlledAtMs: nowMs };
    case ControlAction.CONTROL_ACTION_PASSED:
      return { ...conversation, heldElsewhereAtMs: nowMs, controlledAtMs: nowMs };
    default:
      return conversation;
  }
}

function heldByNobody(conversation: ConversationDocument): ConversationDocument {
  if (conversation.heldElsewhereAtMs === undefined) return conversation;
  const { heldElsewhereAtMs: _former, ...free } = conversation;
  return free;
}
