import {
  type Button,
  type Content,
  type Keyboard,
  type Mark,
  MarkType,
  type Media,
  type OutgoingContent,
} from '@trunkline/contracts';
import { type MessageEntry, type ShownButton, type ShownFile, type ShownMark, shownFile } from './entries.ts';

/** What a content shows in the widget. */
export interface Shown {
  readonly text: string;
  readonly marks: readonly ShownMark[];
  readonly file?: ShownFile;
}

const markTypes: Partial<Record<MarkType, ShownMark['type']>> = {
  [MarkType.MARK_TYPE_BOLD]: 'bold',
  [MarkType.MARK_TYPE_ITALIC]: 'italic',
  [MarkType.MARK_TYPE_UNDERLINE]: 'underline',
  [MarkType.MARK_TYPE_STRIKETHROUGH]: 'strike',
  [MarkType.MARK_TYPE_CODE]: 'code',
  [MarkType.MARK_TYPE_PRE]: 'pre',
  [MarkType.MARK_TYPE_QUOTE]: 'quote',
  [MarkType.MARK_TYPE_SPOILER]: 'spoiler',
  [MarkType.MARK_TYPE_LINK]: 'link',
};

/** A content as the widget shows it; dispatch has already made text of whatever is not in the capabilities. Pure. */
export function shownContent(content: Content, urlOf: (media: Media) => string): Shown {
  const { kind } = content;
  switch (kind?.$case) {
    case 'text':
      return { text: kind.value.plain, marks: marksOf(kind.value.marks) };
    case 'image':
    case 'video':
    case 'audio':
    case 'voice':
    case 'file':
    case 'animation': {
      const { media, caption } = kind.value;
      const text = { text: caption?.plain ?? '', marks: marksOf(caption?.marks ?? []) };
      return media ? { ...text, file: shownFile(media, urlOf(media)) } : text;
    }
    case 'location': {
      const { latitude, longitude, title, address } = kind.value;
      const href = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`;
      const text = [title, address].filter((line) => line !== '').join(', ') || `${latitude}, ${longitude}`;
      return { text, marks: [{ type: 'link', offset: 0, length: text.length, href }] };
    }
    case 'link': {
      const { url, title } = kind.value;
      const text = title || url;
      return isWebAddress(url)
        ? { text, marks: [{ type: 'link', offset: 0, length: text.length, href: url }] }
        : { text, marks: [] };
    }
    default:
      return { text: '', marks: [] };
  }
}

/** A message as an entry of the visitor's log. Pure. */
export function messageEntry(
  messageId: string,
  message: OutgoingContent,
  extra: Pick<MessageEntry, 'author'> & { readonly replyTo: number | undefined },
  urlOf: (media: Media) => string,
): MessageEntry {
  const { replyTo, author } = extra;
  const shown = message.content ? shownContent(message.content, urlOf) : { text: '', marks: [] };
  const answered = replyTo === undefined ? {} : { replyTo };
  return {
    from: 'operator',
    kind: 'message',
    messageId,
    author,
    ...shown,
    ...answered,
    buttons: buttonsOf(message.keyboard),
  };
}

function marksOf(marks: readonly Mark[]): ShownMark[] {
  return marks.flatMap(({ type, offset, length, href }) => {
    const shown = markTypes[type];
    if (shown === undefined || (shown === 'link' && !isWebAddress(href))) return [];
    return [{ type: shown, offset, length, ...(shown === 'link' && { href }) }];
  });
}

function buttonsOf(keyboard: Keyboard | undefined): ShownButton[][] {
  return (keyboard?.rows ?? []).map((row) => row.buttons.flatMap(buttonOf));
}

function buttonOf({ text, action }: Button): ShownButton[] {
  switch (action?.$case) {
    case 'callback':
      return [{ text, callback: action.value }];
    case 'reply':
      return [{ text, reply: action.value || text }];
    case 'url':
      return isWebAddress(action.value) ? [{ text, url: action.value }] : [];
    default:
      return [];
  }
}

/** Only these become links: anything else in an address (javascript:, data:) would run on the company's page. */
function isWebAddress(address: string): boolean {
  return /^https?:\/\//i.test(address);
}
