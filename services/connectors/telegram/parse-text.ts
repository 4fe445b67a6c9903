import { Mark, MarkType, Text } from '@trunkline/contracts';
import { profileUrl } from './parse-party.ts';
import type { Entity } from './types.ts';

/** Entities that are a mark as they stand. */
const simple = new Map<string, MarkType>([
  ['bold', MarkType.MARK_TYPE_BOLD],
  ['italic', MarkType.MARK_TYPE_ITALIC],
  ['underline', MarkType.MARK_TYPE_UNDERLINE],
  ['strikethrough', MarkType.MARK_TYPE_STRIKETHROUGH],
  ['code', MarkType.MARK_TYPE_CODE],
  ['blockquote', MarkType.MARK_TYPE_QUOTE],
  ['expandable_blockquote', MarkType.MARK_TYPE_QUOTE],
  ['spoiler', MarkType.MARK_TYPE_SPOILER],
]);

/** What an entity over a text means as a mark. Hashtags, commands and custom emoji are only text to us. */
function meaningOf({ type, url = '', user, language = '' }: Entity, covered: string): Partial<Mark> | undefined {
  const link = (href: string) => ({ type: MarkType.MARK_TYPE_LINK, href });
  switch (type) {
    case 'pre':
      return { type: MarkType.MARK_TYPE_PRE, language };
    case 'text_link':
      return link(url);
    case 'url':
      return link(/^[a-z][a-z\d+-]*:\/\//i.test(covered) ? covered : `http://${covered}`);
    case 'email':
      return link(`mailto:${covered}`);
    case 'phone_number':
      return link(`tel:${covered.replaceAll(/[^\d+]/g, '')}`);
    case 'mention':
      return { type: MarkType.MARK_TYPE_MENTION, href: profileUrl(covered.slice(1)) };
    case 'text_mention':
      return { type: MarkType.MARK_TYPE_MENTION, platformPartyId: user?.id ?? '' };
  }
  const mark = simple.get(type);
  return mark === undefined ? undefined : { type: mark };
}

/**
 * A text with its entities as marks. Both sides count UTF-16 units. Entities that reach outside the text are left out; half
 * a character, which the bus could not carry, becomes a question mark of its own length.
 */
export function textOf(plain: string, entities: readonly Entity[] = []): Text {
  const marks = entities.flatMap((entity) => {
    const { offset, length } = entity;
    const end = offset + length;
    const meaning = length === 0 || end > plain.length ? undefined : meaningOf(entity, plain.slice(offset, end));
    return meaning === undefined ? [] : [Mark.create({ ...meaning, offset, length })];
  });
  return Text.create({ plain: plain.toWellFormed(), marks });
}
