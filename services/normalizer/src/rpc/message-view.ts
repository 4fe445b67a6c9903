import {
  type Content,
  Keyboard,
  type Media,
  MediaState,
  type Message,
  type MessageStatus,
  mapMedia,
  type OutgoingMessage,
  Quote,
} from '@trunkline/contracts';
import type { MessageDocument } from '../domain/state/documents.ts';
import { contentOf, outgoingOf } from '../domain/state/message-content.ts';

/** A message as its readers see it: with links to files, without where the files came from. Pure. */
export function messageView(document: MessageDocument, fileUrl: (media: Media) => string): Message {
  const outgoing = outgoingOf(document);
  const action = outgoing?.action;
  const content = contentOf(document);
  return {
    id: document._id,
    conversationId: document.conversationId,
    channelId: document.channelId,
    contactId: document.contactId,
    conversationNumber: document.number,
    isOutbound: document.isOutbound,
    origin: document.origin,
    author: outgoing?.author,
    content: content && withLinks(content, fileUrl),
    reply: document.reply && Quote.decode(document.reply),
    keyboard: keyboardOf(document, action),
    sentAt: new Date(document.sentAtMs),
    status: statusOf(document),
    editedAt: dateOf(document.editedAtMs),
    deletedAt: dateOf(document.deletedAtMs),
    reactions: (document.reactions ?? []).flatMap(({ reactions }) => reactions),
    platformIds: [...document.platformIds],
  };
}

function keyboardOf({ keyboard }: MessageDocument, action: OutgoingMessage['action']): Keyboard | undefined {
  if (keyboard !== undefined) return Keyboard.decode(keyboard);
  return action?.$case === 'message' || action?.$case === 'edit' ? action.value.keyboard : undefined;
}

function withLinks(content: Content, fileUrl: (media: Media) => string): Content {
  return mapMedia(content, (media) => {
    const url = media.state === MediaState.MEDIA_STATE_STORED ? fileUrl(media) : '';
    return { ...media, source: undefined, url };
  });
}

function statusOf(document: MessageDocument): MessageStatus | undefined {
  const { _id, state, parts = [], platformIds, degraded = [], inviteLink = '' } = document;
  if (state === undefined) return undefined;
  const error = parts.find((part) => part.state === state)?.error;
  return { messageId: _id, state, error, platformIds: [...platformIds], degraded: [...degraded], inviteLink };
}

function dateOf(ms: number | undefined): Date | undefined {
  return ms === undefined ? undefined : new Date(ms);
}
