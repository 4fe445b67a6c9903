import { type MarkupStyle, renderMarkup, type Wrapping } from '@trunkline/adapter-kit';
import { type Mark, MarkType, type Text } from '@trunkline/contracts';

const signs: Partial<Record<MarkType, string>> = {
  [MarkType.MARK_TYPE_BOLD]: '**',
  [MarkType.MARK_TYPE_ITALIC]: '_',
  [MarkType.MARK_TYPE_STRIKETHROUGH]: '~~',
  [MarkType.MARK_TYPE_CODE]: '`',
};

/** A text as the fields of an activity: as markdown where it has marks, plain otherwise and where that would grow too long. */
export function textFields(
  text: Text | undefined,
  max: number,
): { readonly text?: string; readonly textFormat?: string } {
  if (text === undefined || text.plain === '') return {};
  const plain = { text: shown(text.plain), textFormat: 'plain' };
  if (text.marks.length === 0) return plain;
  const written = renderMarkup(text, { escape: harmless, wrap } satisfies MarkupStyle);
  return written.length <= max ? { text: written, textFormat: 'markdown' } : plain;
}

/** Characters that show nothing would take six bytes each of an activity. */
function shown(plain: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is these that are replaced.
  return plain.toWellFormed().replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '\ufffd');
}

function harmless(plain: string): string {
  return shown(plain).replaceAll(/[\\`*_~[\]<>#]/g, '\\$&');
}

function wrap({ type, href, language }: Mark): Wrapping | undefined {
  const sign = signs[type];
  if (sign !== undefined) return { open: sign, close: sign };
  if (type === MarkType.MARK_TYPE_LINK && href !== '') return { open: '[', close: `](${href})` };
  if (type !== MarkType.MARK_TYPE_PRE) return undefined;
  return { open: `\`\`\`${language.replaceAll(/\W/g, '')}\n`, close: '\n```' };
}
