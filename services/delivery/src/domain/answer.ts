import type { Verdict } from '@trunkline/runtime';
import { z } from 'zod';

/** An HTTP answer of a portal, as far as it was read. */
export interface PortalAnswer {
  readonly status: number;
  /** Undefined when absent. */
  readonly contentType: string | undefined;
  readonly retryAfter: string | undefined;
  /** Undefined when the body was not read, or was longer than we read. */
  readonly body: string | undefined;
}

/** A portal asks for less, or for more, than this: it gets this. */
const retryAfterBoundsMs = { least: 1_000, most: 3_600_000 } as const;

const partly = z.object({ accepted: z.unknown() });
const unknownKey = z.object({ error: z.literal('unknown_key'), kid: z.string().catch('') });
const refused = z.object({ refused: z.string().min(1) });

/** What a portal's answer to a batch of `size` elements means. Pure. */
export function verdictOf(answer: PortalAnswer, size: number, nowMs: number): Verdict {
  const { status } = answer;
  if (status >= 200 && status < 300) return taken(answer, size, nowMs);
  if (status >= 300 && status < 400) {
    return {
      kind: 'failed',
      code: 'portal_redirected',
      text: `the portal answered ${status}: redirects are not followed`,
    };
  }
  switch (status) {
    case 410:
      return { kind: 'off', code: 'portal_gone', text: 'the portal answered 410: it wants nothing more' };
    case 429:
    case 503:
      return { ...unavailable(status), ...retryAfterOf(answer.retryAfter, nowMs) };
    case 400:
    case 413:
    case 422:
      return aboutEvents(answer);
    default:
      return unavailable(status);
  }
}

function taken(answer: PortalAnswer, size: number, nowMs: number): Verdict {
  const all: Verdict = { kind: 'accepted', count: size };
  if (!isJson(answer.contentType)) return all;
  if (answer.body === undefined) return invalid(`the portal's answer ${answer.status} was too long to be read`);
  const found = partly.safeParse(parsed(answer.body));
  if (!found.success || found.data.accepted === undefined) return all;
  const { accepted } = found.data;
  if (!Number.isInteger(accepted) || Number(accepted) < 0 || Number(accepted) > size) {
    return invalid(`the portal accepted neither none, nor some, nor all of ${size} events`);
  }
  if (accepted !== 0) return { kind: 'accepted', count: Number(accepted) };
  const text = `the portal answered ${answer.status} and accepted 0 events`;
  return { kind: 'failed', code: 'portal_unavailable', text, ...retryAfterOf(answer.retryAfter, nowMs) };
}

function aboutEvents({ status, body }: PortalAnswer): Verdict {
  const said = status === 422 ? parsed(body) : undefined;
  const unknown = unknownKey.safeParse(said);
  if (unknown.success) {
    const text = 'the portal does not know the key that its events are sealed under';
    return { kind: 'unknown_key', code: 'portal_unknown_key', text, kid: unknown.data.kid };
  }
  const named = refused.safeParse(said);
  return {
    kind: 'refused',
    code: 'portal_rejected',
    text: `the portal answered ${status}: it refuses an event`,
    ...(named.success ? { eventId: named.data.refused } : {}),
  };
}

function unavailable(status: number): Verdict & { kind: 'failed' } {
  return { kind: 'failed', code: 'portal_unavailable', text: `the portal answered ${status}` };
}

function invalid(text: string): Verdict {
  return { kind: 'failed', code: 'portal_answer_invalid', text };
}

/** True if an answer says that its body is JSON: then the body must be read. Pure. */
export function isJson(contentType: string | undefined): boolean {
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  return type === 'application/json' || type?.endsWith('+json') === true;
}

/** Seconds or a date, kept within bounds; nothing when it says neither. Pure. */
function retryAfterOf(text: string | undefined, nowMs: number): { retryAfterMs?: number } {
  const given = text?.trim() ?? '';
  const delayMs = /^\d{1,9}$/.test(given) ? Number(given) * 1_000 : Date.parse(given) - nowMs;
  if (given === '' || Number.isNaN(delayMs)) return {};
  return { retryAfterMs: Math.min(Math.max(delayMs, retryAfterBoundsMs.least), retryAfterBoundsMs.most) };
}

function parsed(body: string | undefined): unknown {
  try {
    return body === undefined ? undefined : JSON.parse(body);
  } catch {
    return undefined;
  }
}
