import { Mark, MarkType, Text } from '@trunkline/contracts';
import { profileUrl } from './parse-party.ts';
import type { Entity } from './types.ts';

type Meaning = { readonly type: MarkType } & Partial<Pick<Mark, 'href' | 'platformPartyId' | 'language'>>;

/** What an entity over a text means as a mark. Hashtags, commands and custom emoji are only text to us. */
const meanings: Readonly<Record<string, (entity: Entity, covered: string) => Meaning>> = {
  bold: () => ({ type: MarkType.MARK_TYPE_BOLD }),
  italic: () => ({ type: MarkType.MARK_TYPE_ITALIC }),
  underline: () => ({ type: MarkType.MARK_TYPE_UNDERLINE }),
  strikethrough: () => ({ type: MarkType.MARK_TYPE_STRIKETHROUGH }),
  code: () => ({ type: MarkType.MARK_TYPE_CODE }),
  pre: ({ language }) => ({ type: MarkType.MARK_TYPE_PRE, language: language ?? '' }),
  blockquote: () => ({ type: MarkType.MARK_TYPE_QUOTE }),
  expandable_blockquote: () => ({ type: MarkType.MARK_TYPE_QUOTE }),
  spoiler: () => ({ type: MarkType.MARK_TYPE_SPOILER }),
  text_link: ({ url }) => ({ type: MarkType.MARK_TYPE_LINK, href: url ?? '' }),
  url: (_, covered) => ({ type: MarkType.MARK_TYPE_LINK, href: withScheme(covered) }),
  email: (_, covered) => ({ type: MarkType.MARK_TYPE_LINK, href: `mailto:${covered}` }),
  phone_number: (_, covered) => ({ type: MarkType.MARK_TYPE_LINK, href: `tel:${covered.replaceAll(/[^\d+]/g, '')}` }),
  mention: (_, covered) => ({ type: MarkType.MARK_TYPE_MENTION, href: profileUrl(covered.slice(1)) }),
  text_mention: ({ user }) => ({ type: MarkType.MARK_TYPE_MENTION, platformPartyId: user?.id ?? '' }),
};

/**
 * A text with its entities as marks. Both sides count UTF-16 units. Entities that reach outside the text are left out; half
 * a character, which the bus could not carry, becomes a question mark of its own length.
 */
export function textOf(plain: string, entities: readonly Entity[] = []): Text {
  const marks = entities.flatMap((entity) => {
    const { type, offset, length } = entity;
    if (length === 0 || offset + length > plain.length || !Object.hasOwn(meanings, type)) return [];
    const meaning = meanings[type]?.(entity, plain.slice(offset, offset + length));
    return meaning === undefined ? [] : [Mark.create({ ...meaning, offset, length })];
  });
  return Text.create({ plain: plain.toWellFormed(), marks });
}

function withScheme(address: string): string {
  return /^[a-z][a-z\d+-]*:\/\//i.test(address) ? address : `http://${address}`;
}
