import { type AuditEntry, type AuditRecord, egressStream, type Hop, streams } from '@trunkline/contracts';

/** One step, with its record's place. */
export type AnyHop = Omit<Hop, 'entry'> & { readonly entry: AuditEntry };

/** The hops of a record, without content. A hook call has two: it came, and the bus had it. Pure. */
export function hopsOf({ stream, sequence, lane, entries, storedAt }: AuditRecord): AnyHop[] {
  return entries.flatMap((whole) => {
    const entry: AuditEntry = { ...whole, content: Buffer.alloc(0), saltId: '' };
    const hop = { stream, streamSequence: sequence, lane, entry };
    if (entry.kind !== 'hook.received') return [hop];
    const stored: AuditEntry = { ...entry, kind: 'hook.stored', at: storedAt };
    return [
      { ...hop, entry: { ...entry, outcome: 'received' } },
      { ...hop, entry: stored },
    ];
  });
}

/** Results and copies name their channel alone: the connector is known from the other hops of that channel. Pure. */
export function withConnectors(hops: readonly AnyHop[]): AnyHop[] {
  const names = new Map(
    hops
      .filter(({ stream }) => stream.startsWith(egressStream('')))
      .map(({ stream, entry }) => [entry.channelId, stream.slice(egressStream('').length)]),
  );
  return hops.map((hop) => {
    const name = hop.entry.service === 'connector' ? names.get(hop.entry.channelId) : undefined;
    return name === undefined ? hop : { ...hop, entry: { ...hop.entry, service: name } };
  });
}

/**
 * What tells a hop from all others; the same in whatever copy of a record it is read. A range that was given up is told by each
 * record of delivery until its portal has taken the notice: it is one hop. Pure.
 */
export function hopKey({ stream, streamSequence, entry }: AnyHop): string {
  if (stream === streams.deliveries && entry.kind.startsWith('events.'))
    return `${stream}.${entry.portalId}.${entry.strand}.${entry.id}.${entry.kind}`;
  return `${stream}.${streamSequence}.${entry.index}.${entry.kind}`;
}

/** Where something stands between the others of the same millisecond. */
const order: readonly string[] = [
  streams.ingress,
  streams.facts,
  streams.outbox,
  'EGRESS',
  streams.deliveries,
  'SENDS',
];

/** Oldest first. Pure. */
export function byTime(hops: readonly AnyHop[]): AnyHop[] {
  const rank = ({ stream }: AnyHop) => order.indexOf(stream.split('_')[0] ?? '');
  const at = ({ entry }: AnyHop) => entry.at?.getTime() ?? 0;
  return [...hops].sort(
    (a, b) =>
      at(a) - at(b) || rank(a) - rank(b) || a.streamSequence - b.streamSequence || a.entry.index - b.entry.index,
  );
}

/** Is an entry about one of these ids. Pure. */
export function isAbout({ id, messageIds }: AuditEntry, ids: ReadonlySet<string>): boolean {
  return ids.has(id) || messageIds.some((each) => ids.has(each));
}
