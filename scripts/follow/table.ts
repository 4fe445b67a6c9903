/** A hop as the HTTP API gives it. */
export interface ShownHop {
  readonly stream: string;
  readonly entry: {
    readonly kind: string;
    readonly service: string;
    readonly at: string;
    readonly outcome: string;
    readonly id: string;
    readonly messageIds: readonly string[];
    readonly conversationId: string;
    readonly channelId: string;
    readonly portalId: string;
    readonly traceparent: string;
    readonly sequence: string;
    readonly lastSequence: string;
    readonly attempt: number;
    readonly durationMs: number;
    readonly httpStatus: number;
    readonly kid: string;
    readonly count: string;
    readonly replay?: number;
    /** Of a parallel portal: which of its strands, as 3/4; absent in what an older version told. */
    readonly strand?: string;
  };
}

/** How a table looks. */
export interface TableOptions {
  readonly hasColours: boolean;
  /** Of several messages: each line begins with the first letters of its message's id. */
  readonly isOfMany: boolean;
}

const good = ['accepted', 'sent', 'delivered', 'read', 'stored', 'received', 'normalized', 'queued'];
const codes = { dim: 2, red: 31, green: 32, yellow: 33 } as const;
const shortId = 8;
const attempts = ['delivery.attempted', 'delivery.replayed'];

/** Makes lines of hops, each with its time and the time since the first. */
export function createTable({ hasColours, isOfMany }: TableOptions) {
  const paint = (colour: keyof typeof codes, text: string) =>
    hasColours ? `\u001b[${codes[colour]}m${text}\u001b[0m` : text;
  let firstMs: number | undefined;
  return {
    head: (): string => {
      const times = `${'UTC'.padEnd(12)}  ${'since first'.padStart(12)}`;
      return paint(
        'dim',
        `${times}  ${isOfMany ? 'message   ' : ''}${columns('step', 'service', 'stream', 'outcome')}`,
      );
    },
    line: ({ stream, entry }: ShownHop): string => {
      const atMs = Date.parse(entry.at);
      firstMs ??= atMs;
      const outcome = entry.outcome.split(' ')[0] ?? '';
      const colour = good.includes(outcome)
        ? 'green'
        : outcome === '' || outcome === 'late' || entry.kid !== ''
          ? 'dim'
          : 'red';
      const [before, after] = [columns(entry.kind, entry.service, stream, ''), detailOf(entry)];
      const told = entry.outcome === '' ? '' : paint(colour, entry.outcome);
      const times = `${entry.at.slice(11, 23).padEnd(12)}  ${sinceFirst(atMs - firstMs).padStart(12)}`;
      const message = isOfMany ? `${(entry.messageIds[0] ?? '').slice(0, shortId).padEnd(shortId)}  ` : '';
      return `${times}  ${message}${before}${told}${after && paint('dim', `  ${after}`)}`;
    },
    names: (hops: readonly ShownHop[]): string[] =>
      namesOf(hops).map(([name, id]) => paint('dim', `${name.padEnd(14)}${id}`)),
    place: ({ kind, text }: { readonly kind: string; readonly text: string }): string =>
      paint(kind === 'there' ? 'green' : kind === 'ended' ? 'red' : 'yellow', text),
  };
}

/** What one would ask for next. Nothing that there is more than one of, but traces. */
function namesOf(hops: readonly ShownHop[]): [name: string, id: string][] {
  const entries = hops.map(({ entry }) => entry);
  const message = entries.filter(({ kind }) => kind === 'messages.received' || kind.endsWith('.submitted'));
  const only = (ids: readonly string[]) => {
    const distinct = [...new Set(ids)].filter((id) => id !== '');
    return distinct.length === 1 ? distinct : [];
  };
  // An attempt is in the trace of the first event of its batch, which may be another message's.
  const own = entries.filter(({ kind }) => !attempts.includes(kind));
  const traces = new Set(own.map(({ traceparent }) => traceparent.split('-')[1] ?? '').filter((id) => id !== ''));
  const all = {
    message: only(message.map(({ id }) => id)),
    conversation: only(entries.map(({ conversationId }) => conversationId)),
    channel: only(entries.map(({ channelId }) => channelId)),
    portal: only(entries.map(({ portalId }) => portalId)),
    trace: [...traces].slice(0, 5),
  };
  return Object.entries(all).flatMap(([name, ids]) => ids.map((id): [string, string] => [name, id]));
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

function detailOf(entry: ShownHop['entry']): string {
  const { kind, sequence, lastSequence, attempt, durationMs, httpStatus, kid, count, replay = 0, strand = '' } = entry;
  const range = lastSequence === sequence || lastSequence === '0' ? sequence : `${sequence}-${lastSequence}`;
  return [
    sequence === '0' ? '' : `sequence ${range}`,
    // Of the range an attempt of a strand is about its own events alone.
    strand === '' ? '' : `strand ${strand}`,
    replay > 0 ? `replay ${replay}` : '',
    httpStatus === 0 ? '' : `HTTP ${httpStatus}`,
    attempt > 1 ? `try ${attempt}` : '',
    kid === '' ? '' : `key ${kid}, ${count} ×`,
    /\.(attempted|replayed)$/.test(kind) ? `${durationMs} ms` : '',
  ]
    .filter((text) => text !== '')
    .join(', ');
}
