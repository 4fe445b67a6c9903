import {
  type Capabilities,
  type EgressItem,
  type Fact,
  type Media,
  MediaState,
  type MessageSubmitted,
  mediaOf,
  type SendOrder,
} from '@trunkline/contracts';
import { adapt } from '../domain/adapt/adapt.ts';
import type { FileUrl } from '../domain/adapt/media.ts';

/** What making an order needs besides its fact. */
export interface OrderNeeds {
  readonly capabilities: Capabilities;
  readonly fileUrl: FileUrl;
  /** The connector's token for answering a press; empty for every other order. */
  readonly ackToken: string;
}

/** The orders that send an outgoing message, one a part, each within the channel's capabilities. Pure. */
export function sendOrders(fact: Fact, submitted: MessageSubmitted, needs: OrderNeeds): EgressItem[] {
  const { message, conversation, conversationNumber, targets, editedParts } = submitted;
  if (message === undefined) throw new Error('the fact has no message');
  const { parts, targetParts, degraded } = adapt(message, needs.capabilities, needs.fileUrl, editedParts);
  return parts.map((part, index): EgressItem => {
    const value: SendOrder = {
      ...{ message: part, conversation, part: index, parts: parts.length, degraded: [...degraded] },
      ...{ ackToken: needs.ackToken, conversationNumber, targets },
      targetPart: targetParts.get(index),
      // The first time, the fact has the message's own id.
      isAgain: fact.id !== message.id,
    };
    return { ...orderOf(fact), order: { $case: 'send', value } };
  });
}

/** A file to be copied, and the message that carries it. */
export interface PendingFile {
  readonly media: Media;
  readonly messageId: string;
}

/** The files of a fact that are not ours yet. Pure. */
export function pendingFiles({ id, fact }: Fact): PendingFile[] {
  const received = fact?.$case === 'received' ? fact.value : undefined;
  const happened = received?.event?.event;
  if (happened?.$case !== 'message' && happened?.$case !== 'edit') return [];
  const messageId = happened.$case === 'message' ? id : received?.targetMessageIds[0];
  if (!messageId || happened.value.content === undefined) return [];
  const pending = mediaOf(happened.value.content).filter(({ state }) => state === MediaState.MEDIA_STATE_PENDING);
  return pending.map((media) => ({ media, messageId }));
}

/** The order to copy a file. Pure. */
export function fetchOrder(fact: Fact, { media, messageId }: PendingFile): EgressItem {
  return { ...orderOf(fact), order: { $case: 'fetch', value: { media, messageId } } };
}

function orderOf({ tenantId, channelId, conversationId, at, traceparent }: Fact): Omit<EgressItem, 'order'> {
  return { tenantId, channelId, conversationId, at, traceparent };
}
