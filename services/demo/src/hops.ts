/** One hop as the page shows it. */
export interface ShownHop {
  readonly kind: string;
  readonly service: string;
  readonly at: string;
  readonly outcome: string;
  readonly id: string;
}

interface HopLine {
  readonly entry?: Partial<ShownHop>;
}

/**
 * Asks the passport of a message by the public API. The answer is one line of JSON a hop. What cannot be asked now (the audit
 * log follows a little later than the message) is an empty list.
 */
export async function hopsOf(gatewayUrl: string, apiKey: string, id: string): Promise<readonly ShownHop[]> {
  const response = await fetch(new URL('/v1/AuditService/Follow', gatewayUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
    body: JSON.stringify({ id }),
    signal: AbortSignal.timeout(5_000),
  }).catch(() => undefined);
  if (!response?.ok) return [];
  const lines = (await response.text()).split('\n').filter((line) => line !== '');
  return lines.map((line) => shownHop(JSON.parse(line)));
}

function shownHop({ entry = {} }: HopLine): ShownHop {
  const { kind = '', service = '', at = '', outcome = '', id = '' } = entry;
  return { kind, service, at, outcome, id };
}
