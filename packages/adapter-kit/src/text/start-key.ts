import { Text } from '@trunkline/contracts';

/** A small letter, a dash, capitals and digits in brackets behind a word and a colon: nobody writes that by chance. */
const atTheEnd = /\([^():\n]{1,40}: ?([a-z]-[A-Z0-9]{4,32})\)?$/;

/** A text and the key of the link that put it into the person's mouth. */
export interface Keyed {
  readonly text: Text;
  readonly key?: string;
}

/**
 * Cuts out of a first message the key that a link wrote into it, for messengers whose links carry nothing else: "Hello! (code:
 * v-8F3K2)". The words are the link maker's, in any language; the last bracket may be missing. Pure.
 */
export function cutStartKey(text: Text): Keyed {
  const [whole, key] = atTheEnd.exec(text.plain.trimEnd()) ?? [];
  if (whole === undefined || key === undefined) return { text };
  const plain = text.plain.trimEnd().slice(0, -whole.length).trimEnd();
  return {
    text: Text.create({ plain, marks: text.marks.filter((mark) => mark.offset + mark.length <= plain.length) }),
    key,
  };
}
