/** One hop as the page shows it. */
export interface ShownHop {
  readonly kind: string;
  readonly service: string;
  readonly at: string;
  readonly outcome: string;
  readonly id: string;
  readonly sequence: string;
  /** Number of the try, where there are several. */
  readonly attempt: number;
  readonly httpStatus: number;
}

interface HopLine {
  readonly entry?: Partial<ShownHop>;
}

/** What to follow, as AuditService.Follow names it. */
export type Followed = { readonly last: true } | { readonly id: string };

/**
 * Asks the passport of a message by the public API. The answer is one line of JSON a hop. The audit log follows a little
 * later than the message: what it does not know yet, or cannot tell now, is an empty list. Rejects when nobody answers.
 */
export async function hopsOf(gatewayUrl: string, apiKey: string, followed: Followed): Promise<readonly ShownHop[]> {
  const response = await fetch(new URL('/v1/AuditService/Follow', gatewayUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
    body: JSON.stringify(followed),
    signal: AbortSignal.timeout(5_000),
  });
  if (!response.ok) return [];
  const lines = (await response.text()).split('\n').filter((line) => line !== '');
  return lines.map((line) => shownHop(JSON.parse(line)));
}

function shownHop({ entry = {} }: HopLine): ShownHop {
  const { kind = '', service = '', at = '', outcome = '', id = '', sequence = '0' } = entry;
  return { kind, service, at, outcome, id, sequence, attempt: entry.attempt ?? 0, httpStatus: entry.httpStatus ?? 0 };
}
