import { joinTexts } from '@trunkline/adapter-kit';
import type { Capabilities, Content, OutgoingMessage, Text } from '@trunkline/contracts';
import { type Degradation, plain } from './adapted.ts';

/** An order as the channel can carry it. */
export interface Replaced {
  readonly message: OutgoingMessage;
  readonly degraded: readonly Degradation[];
}

/**
 * Replaces an order that the channel has no way for by a message that says the same: an edit by "Corrected: …", a reaction
 * by its emoji. `isEditOver`: the time to change that message has run out. Pure.
 */
export function replaced(message: OutgoingMessage, capabilities: Capabilities, isEditOver = false): Replaced {
  const { action } = message;
  if (action?.$case === 'edit' && (isEditOver || !canBecome(action.value.content, capabilities))) {
    const { messageId, keyboard, content } = action.value;
    const value = { content: content && corrected(content), keyboard, reply: replyTo(messageId), options: undefined };
    return { message: { ...message, action: { $case: 'message', value } }, degraded: ['D7'] };
  }
  if (action?.$case === 'reaction' && !capabilities.canReact && action.value.reactions.length > 0) {
    const { messageId, reactions } = action.value;
    const content: Content = { kind: { $case: 'text', value: plain(reactions.join(' ')) } };
    const value = { content, keyboard: undefined, reply: replyTo(messageId), options: undefined };
    return { message: { ...message, action: { $case: 'message', value } }, degraded: ['D8'] };
  }
  return { message, degraded: [] };
}

/** Without a content, an edit changes the buttons alone. */
function canBecome(content: Content | undefined, { editSeconds, editContent }: Capabilities): boolean {
  const kind = content?.kind?.$case;
  return editSeconds > 0 && (editContent.length === 0 || kind === undefined || editContent.includes(kind));
}

function replyTo(messageId: string) {
  return { messageId, platformId: '', text: '', senderName: '', selected: '' };
}

const prefix = plain('Corrected: ');

/** The new content, said to be a correction where it has a text. */
function corrected(content: Content): Content {
  const { kind } = content;
  switch (kind?.$case) {
    case 'text':
      return { kind: { $case: 'text', value: joinTexts(prefix, kind.value) } };
    case 'image':
    case 'video':
    case 'audio':
    case 'voice':
    case 'file':
    case 'animation':
    case 'album':
      return { kind: { ...kind, value: { ...kind.value, caption: withPrefix(kind.value.caption) } } as typeof kind };
    default:
      return content;
  }
}

function withPrefix(caption: Text | undefined): Text {
  return caption?.plain ? joinTexts(prefix, caption) : plain('Corrected.');
}
