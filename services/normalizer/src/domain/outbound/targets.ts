import type { MessageTarget, OutgoingMessage } from '@trunkline/contracts';
import type { MessageDocument } from '../state/documents.ts';
import type { Turn } from '../turn.ts';

/** The messages that an order is about, by our ids. */
export type Targets = ReadonlyMap<string, MessageDocument>;

/** Finds what an order is about. */
export function targetsOf({ draft }: Turn, { action }: OutgoingMessage): Targets {
  const named = namedIds(action).map((id) => draft.get('messages', id));
  return new Map(named.flatMap((message) => (message === undefined ? [] : [[message._id, message]])));
}

/** Those of a channel that came, as the platform names them: what was sent, its connector knows itself, and first. Pure. */
export function receivedTargets(targets: Targets, channelId: string): MessageTarget[] {
  return [...targets.values()].flatMap((message) => {
    const { _id: messageId, conversationPlatformId } = message;
    // What the platform only tells of, like a comment that was hidden, has no id there.
    const platformIds = message.platformIds.filter((id) => id !== '');
    const isNamed = message.channelId === channelId && platformIds.length > 0;
    return isNamed && conversationPlatformId !== undefined ? [{ messageId, platformIds, conversationPlatformId }] : [];
  });
}

function namedIds(action: OutgoingMessage['action']): readonly string[] {
  switch (action?.$case) {
    case 'message':
      return action.value.reply?.messageId ? [action.value.reply.messageId] : [];
    case 'edit':
    case 'reaction':
    case 'read':
      return [action.value.messageId];
    case 'delete':
      return action.value.messageIds;
    default:
      return [];
  }
}
