import type { AnswerMark } from '../../load/answer-mark.ts';
import type { Answer } from './write.ts';

/** What became of the answers, by what came to the messenger. */
export interface AnswersSeen {
  /** Stored answers that never came there. */
  readonly unseen: readonly Answer[];
  /** Sent twice, or after a later one of the same conversation, in words. */
  readonly found: readonly string[];
}

/** Judges by what was stored and what the messenger was asked to send, in its order. Pure. */
export function answersSeen(stored: readonly Answer[], sent: readonly AnswerMark[]): AnswersSeen {
  const found: string[] = [];
  const seen = new Set<string>();
  const lastOf = new Map<string, number>();
  for (const { portal, number } of sent) {
    const what = `answer ${number} to a client of ${portal}`;
    const last = lastOf.get(portal) ?? 0;
    if (seen.has(`${portal} ${number}`)) found.push(`${what} was sent twice`);
    else if (number < last) found.push(`${what} was sent after answer ${last}`);
    seen.add(`${portal} ${number}`);
    lastOf.set(portal, Math.max(last, number));
  }
  return { unseen: stored.filter(({ portal, number }) => !seen.has(`${portal} ${number}`)), found };
}
