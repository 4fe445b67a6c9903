/** A hop as the HTTP API gives it. */
export interface ShownHop {
  readonly stream: string;
  readonly entry: {
    readonly kind: string;
    readonly service: string;
    readonly at: string;
    readonly outcome: string;
    readonly id: string;
    readonly traceparent: string;
    readonly sequence: string;
    readonly lastSequence: string;
    readonly attempt: number;
    readonly durationMs: number;
    readonly httpStatus: number;
  };
}

const good = ['accepted', 'sent', 'delivered', 'read', 'stored', 'received', 'normalized', 'queued'];
const codes = { dim: 2, red: 31, green: 32 } as const;

/** Makes lines of hops, each with the time since the first. */
export function createTable({ hasColours }: { readonly hasColours: boolean }) {
  const paint = (colour: keyof typeof codes, text: string) =>
    hasColours ? `\u001b[${codes[colour]}m${text}\u001b[0m` : text;
  let firstMs: number | undefined;
  return {
    head: (): string =>
      paint('dim', `${'since first'.padStart(12)}  ${columns('step', 'service', 'stream', 'outcome')}`),
    line: ({ stream, entry }: ShownHop): string => {
      const atMs = Date.parse(entry.at);
      firstMs ??= atMs;
      const outcome = entry.outcome.split(' ')[0] ?? '';
      const colour = good.includes(outcome) ? 'green' : outcome === '' || outcome === 'late' ? 'dim' : 'red';
      const [before, after] = [columns(entry.kind, entry.service, stream, ''), detailOf(entry)];
      const told = entry.outcome === '' ? '' : paint(colour, entry.outcome);
      return `${sinceFirst(atMs - firstMs).padStart(12)}  ${before}${told}${after && paint('dim', `  ${after}`)}`;
    },
    trace: (hops: readonly ShownHop[]): string => {
      const traces = new Set(hops.map(({ entry }) => entry.traceparent.split('-')[1] ?? '').filter((id) => id !== ''));
      return traces.size === 0 ? '' : paint('dim', `trace ${[...traces].join(', ')}`);
    },
  };
}

function columns(step: string, service: string, stream: string, outcome: string): string {
  return `${step.padEnd(22)} ${service.padEnd(11)} ${stream.padEnd(16)} ${outcome}`;
}

/** "+12 ms", "+3.4 s", "+5 min 2 s". Pure. */
export function sinceFirst(ms: number): string {
  const sign = ms < 0 ? '-' : '+';
  const size = Math.abs(ms);
  if (size < 1_000) return `${sign}${size} ms`;
  if (size < 60_000) return `${sign}${(size / 1_000).toFixed(1)} s`;
  return `${sign}${Math.floor(size / 60_000)} min ${Math.round((size % 60_000) / 1_000)} s`;
}

function detailOf({ kind, sequence, lastSequence, attempt, durationMs, httpStatus }: ShownHop['entry']): string {
  const range = lastSequence === sequence || lastSequence === '0' ? sequence : `${sequence}-${lastSequence}`;
  return [
    sequence === '0' ? '' : `sequence ${range}`,
    httpStatus === 0 ? '' : `HTTP ${httpStatus}`,
    attempt > 1 ? `try ${attempt}` : '',
    kind.endsWith('.attempted') ? `${durationMs} ms` : '',
  ]
    .filter((text) => text !== '')
    .join(', ');
}
