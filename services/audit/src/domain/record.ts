import { egressStream, sendsStream, streams } from '@trunkline/contracts';
import type { StoredMessage } from '@trunkline/runtime';
import { egressEntries, sendEntries } from './channel-streams.ts';
import { type ClearEntry, entryOf } from './entry.ts';
import { factEntries } from './facts.ts';
import { ingressEntries } from './ingress.ts';
import { deliveryEntries, outboxEntries } from './portal-streams.ts';

/** One message of the bus as history will keep it, its content still in clear. */
export interface ClearRecord {
  readonly stream: string;
  readonly sequence: number;
  readonly storedAtMs: number;
  readonly entries: readonly ClearEntry[];
}

/** Reads a message of any stream. Never throws: what cannot be read is an entry that says so. Pure. */
export function clearRecord(stream: string, { sequence, storedAtMs, data }: StoredMessage): ClearRecord {
  const place = { stream, sequence, storedAtMs };
  try {
    return { ...place, entries: entriesOf(place, data) };
  } catch {
    const entry = entryOf(place, 0, { kind: 'item.unreadable', outcome: 'malformed', service: 'audit' });
    return { ...place, entries: [{ entry }] };
  }
}

function entriesOf(place: Parameters<typeof entryOf>[0], data: Uint8Array): ClearEntry[] {
  const { stream } = place;
  if (stream === streams.ingress) return ingressEntries(place, data);
  if (stream === streams.facts) return factEntries(place, data);
  if (stream === streams.outbox) return outboxEntries(place, data);
  if (stream === streams.deliveries) return deliveryEntries(place, data);
  if (stream.startsWith(egressStream(''))) return egressEntries(place, data);
  if (stream.startsWith(sendsStream(''))) return sendEntries(place, data, stream.slice(sendsStream('').length));
  throw new Error(`${stream} is no stream of messages`);
}
