import {
  type Card,
  type Content,
  type Media,
  mediaOf,
  type OutgoingContent,
  type SendOrder,
} from '@trunkline/contracts';
import { ConnectorError } from '../../connector-error.ts';
import type { Targets } from '../../targets.ts';
import { markOf } from '../own-mark.ts';
import { writeButton, writeKeyboard } from './write-keyboard.ts';

type Json = Readonly<Record<string, unknown>>;

/** What writing in a thread needs besides the order. */
export interface ThreadWriting {
  readonly targets: Targets;
  /** How the platform gets the content's file: by an address, or as what was uploaded before. */
  readonly file?: Json | undefined;
  /** Names of the reactions that the platform has, by their emoji. */
  readonly reactions: Readonly<Record<string, string>>;
  /** Whether the platform brings a mark of ours back with the echo. */
  readonly isMarked: boolean;
  /** Public link to a file of ours: cards show their pictures by it. */
  readonly fileUrl: (media: Media) => string;
}

/** How the platform calls the files that it takes. */
const fileTypes: Readonly<Record<string, string>> = {
  ...{ image: 'image', animation: 'image', video: 'video', audio: 'audio', voice: 'audio', file: 'file' },
};

/** The file of a content that has to be uploaded before, with the platform's name of its type. Pure. */
export function uploadOf({ kind }: Content): { readonly type: string; readonly media: Media } | undefined {
  const type = fileTypes[kind?.$case ?? ''];
  const [media] = type === undefined || kind === undefined ? [] : mediaOf({ kind });
  if (type !== undefined && media === undefined) throw new ConnectorError('content_invalid', 'the message has no file');
  return type === undefined || media === undefined ? undefined : { type, media };
}

/**
 * The body of a call to /messages that does an order in a thread; undefined when there is nothing to do. Throws
 * ConnectorError 'unsupported' and 'content_invalid'. Pure.
 */
export function writeThread(order: SendOrder, writing: ThreadWriting): Json | undefined {
  const { targets } = writing;
  const action = order.message?.action;
  const recipient = { id: order.conversation?.platformId ?? '' };
  switch (action?.$case) {
    case 'message':
      return { ...addressed(order, action.value, targets), message: messageOf(order, action.value, writing) };
    case 'typing':
      return { recipient, sender_action: action.value.isOn ? 'typing_on' : 'typing_off' };
    case 'read':
      return { recipient, sender_action: 'mark_seen' };
    case 'reaction': {
      const [messageId] = targets.messageIds;
      const [emoji] = action.value.reactions;
      if (messageId === undefined) throw invalid('the messenger does not know the message that this is about');
      if (emoji === undefined) return { recipient, sender_action: 'unreact', payload: { message_id: messageId } };
      return {
        recipient,
        sender_action: 'react',
        payload: { message_id: messageId, reaction: reactionOf(emoji, writing) },
      };
    }
    case 'pressAnswer':
      return undefined;
    default:
      throw new ConnectorError('unsupported', `the messenger cannot do this: ${action?.$case ?? 'none'}`);
  }
}

/** To whom, and by which right. */
function addressed({ conversation }: SendOrder, { options }: OutgoingContent, { replyTo }: Targets): Json {
  if (options?.isPrivate === true) {
    if (replyTo === undefined)
      throw invalid('the messenger does not know the comment that is to be answered in private');
    return { recipient: { comment_id: replyTo } };
  }
  const tag = options?.tag ?? '';
  return {
    recipient: { id: conversation?.platformId ?? '' },
    ...(tag === '' ? { messaging_type: 'RESPONSE' } : { messaging_type: 'MESSAGE_TAG', tag }),
    ...(replyTo === undefined ? {} : { reply_to: { mid: replyTo } }),
  };
}

function messageOf(order: SendOrder, { content, keyboard }: OutgoingContent, writing: ThreadWriting): Json {
  const { buttons, quickReplies } = writeKeyboard(keyboard);
  const more = {
    ...(quickReplies && { quick_replies: quickReplies }),
    ...(writing.isMarked && { metadata: markOf(order) }),
  };
  const kind = content?.kind;
  const type = fileTypes[kind?.$case ?? ''];
  if (type !== undefined) return { attachment: { type, payload: writing.file }, ...more };
  switch (kind?.$case) {
    case 'text': {
      const text = kind.value.plain;
      if (buttons === undefined) return { text, ...more };
      return { attachment: template({ template_type: 'button', text, buttons }), ...more };
    }
    case 'cards': {
      const elements = kind.value.cards.map((card) => elementOf(card, writing.fileUrl));
      return { attachment: template({ template_type: 'generic', elements }), ...more };
    }
    default:
      throw new ConnectorError('unsupported', `the messenger has no message of the kind ${kind?.$case ?? 'none'}`);
  }
}

function template(payload: Json): Json {
  return { type: 'template', payload };
}

const lineMax = 80;
const cardButtonsMax = 3;

/** A card needs something below its title. */
function elementOf({ title, subtitle, image, url, buttons }: Card, fileUrl: (media: Media) => string): Json {
  if (buttons.length > cardButtonsMax) throw invalid(`a card has at most ${cardButtonsMax} buttons here`);
  const more = {
    ...(subtitle !== '' && { subtitle: cut(subtitle) }),
    ...(image !== undefined && { image_url: fileUrl(image) }),
    ...(url !== '' && { default_action: { type: 'web_url', url } }),
    ...(buttons.length > 0 && { buttons: buttons.map(writeButton) }),
  };
  return { title: cut(title) || '·', ...(Object.keys(more).length === 0 ? { subtitle: '·' } : more) };
}

function cut(line: string): string {
  const all = [...line];
  return all.length <= lineMax ? line : `${all.slice(0, lineMax - 1).join('')}…`;
}

function reactionOf(emoji: string, { reactions }: ThreadWriting): string {
  const name = reactions[emoji.replaceAll('\uFE0F', '')];
  if (name !== undefined) return name;
  throw invalid(`the messenger has the reactions ${Object.keys(reactions).join(' ')} and no other`);
}

function invalid(words: string): ConnectorError {
  return new ConnectorError('content_invalid', words);
}
