import { htmlStyle, renderMarkup } from '@trunkline/adapter-kit';
import type { Text } from '@trunkline/contracts';

const html = htmlStyle({ spoiler: 'tg-spoiler', mention: (id) => `tg://user?id=${id}` });

/** A text under a field's name, as HTML where it has marks; plain when the platform could not read the markup. */
export function textParams(field: 'text' | 'caption', text: Text | undefined, isPlain = false): Record<string, string> {
  if (text === undefined || text.plain === '') return {};
  if (isPlain || text.marks.length === 0) return { [field]: text.plain };
  return { [field]: renderMarkup(text, html), parse_mode: 'HTML' };
}
