import { type Mark, MarkType } from '@trunkline/contracts';
import { escapeHtml, type MarkupStyle, type Wrapping } from './marks.ts';

/** How a platform's HTML differs from the usual. */
export interface HtmlDialect {
  /** Tag of a spoiler. */
  readonly spoiler: string;
  /** Address that names a person of the platform. */
  readonly mention: (platformPartyId: string) => string;
}

const tags: Partial<Record<MarkType, string>> = {
  [MarkType.MARK_TYPE_BOLD]: 'b',
  [MarkType.MARK_TYPE_ITALIC]: 'i',
  [MarkType.MARK_TYPE_UNDERLINE]: 'u',
  [MarkType.MARK_TYPE_STRIKETHROUGH]: 's',
  [MarkType.MARK_TYPE_CODE]: 'code',
  [MarkType.MARK_TYPE_QUOTE]: 'blockquote',
};

/** Marks as HTML, for {@link renderMarkup}. Pure. */
export function htmlStyle({ spoiler, mention }: HtmlDialect): MarkupStyle {
  const wrap = ({ type, href, platformPartyId, language }: Mark): Wrapping | undefined => {
    switch (type) {
      case MarkType.MARK_TYPE_SPOILER:
        return tag(spoiler);
      case MarkType.MARK_TYPE_PRE:
        return language === '' ? tag('pre') : codeBlock(language);
      case MarkType.MARK_TYPE_LINK:
        return link(href);
      case MarkType.MARK_TYPE_MENTION:
        return platformPartyId === '' ? undefined : link(mention(platformPartyId));
      default:
        return tag(tags[type]);
    }
  };
  return { escape: escapeHtml, wrap };
}

function tag(name: string | undefined): Wrapping | undefined {
  return name === undefined ? undefined : { open: `<${name}>`, close: `</${name}>` };
}

function codeBlock(language: string): Wrapping {
  return { open: `<pre><code class="language-${escapeHtml(language)}">`, close: '</code></pre>' };
}

function link(href: string): Wrapping | undefined {
  return href === '' ? undefined : { open: `<a href="${escapeHtml(href)}">`, close: '</a>' };
}
