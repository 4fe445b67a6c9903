import { GroupAction, type GroupChanged, type SubscriptionChanged } from '@trunkline/contracts';
import { becomeGroup, conversationOf, isNewGroup, moveConversation } from '../state/conversation.ts';
import { findMessage } from '../state/message-refs.ts';
import type { Effect, Placed } from './effect.ts';

/** A group changed: its title and its new place on the platform are the conversation's. */
export function groupChanged({ turn, conversation, place }: Placed, changed: GroupChanged): Effect {
  const { action, value, requestPlatformId } = changed;
  switch (action) {
    case GroupAction.GROUP_ACTION_CREATED: {
      const made = findMessage(turn.draft, { ...place, conversationPlatformId: '' }, requestPlatformId)?.message;
      const group = made && conversationOf(turn.draft, made.conversationId);
      if (group !== undefined && isNewGroup(group)) becomeGroup(turn, group, conversation);
      return {};
    }
    case GroupAction.GROUP_ACTION_RENAMED:
      return { conversation: { ...conversation, ref: { ...conversation.ref, title: value } } };
    case GroupAction.GROUP_ACTION_MIGRATED:
      return { conversation: moveConversation(turn, conversation, value) };
    default:
      return {};
  }
}

/** The person allowed or forbade us to write. */
export function subscriptionChanged({ conversation }: Placed, { isAllowed }: SubscriptionChanged): Effect {
  return { conversation: { ...conversation, isBlocked: !isAllowed } };
}
