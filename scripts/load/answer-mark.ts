/** What an answer of a load run says of itself: to a client of which portal, and which one it is. */
export interface AnswerMark {
  readonly portal: string;
  /** From 1, in the order in which they were written. */
  readonly number: number;
}

const form = /^##([^:#]+):(\d+)##$/;

/** A text that carries its mark. Pure. */
export function answerText({ portal, number }: AnswerMark): string {
  return `##${portal}:${number}##`;
}

/** The mark of a text; undefined when it has none. Pure. */
export function answerIn(text: string): AnswerMark | undefined {
  const [, portal, number] = form.exec(text) ?? [];
  return portal === undefined ? undefined : { portal, number: Number(number) };
}
