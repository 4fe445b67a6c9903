import type { ComponentChildren } from 'preact';
import type { ShownMark } from '../../entries.ts';

interface MarkedTextProps {
  readonly text: string;
  readonly marks: readonly ShownMark[];
}

/** A text with its formatting; web addresses in it become links. */
export function MarkedText({ text, marks }: MarkedTextProps) {
  const all = marks.some(({ type }) => type === 'link') ? marks : [...marks, ...addressesIn(text)];
  const borders = all.flatMap(({ offset, length }) => [offset, offset + length]);
  const cuts = [...new Set([0, ...borders, text.length])].filter((at) => at <= text.length).sort((a, b) => a - b);
  return (
    <>
      {cuts.slice(0, -1).map((from, index) => {
        const to = cuts[index + 1] ?? text.length;
        const covering = all.filter(({ offset, length }) => offset <= from && offset + length >= to);
        return <span key={from}>{covering.reduceRight(wrapped, text.slice(from, to) as ComponentChildren)}</span>;
      })}
    </>
  );
}

const tags = {
  bold: 'strong',
  italic: 'em',
  underline: 'u',
  strike: 's',
  code: 'code',
  pre: 'code',
  quote: 'q',
} as const;

function wrapped(inner: ComponentChildren, mark: ShownMark): ComponentChildren {
  if (mark.type === 'spoiler') return <Spoiler>{inner}</Spoiler>;
  if (mark.type === 'link') {
    return (
      <a href={mark.href ?? ''} target="_blank" rel="noopener noreferrer">
        {inner}
      </a>
    );
  }
  const Tag = tags[mark.type];
  return <Tag class={mark.type}>{inner}</Tag>;
}

/** Hidden until it is pointed at or reached by keyboard. */
function Spoiler({ children }: { readonly children: ComponentChildren }) {
  return (
    <button type="button" class="spoiler">
      {children}
    </button>
  );
}

/** Only what begins as a web address, without the punctuation after it. Pure. */
function addressesIn(text: string): ShownMark[] {
  return [...text.matchAll(/https?:\/\/[^\s<>"]+[^\s<>".,;:!?)]/g)].map((match) => ({
    type: 'link',
    offset: match.index,
    length: match[0].length,
    href: match[0],
  }));
}
