import { ConnectorError } from '@trunkline/adapter-kit';
import type { SendOrder } from '@trunkline/contracts';
import { type FileUrl, renderContent } from './render-content.ts';
import { keyboardOf } from './render-keyboard.ts';
import type { Settings } from './settings.ts';

type Json = Readonly<Record<string, unknown>>;

/** What of a channel stands in a message. */
export interface Shown {
  readonly name: string;
  readonly settings: Pick<Settings, 'senderName' | 'senderAvatarUrl'>;
}

const senderMax = 28;
/** Keyboards that ask for a phone or a place need it; older apps get everything else all the same. */
const usualApiVersion = 3;

/**
 * The body that does an order; undefined when there is nothing to do. The message's own id travels along, because Viber gives
 * it back with the person's next message. Pure. Throws ConnectorError 'unsupported' and 'content_invalid'.
 */
export function render(order: SendOrder, channel: Shown, fileUrl: FileUrl): Json | undefined {
  const { message, conversation, part } = order;
  const action = message?.action;
  if (action?.$case === 'pressAnswer') return undefined; // A press waits for nothing here.
  if (action?.$case !== 'message') {
    throw new ConnectorError('unsupported', `Viber cannot do this: ${action?.$case ?? 'none'}`);
  }
  const { content, keyboard } = action.value;
  return {
    receiver: conversation?.platformId ?? '',
    min_api_version: usualApiVersion,
    sender: senderOf(message?.author, channel),
    tracking_data: `m:${message?.id ?? ''}.${part}`,
    ...renderContent(content ?? { kind: undefined }, fileUrl),
    ...keyboardOf(keyboard),
  };
}

/** The message that a `tracking_data` of ours names; undefined for anybody else's. */
export function trackedMessage(tracking: string): { readonly messageId: string; readonly part: number } | undefined {
  const found = /^m:([0-9a-f-]{36})\.(\d{1,6})$/.exec(tracking);
  return found?.[1] === undefined ? undefined : { messageId: found[1], part: Number(found[2]) };
}

/** What an app too old for the whole body can show: without buttons and without a lowest version. */
export function withoutNewness({ keyboard: _, min_api_version: __, ...body }: Json): Json {
  return body;
}

/** Who is shown above a message: the operator by name, else the channel. */
export function senderOf(author: NonNullable<SendOrder['message']>['author'], { name, settings }: Shown): Json {
  const { senderName, senderAvatarUrl } = settings;
  const shown = [...(author?.name || senderName || name || 'Support')].slice(0, senderMax).join('').slice(0, senderMax);
  const own = author?.name ? author.avatarUrl : senderAvatarUrl;
  return /^https:/.test(own) ? { name: shown.toWellFormed(), avatar: own } : { name: shown.toWellFormed() };
}
