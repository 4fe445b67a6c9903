import type { Entity, Message } from './types.ts';

const tags: Readonly<Record<string, string>> = {
  bold: 'b',
  italic: 'i',
  underline: 'u',
  strikethrough: 's',
  code: 'code',
  pre: 'pre',
  blockquote: 'blockquote',
  spoiler: 'span',
  text_mention: 'b',
  mention: 'b',
};
const links = ['text_link', 'url', 'email'];

/** A text as a client shows it: HTML of its marks, everything else escaped. */
export function htmlOf({ text, caption, entities, caption_entities: marks }: Message): string {
  const plain = text ?? caption ?? '';
  return marked(plain, (entities ?? marks ?? []) as readonly Entity[], 0, plain.length);
}

/** Entities are well nested: outer ones come first. */
function marked(text: string, entities: readonly Entity[], from: number, to: number): string {
  let html = '';
  let at = from;
  for (const [index, entity] of entities.entries()) {
    const isLink = links.includes(entity.type);
    const tag = isLink ? 'a' : tags[entity.type];
    if (entity.offset < at || tag === undefined) continue;
    const end = Math.min(entity.offset + entity.length, to);
    const inner = entities.slice(index + 1).filter(({ offset }) => offset < end);
    const address = entity.url ?? text.slice(entity.offset, end);
    const leads =
      isLink && /^https?:/.test(address) ? ` href="${escaped(address)}" target="_blank" rel="noopener"` : '';
    const hides = entity.type === 'spoiler' ? ' class="spoiler"' : '';
    html += `${escaped(text.slice(at, entity.offset))}<${tag}${leads}${hides}>${marked(text, inner, entity.offset, end)}</${tag}>`;
    at = end;
  }
  return html + escaped(text.slice(at, to));
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
