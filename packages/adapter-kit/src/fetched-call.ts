import type { RawCall } from './connector.ts';
import type { Tools } from './tools.ts';

/** What was fetched, as the call that the hook would have been. Pure, but for the clock. */
export function fetchedCall(told: unknown, tools: Pick<Tools, 'now'>): RawCall {
  const body = Buffer.from(JSON.stringify(told));
  return { method: 'POST', path: '', query: {}, headers: {}, body, receivedAtMs: tools.now() };
}
