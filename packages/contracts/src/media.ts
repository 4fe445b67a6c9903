import type { Attachment, Content, Media } from './gen/trunkline/message/v1/content.ts';

type Change = (media: Media) => Media;

function ofAttachment(attachment: Attachment, change: Change): Attachment {
  return attachment.media ? { ...attachment, media: change(attachment.media) } : attachment;
}

/**
 * The same content with each of its files changed. Used where files are given links, marked as stored or counted. Pure.
 */
export function mapMedia(content: Content, change: Change): Content {
  const { kind } = content;
  switch (kind?.$case) {
    case 'image':
    case 'video':
    case 'audio':
    case 'voice':
    case 'file':
    case 'animation':
    case 'videoNote':
      return { kind: { ...kind, value: ofAttachment(kind.value, change) } };
    case 'sticker':
    case 'story':
      return kind.value.media
        ? ({ kind: { ...kind, value: { ...kind.value, media: change(kind.value.media) } } } as Content)
        : content;
    case 'link':
      return kind.value.image
        ? { kind: { ...kind, value: { ...kind.value, image: change(kind.value.image) } } }
        : content;
    case 'album': {
      const items = kind.value.items.map((item) => (item.media ? { ...item, media: change(item.media) } : item));
      return { kind: { ...kind, value: { ...kind.value, items } } };
    }
    case 'cards': {
      const cards = kind.value.cards.map((card) => (card.image ? { ...card, image: change(card.image) } : card));
      return { kind: { ...kind, value: { cards } } };
    }
    case 'template': {
      const changed = (list: typeof kind.value.header) =>
        list.map((parameter) =>
          parameter.value?.$case === 'media'
            ? { ...parameter, value: { $case: 'media' as const, value: change(parameter.value.value) } }
            : parameter,
        );
      return {
        kind: { ...kind, value: { ...kind.value, header: changed(kind.value.header), body: changed(kind.value.body) } },
      };
    }
    default:
      return content;
  }
}

/** The files of a content, in order. Pure. */
export function mediaOf(content: Content): Media[] {
  const found: Media[] = [];
  mapMedia(content, (media) => {
    found.push(media);
    return media;
  });
  return found;
}
