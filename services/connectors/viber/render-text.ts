import { type MarkupStyle, renderMarkup, type Wrapping } from '@trunkline/adapter-kit';
import { type Mark, MarkType, type Text } from '@trunkline/contracts';

const signs: Partial<Record<MarkType, string>> = {
  [MarkType.MARK_TYPE_BOLD]: '*',
  [MarkType.MARK_TYPE_ITALIC]: '_',
  [MarkType.MARK_TYPE_STRIKETHROUGH]: '~',
  [MarkType.MARK_TYPE_CODE]: '```',
  [MarkType.MARK_TYPE_PRE]: '```',
};

/** A text in Viber's signs, which nothing escapes; links are written out. Where that grows too long, links alone are kept. */
export function written(text: Text, max: number): string {
  const whole = [writtenWith(text, signs), writtenWith(text, {})].find((one) => one.length <= max);
  return whole ?? shown(text.plain);
}

function writtenWith(text: Text, known: typeof signs): string {
  const wrap = (mark: Mark): Wrapping | undefined => {
    const sign = known[mark.type];
    return sign === undefined ? linkOf(text, mark) : { open: sign, close: sign };
  };
  return renderMarkup(text, { escape: shown, wrap } satisfies MarkupStyle);
}

/** An address behind other words follows them: Viber makes a link of nothing but an address. */
function linkOf({ plain }: Text, { type, href, offset, length }: Mark): Wrapping | undefined {
  const isHidden = type === MarkType.MARK_TYPE_LINK && href !== '' && plain.slice(offset, offset + length) !== href;
  return isHidden ? { open: '', close: ` (${href})` } : undefined;
}

/** Characters that show nothing would take six bytes each of the request. */
function shown(plain: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is these that are replaced.
  return plain.toWellFormed().replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '\ufffd');
}
