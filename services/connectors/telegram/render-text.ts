import { escapeHtml, type MarkupStyle, renderMarkup, type Wrapping } from '@trunkline/adapter-kit';
import { type Mark, MarkType, type Text } from '@trunkline/contracts';

const html: MarkupStyle = { escape: escapeHtml, wrap };

/** A text under a field's name, as HTML where it has marks; plain when the platform could not read the markup. */
export function textParams(field: 'text' | 'caption', text: Text | undefined, isPlain = false): Record<string, string> {
  if (text === undefined || text.plain === '') return {};
  if (isPlain || text.marks.length === 0) return { [field]: text.plain };
  return { [field]: renderMarkup(text, html), parse_mode: 'HTML' };
}

function wrap({ type, href, platformPartyId, language }: Mark): Wrapping | undefined {
  switch (type) {
    case MarkType.MARK_TYPE_BOLD:
      return tag('b');
    case MarkType.MARK_TYPE_ITALIC:
      return tag('i');
    case MarkType.MARK_TYPE_UNDERLINE:
      return tag('u');
    case MarkType.MARK_TYPE_STRIKETHROUGH:
      return tag('s');
    case MarkType.MARK_TYPE_CODE:
      return tag('code');
    case MarkType.MARK_TYPE_PRE:
      return language === '' ? tag('pre') : codeBlock(language);
    case MarkType.MARK_TYPE_QUOTE:
      return tag('blockquote');
    case MarkType.MARK_TYPE_SPOILER:
      return tag('tg-spoiler');
    case MarkType.MARK_TYPE_LINK:
      return link(href);
    case MarkType.MARK_TYPE_MENTION:
      return platformPartyId === '' ? undefined : link(`tg://user?id=${platformPartyId}`);
    case MarkType.MARK_TYPE_UNSPECIFIED:
      return undefined;
  }
}

function tag(name: string): Wrapping {
  return { open: `<${name}>`, close: `</${name}>` };
}

function codeBlock(language: string): Wrapping {
  return { open: `<pre><code class="language-${escapeHtml(language)}">`, close: '</code></pre>' };
}

function link(href: string): Wrapping | undefined {
  return href === '' ? undefined : { open: `<a href="${escapeHtml(href)}">`, close: '</a>' };
}
