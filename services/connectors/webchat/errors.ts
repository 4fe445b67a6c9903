import { ConnectorError, refusal } from '@trunkline/adapter-kit';
import type { ServerFrame } from './frames.ts';

/** What a widget hears of a body that is none of ours. Pure. */
export function invalid(issue: Issue | undefined): ConnectorError {
  const where = issue?.path.join('.') || 'body';
  return refusal('invalid_argument', `${where}: ${issue?.message ?? 'must be JSON'}`);
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

const passing: ReadonlySet<string> = new Set(['unavailable', 'transient']);

/**
 * What a widget hears of a frame that was not stored. With `retryAfterMs` it sends the frame again by itself; without, the
 * frame will never be taken as it is, and the visitor reads why. Pure.
 */
export function refusedFrame(error: unknown, cid: string): ServerFrame {
  if (error instanceof ConnectorError && !passing.has(error.code)) {
    return { t: 'error', code: error.code, message: error.message, cid };
  }
  const message = 'The message could not be stored. It will be sent again.';
  return { t: 'error', code: 'unavailable', message, cid, retryAfterMs: 1_000 };
}
