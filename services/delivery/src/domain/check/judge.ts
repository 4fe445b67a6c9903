import type { Verdict } from '@trunkline/runtime';
import { type PortalAnswer, verdictOf } from '../answer.ts';
import type { Check, Expected } from './check.ts';

/** An answer, or why there was none. A body of more than 64 KiB was not read to its end: it is undefined. */
export type Reply =
  | { readonly kind: 'answered'; readonly answer: PortalAnswer }
  | { readonly kind: 'silent'; readonly code: 'portal_timeout' | 'portal_unreachable'; readonly text: string };

/** What a receiver did with one check, in words. */
export interface Finding {
  readonly isRight: boolean;
  /** Its answer as it came, one printable line. */
  readonly answered: string;
  /** What Trunkline would have done upon it. */
  readonly meaning: string;
  readonly why: string;
  readonly change: string;
}

/** What delivery makes of a reply: the same function that judges answers in earnest. Pure. */
export function verdictOfReply(reply: Reply, size: number, nowMs: number): Verdict {
  if (reply.kind === 'silent') return { ...reply, kind: 'failed' };
  return verdictOf(reply.answer, size, nowMs);
}

/** Judges the last reply to a check. Pure. */
export function findingOf(check: Check, reply: Reply, verdict: Verdict): Finding {
  const fault = faultOfAnswer(check.expected, reply, verdict);
  const isRight = fault === undefined && fits(check.expected, verdict);
  const { why, change } = fault ?? check;
  return { isRight, answered: answeredText(reply), meaning: meaningOf(verdict), why, change };
}

function fits(expected: Expected, verdict: Verdict): boolean {
  const code = verdict.kind === 'failed' ? verdict.code : undefined;
  switch (expected) {
    case 'taken':
      return verdict.kind === 'accepted';
    case 'not_taken':
      return code === 'portal_unavailable';
    case 'unknown_key':
      return verdict.kind === 'unknown_key';
    case 'too_large':
      return verdict.kind === 'refused' || code === 'portal_unavailable' || code === 'portal_unreachable';
  }
}

/** What is wrong with an answer whatever was asked; undefined: nothing. */
function faultOfAnswer(
  expected: Expected,
  reply: Reply,
  verdict: Verdict,
): Pick<Finding, 'why' | 'change'> | undefined {
  if (reply.kind === 'answered' && reply.answer.body === undefined) {
    return {
      why: 'An answer is read up to 64 KiB; of a longer one nobody knows how many events it took.',
      change: 'Answer with a status and a few bytes of JSON, never with a page.',
    };
  }
  if (verdict.kind === 'off') {
    return {
      why: 'By 410 your portal is switched off: anybody who calls your address could stop your stream.',
      change: 'Answer 410 only when you want nothing more, ever.',
    };
  }
  switch (verdict.kind === 'failed' ? verdict.code : undefined) {
    case 'portal_redirected':
      return {
        why: 'Redirects are never followed: nothing would reach you.',
        change: 'Give the address that the redirect leads to, or answer at this one.',
      };
    case 'portal_timeout':
      return {
        why: 'An answer that comes late counts as none: the same events come again and again.',
        change: 'Store the events, answer, and work on them afterwards. An answer may take 15 seconds with its body.',
      };
    case 'portal_unreachable':
      if (expected === 'too_large') return undefined;
      return {
        why: 'Nothing can be delivered where nobody answers, and what is not answered comes again.',
        change:
          'See that the address is right and that your server answers each request before it closes the connection.',
      };
    case 'portal_answer_invalid':
      return {
        why: 'The answer says neither that all events are taken nor how many.',
        change: 'Answer {"accepted": n} with a whole number from 0 to the size of the batch, or without "accepted".',
      };
  }
  return undefined;
}

function meaningOf(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'accepted':
      return 'all is taken';
    case 'refused':
      return 'an event is wrong: it comes alone, and is parked after three such answers';
    case 'off':
      return 'the portal is paused, nothing more is sent';
    case 'failed':
      return 'nothing is taken: the same comes again later';
    case 'unknown_key':
      return 'the key is missing: the events come under another valid key, or wait and come again every 5 minutes';
  }
}

const shownCharacters = 120;

/** What came is somebody else's text: only what is printable is shown, on one line. */
function answeredText(reply: Reply): string {
  if (reply.kind === 'silent') return reply.text;
  const { status, body } = reply.answer;
  if (body === undefined) return `${status} and more than 64 KiB`;
  const line = body.replaceAll(/[^\x20-\x7e\xa0-\uffff]+/g, ' ').trim();
  return `${status} ${line.length > shownCharacters ? `${line.slice(0, shownCharacters)}…` : line}`.trim();
}
