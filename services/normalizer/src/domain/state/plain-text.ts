import type { Content } from '@trunkline/contracts';

/** A content in a few words, for quotes: its text, its caption, or what it shows. Pure. */
export function plainTextOf(content: Content | undefined): string {
  const kind = content?.kind;
  switch (kind?.$case) {
    case undefined:
      return '';
    case 'text':
      return kind.value.plain;
    case 'image':
    case 'video':
    case 'audio':
    case 'voice':
    case 'file':
    case 'animation':
    case 'videoNote':
      return kind.value.caption?.plain || kind.value.transcription || kind.value.media?.name || '';
    case 'sticker':
      return kind.value.emoji;
    case 'album':
      return kind.value.caption?.plain || kind.value.items.find(({ caption }) => caption?.plain)?.caption?.plain || '';
    case 'location':
      return [kind.value.title, kind.value.address].filter(Boolean).join(', ');
    case 'contactCards':
      return kind.value.cards.map(({ name }) => name).join(', ');
    case 'link':
      return kind.value.title || kind.value.url;
    case 'cards':
      return kind.value.cards.map(({ title }) => title).join(', ');
    case 'template':
      return kind.value.preview;
    case 'form':
      return Object.values(kind.value.values).join(', ');
    case 'order':
      return kind.value.note || kind.value.items.map(({ title }) => title).join(', ');
    case 'story':
      return kind.value.text?.plain ?? '';
    case 'poll':
      return kind.value.question;
    case 'unsupported':
      return kind.value.text;
  }
}
