/** What a message of a load run says of itself: which portal it is for, its number there, and when it was written. */
export interface Mark {
  readonly portal: string;
  /** From 1, without gaps, in the order in which the portal's client wrote. */
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

const form = /@@([^:@]+):(\d+):(\d+)@@/;

/** A text of so many characters that carries its mark. Pure. */
export function markedText({ portal, number, atMs }: Mark, characters: number): string {
  return `@@${portal}:${number}:${atMs}@@ `.padEnd(characters, 'a message like any other ');
}

/** The mark in a text; undefined when it has none. Pure. */
export function markIn(text: string): Mark | undefined {
  const [, portal, number, atMs] = form.exec(text) ?? [];
  return portal === undefined ? undefined : { portal, number: Number(number), atMs: Number(atMs) };
}
