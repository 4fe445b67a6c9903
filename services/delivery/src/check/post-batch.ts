import { asTrunklineError, type OuterHttp, timeLimit } from '@trunkline/runtime';
import { answerText } from '../answer-text.ts';
import type { Reply } from '../domain/check/judge.ts';

/** Largest body of an answer that is read: the protocol's limit. */
const answerBytes = 64 * 1024;

/** Sends one request of a check. A receiver that does not answer is a reply too; rejects only when nobody waits any more. */
export type PostBatch = (headers: Readonly<Record<string, string>>, body: Uint8Array) => Promise<Reply>;

/** Posts to one address: no redirect is followed, answer and body come in time or do not count. */
export function postTo(url: string, http: OuterHttp, { timeoutMs, signal }: Waiting): PostBatch {
  return async (headers, body) => {
    using limit = timeLimit(timeoutMs, signal);
    // Its own limit only has to be the later one: it cannot say whether it was the time that ended the call.
    const call = { url, method: 'POST', headers, body, timeoutMs: 2 * timeoutMs, maxBytes: answerBytes };
    try {
      const answered = await http.call({ ...call, signal: limit.signal });
      const { status, headers: given } = answered;
      const answer = { status, contentType: given['content-type'], retryAfter: given['retry-after'] };
      return { kind: 'answered', answer: { ...answer, body: await answerText(answered.stream) } };
    } catch (error) {
      if (signal.aborted) throw error;
      if (limit.signal.aborted) {
        return { kind: 'silent', code: 'portal_timeout', text: `no whole answer within ${timeoutMs / 1_000} s` };
      }
      return { kind: 'silent', code: 'portal_unreachable', text: asTrunklineError(error).message };
    }
  };
}

/** How long an answer may take, and until when anybody waits at all. */
export interface Waiting {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}
