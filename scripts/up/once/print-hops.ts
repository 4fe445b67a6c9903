/** A hop as the public API tells it. */
export interface Hop {
  readonly stream: string;
  readonly entry: {
    readonly kind: string;
    readonly service: string;
    readonly at: string;
    readonly outcome?: string;
    readonly traceparent: string;
  };
}

/** Asks for the hops of messages: NDJSON of AuditService.Follow. */
export async function hopsOf(gatewayUrl: string, apiKey: string, id: string): Promise<Hop[]> {
  const response = await fetch(new URL('/v1/AuditService/Follow', gatewayUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
    body: JSON.stringify({ id }),
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw new Error(`AuditService/Follow answered ${response.status}`);
  return (await response.text())
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** A way ends at the portal; that of an answer does so with its status. Until then the audit log has not caught up. */
function isWhole(hops: readonly Hop[]): boolean {
  const isAnswer = hops.some(({ entry }) => entry.kind === 'messages.submitted');
  const isTold = !isAnswer || hops.some(({ entry }) => entry.kind === 'messages.status');
  return isTold && hops.at(-1)?.entry.kind === 'delivery.attempted';
}

/** For all messages together: at a first start Kafka, which history is written to, may still be downloaded. */
const limitMs = 180_000;

/** Prints a table of the hops of each message, with the time since the first. False when one has no end. */
export async function printHops(gatewayUrl: string, apiKey: string, ids: readonly string[]): Promise<boolean> {
  let areWhole = true;
  const endsAt = performance.now() + limitMs;
  for (const id of ids) {
    const hops = await wholeWay(gatewayUrl, apiKey, { id, endsAt });
    areWhole &&= isWhole(hops);
    console.log(`\n  message ${id}`);
    const [first] = hops;
    for (const { stream, entry } of hops) {
      const afterMs = Date.parse(entry.at) - Date.parse(first?.entry.at ?? entry.at);
      const words = [entry.kind.padEnd(20), entry.service.padEnd(11), stream.padEnd(16), entry.outcome ?? ''];
      console.log(`    ${`+${afterMs}`.padStart(7)} ms  ${words.join(' ')}`);
    }
    if (hops.length === 0) console.log('    no hops: has Kafka started? see .trunkline/logs/audit.log');
  }
  return areWhole;
}

interface Wanted {
  readonly id: string;
  readonly endsAt: number;
}

async function wholeWay(gatewayUrl: string, apiKey: string, { id, endsAt }: Wanted): Promise<Hop[]> {
  for (;;) {
    const hops = await hopsOf(gatewayUrl, apiKey, id).catch(() => []);
    if (isWhole(hops) || performance.now() > endsAt) return hops;
    await new Promise((done) => setTimeout(done, 250));
  }
}
