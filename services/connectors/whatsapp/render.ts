import { ConnectorError, markOf, type Targets, targetOf } from '@trunkline/adapter-kit';
import { ConversationKind, type OutgoingContent, type SendOrder } from '@trunkline/contracts';
import { renderContent } from './render-content.ts';

type Json = Readonly<Record<string, unknown>>;

const product = { messaging_product: 'whatsapp' };

/**
 * The body of the call that does an order; undefined when there is nothing to do. Pure. Throws ConnectorError 'unsupported'
 * and 'content_invalid'.
 */
export function render(order: SendOrder, targets: Targets, mediaId?: string): Json | undefined {
  const action = order.message?.action;
  switch (action?.$case) {
    case 'message':
      return {
        ...addressed(order),
        biz_opaque_callback_data: markOf(order),
        ...message(action.value, targets, mediaId),
      };
    case 'reaction': {
      const reaction = { message_id: targetOf(targets, 0, 'WhatsApp'), emoji: action.value.reactions[0] ?? '' };
      return { ...addressed(order), type: 'reaction', reaction };
    }
    case 'read':
      return { ...product, status: 'read', message_id: targetOf(targets, 0, 'WhatsApp') };
    case 'typing': {
      // It is shown on the message that came last, which is marked as read with it; without one there is nobody to show it to.
      const lastId = order.conversation?.resumeToken ?? '';
      if (!action.value.isOn || lastId === '') return undefined;
      return { ...product, status: 'read', message_id: lastId, typing_indicator: { type: 'text' } };
    }
    case 'pressAnswer':
      return undefined;
    default:
      throw new ConnectorError('unsupported', `WhatsApp cannot do this: ${action?.$case ?? 'none'}`);
  }
}

/** A group, a number or an id within the business. */
function addressed({ conversation }: SendOrder): Json {
  const { platformId = '', kind } = conversation ?? {};
  const isGroup = kind === ConversationKind.CONVERSATION_KIND_GROUP;
  const isNumber = /^\d{5,15}$/.test(platformId);
  const whom = isGroup || isNumber ? { to: platformId } : { recipient: platformId };
  return { ...product, recipient_type: isGroup ? 'group' : 'individual', ...whom };
}

function message({ content, keyboard, options }: OutgoingContent, { replyTo }: Targets, mediaId?: string): Json {
  const looks = { keyboard, withoutPreview: options?.withoutPreview, mediaId };
  const written = renderContent(content ?? { kind: undefined }, looks);
  return replyTo === undefined ? written : { context: { message_id: replyTo }, ...written };
}
