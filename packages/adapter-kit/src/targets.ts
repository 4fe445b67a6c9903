import type { SendOrder } from '@trunkline/contracts';
import { ConnectorError } from './connector-error.ts';
import type { SendTools } from './tools.ts';

/** Messages that an order is about, by the platform's ids of them. */
export interface Targets {
  /** What a new message answers; undefined: nothing, or nothing that the platform knows. */
  readonly replyTo: string | undefined;
  /** What is edited, deleted, reacted to or read. */
  readonly messageIds: readonly string[];
}

/**
 * Looks up what an order is about, as far as it stands in the order's own conversation: after a move to another the old ids
 * name other messages, or none. Rejects as {@link SendTools.platformIdsOf} does.
 */
export async function targetsOf({ message, conversation }: SendOrder, tools: SendTools): Promise<Targets> {
  const idsOf = async (messageIds: readonly string[]): Promise<string[]> => {
    const found = await Promise.all(messageIds.map((messageId) => tools.platformIdsOf(messageId)));
    const here = found.flat().filter((known) => known.conversationPlatformId === conversation?.platformId);
    return here.map(({ platformId }) => platformId);
  };
  const action = message?.action;
  switch (action?.$case) {
    case 'message': {
      const { messageId = '', platformId = '' } = action.value.reply ?? {};
      const [known] = messageId === '' ? [] : await idsOf([messageId]);
      return { replyTo: known ?? (platformId || undefined), messageIds: [] };
    }
    case 'edit':
    case 'reaction':
    case 'read':
      return { replyTo: undefined, messageIds: await idsOf([action.value.messageId]) };
    case 'delete':
      return { replyTo: undefined, messageIds: await idsOf(action.value.messageIds) };
    default:
      return { replyTo: undefined, messageIds: [] };
  }
}

/** One of the messages that an order is about. Throws ConnectorError 'content_invalid' where the platform does not know it. Pure. */
export function targetOf({ messageIds }: Pick<Targets, 'messageIds'>, index: number, platform: string): string {
  const messageId = messageIds[index];
  if (messageId !== undefined) return messageId;
  throw new ConnectorError('content_invalid', `${platform} does not know the message that this is about`);
}
