import {
  type Capabilities,
  type ChannelEvent,
  Content,
  ConversationKind,
  ConversationRef,
  MessageWritten,
  Origin,
  type OutgoingContent,
  type Party,
  Quote,
  type SendOrder,
} from '@trunkline/contracts';
import { ConnectorError } from './connector-error.ts';
import type { NewEvent } from './event.ts';
import { textLength } from './text/length.ts';

/** Where a comment stands. */
export interface CommentPlace {
  /** The platform's name for what stands beneath one comment. */
  readonly platformId: string;
  /** The post, picture or whatever is commented on, with its address where that is known. */
  readonly parentId: string;
  readonly parentUrl?: string | undefined;
  /** The comment that it answers in the end; undefined for one that begins the conversation. */
  readonly beneath?: string | undefined;
}

/** Comments beneath one comment are one conversation. Pure. */
export function commentsAt({ platformId, parentId, parentUrl = '', beneath = '' }: CommentPlace): ConversationRef {
  const kind = ConversationKind.CONVERSATION_KIND_COMMENTS;
  return ConversationRef.create({ platformId, kind, parentId, parentUrl, parentCommentId: beneath });
}

/**
 * Who wrote a comment. The account's own come back too: those from here are known by their ids, all others were written
 * elsewhere. Pure.
 */
export function writtenBy(author: Party | undefined, isOwn: boolean): Pick<NewEvent, 'origin' | 'sender'> {
  if (isOwn) return { origin: Origin.ORIGIN_EXTERNAL };
  return { origin: Origin.ORIGIN_CONTACT, ...(author !== undefined && { sender: author }) };
}

/** What became of a comment that has no event of its own, in words for people, beside the comment. Pure. */
export function commentNoted(text: string, commentId: string): ChannelEvent['event'] {
  const content = Content.fromPartial({ kind: { $case: 'unsupported', value: { platformType: 'comment', text } } });
  return {
    $case: 'message',
    value: MessageWritten.create({ content, reply: Quote.create({ platformId: commentId }) }),
  };
}

/** Whether an order is about comments. Pure. */
export function isComments({ conversation }: Pick<SendOrder, 'conversation'>): boolean {
  return conversation?.kind === ConversationKind.CONVERSATION_KIND_COMMENTS;
}

/** What an order writes in private, to the author of a comment; undefined: nothing. Pure. */
export function privateAnswer({ message }: Pick<SendOrder, 'message'>): OutgoingContent | undefined {
  const action = message?.action;
  return action?.$case === 'message' && action.value.options?.isPrivate === true ? action.value : undefined;
}

/**
 * A comment can be answered in private by one message: a text as long as a message may be, or a file without words. Throws
 * ConnectorError 'content_invalid' for another. Pure.
 */
export function checkPrivateAnswer(
  { parts }: Pick<SendOrder, 'parts'>,
  { content }: OutgoingContent,
  { textMax, textUnit }: Pick<Capabilities, 'textMax' | 'textUnit'>,
): void {
  const kind = content?.kind;
  const text = kind?.$case === 'text' ? kind.value.plain : '';
  const isCaptioned = kind?.$case === 'image' && (kind.value.caption?.plain ?? '') !== '';
  if (parts <= 1 && textLength(text, textUnit) <= textMax && !isCaptioned) return;
  const words = `a private answer is one message: a text of at most ${textMax} letters or bytes, or a file without words`;
  throw new ConnectorError('content_invalid', words);
}
