import { type MarkupStyle, renderMarkup, textLength, type Wrapping } from '@trunkline/adapter-kit';
import { LengthUnit, type Mark, MarkType, type Text } from '@trunkline/contracts';
import { textLimit } from './capabilities.ts';

const signs: Partial<Record<MarkType, string>> = {
  [MarkType.MARK_TYPE_BOLD]: '**',
  [MarkType.MARK_TYPE_ITALIC]: '__',
  [MarkType.MARK_TYPE_STRIKETHROUGH]: '~~',
  [MarkType.MARK_TYPE_UNDERLINE]: '++',
  [MarkType.MARK_TYPE_CODE]: '`',
};

/** A text in Yandex's signs, which nothing escapes; without them where they would make it too long. */
export function written(text: Text): string {
  const whole = renderMarkup(text, { escape: shown, wrap } satisfies MarkupStyle);
  return textLength(whole, LengthUnit.LENGTH_UNIT_CODE_POINTS) <= textLimit ? whole : shown(text.plain);
}

function wrap({ type, href, language }: Mark): Wrapping | undefined {
  const sign = signs[type];
  if (sign !== undefined) return { open: sign, close: sign };
  if (type === MarkType.MARK_TYPE_LINK && href !== '') return { open: '[', close: `](${href})` };
  if (type !== MarkType.MARK_TYPE_PRE) return undefined;
  return { open: `\`\`\`${language.replaceAll(/\W/g, '')}\n`, close: '\n```' };
}

/** What no text may hold. */
function shown(plain: string): string {
  return plain.toWellFormed().replaceAll('\u0000', '\ufffd');
}
