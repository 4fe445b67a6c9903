import { ConversationKind, ConversationRef, ids, type OutgoingMessage } from '@trunkline/contracts';
import { conversationOf, newGroupName, openConversation } from '../state/conversation.ts';
import type { ConversationDocument } from '../state/documents.ts';
import type { Turn } from '../turn.ts';

/**
 * The conversation that an order is for: by our id or by its address; then a new one, not stored yet, where there is none.
 * Undefined for one that is not there, or another tenant's.
 */
export function conversationFor(
  turn: Turn,
  tenantId: string,
  message: OutgoingMessage,
): ConversationDocument | undefined {
  if (message.to === undefined) {
    const found = conversationOf(turn.draft, message.conversationId);
    return found?.tenantId === tenantId ? found : undefined;
  }
  const channel = turn.directory.channel(message.to.channelId);
  return channel?.tenantId === tenantId ? openConversation(turn, channel, addressOf(message)) : undefined;
}

/** Our id of the conversation that an address names. Pure. */
export function addressedId(message: OutgoingMessage): string {
  return ids.conversation(message.to?.channelId ?? '', addressOf(message).platformId);
}

function addressOf({ id, to, action }: OutgoingMessage): ConversationRef {
  const group = action?.$case === 'group' ? action.value.order : undefined;
  return group?.$case === 'create'
    ? ConversationRef.create({
        platformId: newGroupName(id),
        kind: ConversationKind.CONVERSATION_KIND_GROUP,
        title: group.value.title,
      })
    : ConversationRef.create({
        platformId: to?.platformId ?? '',
        kind: ConversationKind.CONVERSATION_KIND_PRIVATE,
      });
}
