import { Content } from '@trunkline/contracts';
import { withReactions } from '../inbound/changes.ts';
import { heldAfter } from '../inbound/held-by.ts';
import { conversationOf } from '../state/conversation.ts';
import type { MessageDocument } from '../state/documents.ts';
import { outgoingOf } from '../state/message-content.ts';
import type { Turn } from '../turn.ts';

/** An order that the platform has taken changes the messages that it is about: history shows what the person sees. */
export function applyToTargets(turn: Turn, order: MessageDocument): void {
  const outgoing = outgoingOf(order);
  const action = outgoing?.action;
  switch (action?.$case) {
    case 'edit':
      if (action.value.content !== undefined) {
        const content = Content.encode(action.value.content).finish();
        change(turn, action.value.messageId, (target) => ({ ...target, content, editedAtMs: turn.nowMs }));
      }
      break;
    case 'delete':
      for (const id of action.value.messageIds) change(turn, id, (target) => ({ ...target, deletedAtMs: turn.nowMs }));
      break;
    case 'reaction': {
      const { messageId, reactions } = action.value;
      change(turn, messageId, (target) => withReactions(target, '', reactions));
      break;
    }
    case 'group': {
      const conversation = conversationOf(turn.draft, order.conversationId);
      const changed = action.value.order;
      if (conversation === undefined || changed?.$case !== 'rename') break;
      turn.draft.put('conversations', { ...conversation, ref: { ...conversation.ref, title: changed.value } });
      break;
    }
    case 'control': {
      // The platform does it only now: what the other app was told between the order and this is past as well.
      const conversation = conversationOf(turn.draft, order.conversationId);
      if (conversation === undefined || outgoing === undefined) break;
      turn.draft.put('conversations', heldAfter(conversation, outgoing, turn.nowMs));
      break;
    }
    default:
      break;
  }
}

function change(turn: Turn, messageId: string, next: (target: MessageDocument) => MessageDocument): void {
  const target = turn.draft.get('messages', messageId);
  if (target !== undefined) turn.draft.put('messages', next(target));
}
