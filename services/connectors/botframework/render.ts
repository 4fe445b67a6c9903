import { ConnectorError, type Targets, targetOf } from '@trunkline/adapter-kit';
import type { Content, Media, OutgoingContent, SendOrder, Text } from '@trunkline/contracts';
import type { Call } from './api.ts';
import { bySubchannel, capabilities } from './capabilities.ts';
import { partsOf, type Reference } from './parse-place.ts';
import { buttonsOf, cardOf, type FileUrl } from './render-card.ts';
import { textFields } from './render-text.ts';

type Json = Readonly<Record<string, unknown>>;

/** Signs of markdown and their escapes come on top of the text. */
const markupFactor = 2;

/**
 * The call that does an order in a conversation whose reference is known; undefined when there is nothing to do. Pure. Throws
 * ConnectorError 'unsupported' and 'content_invalid'.
 */
export function render(order: SendOrder, reference: Reference, targets: Targets, fileUrl: FileUrl): Call | undefined {
  const action = order.message?.action;
  const { subchannel, id } = partsOf(order.conversation?.platformId ?? '');
  const { serviceUrl } = reference;
  const activities = [id, 'activities'];
  const at = (which: string) => ({ serviceUrl, path: [...activities, which] });
  const write = (what: Json) => ({ type: 'message', ...sides(reference, id), ...what });
  switch (action?.$case) {
    case 'message': {
      const body = write(contentFields(action.value, { subchannel, reference, fileUrl }));
      const { replyTo } = targets;
      if (replyTo === undefined) return { method: 'POST', serviceUrl, path: activities, body };
      return { method: 'POST', ...at(replyTo), body: { ...body, replyToId: replyTo } };
    }
    case 'edit': {
      const fields = contentFields(action.value, { subchannel, reference, fileUrl });
      return { method: 'PUT', ...at(targetOf(targets, 0, 'The channel')), body: write(fields) };
    }
    case 'delete':
      return { method: 'DELETE', ...at(targetOf(targets, 0, 'The channel')) };
    case 'typing':
      if (!action.value.isOn) return undefined;
      return { method: 'POST', serviceUrl, path: activities, body: { type: 'typing', ...sides(reference, id) } };
    case 'pressAnswer':
      return undefined; // The hook's own answer was one.
    default:
      throw new ConnectorError('unsupported', `the service cannot do this: ${action?.$case ?? 'none'}`);
  }
}

/** Who writes, to whom, and where. */
function sides({ bot, user }: Reference, id: string): Json {
  return { from: { id: bot }, ...(user === undefined ? {} : { recipient: { id: user } }), conversation: { id } };
}

interface Around {
  readonly subchannel: string;
  readonly reference: Reference;
  readonly fileUrl: FileUrl;
}

function contentFields({ content, keyboard }: Pick<OutgoingContent, 'content' | 'keyboard'>, around: Around): Json {
  const { subchannel, reference, fileUrl } = around;
  const { textMax } = (Object.hasOwn(bySubchannel, subchannel) ? bySubchannel[subchannel] : undefined) ?? capabilities;
  const { text, attachments = [], ...layout } = carried(content?.kind, fileUrl);
  const { card, ...quick } = buttonsOf(keyboard, reference.user);
  const all = [...attachments, ...(card === undefined ? [] : [card])];
  return {
    ...textFields(text, textMax * markupFactor),
    ...layout,
    ...(all.length === 0 ? {} : { attachments: all }),
    ...quick,
  };
}

interface Carried {
  readonly text?: Text | undefined;
  readonly attachments?: readonly Json[];
  readonly attachmentLayout?: 'carousel';
}

function carried(kind: Content['kind'], fileUrl: FileUrl): Carried {
  switch (kind?.$case) {
    case 'text':
      return { text: kind.value };
    case 'image':
    case 'file':
      return { text: kind.value.caption, attachments: [linked(kind.value.media, fileUrl)] };
    case 'album':
      return { text: kind.value.caption, attachments: kind.value.items.map(({ media }) => linked(media, fileUrl)) };
    case 'cards': {
      const attachments = kind.value.cards.map((card) => cardOf(card, fileUrl));
      return { attachments, ...(attachments.length > 1 ? { attachmentLayout: 'carousel' } : {}) };
    }
    default:
      throw new ConnectorError('unsupported', `the service has no message of the kind ${kind?.$case ?? 'none'}`);
  }
}

/** A file is fetched by its link: by the service, or by the person's app. */
function linked(media: Media | undefined, fileUrl: FileUrl): Json {
  if (media === undefined) throw new ConnectorError('content_invalid', 'the message has no file');
  return {
    contentType: media.mimeType,
    contentUrl: fileUrl(media),
    ...(media.name === '' ? {} : { name: media.name }),
  };
}
