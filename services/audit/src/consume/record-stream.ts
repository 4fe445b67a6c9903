import type { KeyObject } from 'node:crypto';
import { AuditRecord, topicOf } from '@trunkline/contracts';
import type { StoredMessage } from '@trunkline/runtime';
import { contentKey, sealContent } from '../domain/content.ts';
import type { ClearEntry } from '../domain/entry.ts';
import { passportEntries } from '../domain/passport-entry.ts';
import { type ClearRecord, clearRecord } from '../domain/record.ts';
import type { History } from '../kafka.ts';
import type { Passport } from '../store/passport.ts';
import type { Salts } from '../store/salts.ts';

/** What recording needs. */
export interface RecordingParts {
  readonly history: History;
  readonly passport: Passport;
  readonly salts: Salts;
  /** Master of the content keys. */
  readonly master: KeyObject;
  /** Hears of what cannot be read. */
  readonly unreadable: (stream: string, sequence: number) => void;
}

/** Records messages of one lane of a stream: first in Kafka, then in the passport's index. May be repeated. */
export async function recordMessages(
  { stream, lane }: { readonly stream: string; readonly lane: number },
  messages: readonly StoredMessage[],
  parts: RecordingParts,
): Promise<void> {
  const clear = messages.map((message) => clearRecord(stream, message));
  for (const { sequence, entries } of clear) {
    if (entries.some(({ entry }) => entry.kind === 'item.unreadable')) parts.unreadable(stream, sequence);
  }
  const salts = await parts.salts.make(clear.flatMap(({ entries }) => entries.flatMap(saltIdOf)));
  const keyOf = keysOf(parts.master, salts);
  const records = clear.map((record) => sealed(record, lane, keyOf));
  const topic = topicOf(stream);
  const offsets = await parts.history.append(
    records.map((record) => ({
      topic,
      partition: lane,
      value: Buffer.from(AuditRecord.encode(record).finish()),
      traceparent: record.entries.find(({ traceparent }) => traceparent !== '')?.traceparent,
    })),
  );
  const placed = records.map((record, index) => {
    return { record, place: { topic, partition: lane, offset: offsets[index] ?? -1 } };
  });
  await parts.passport.put(passportEntries(placed));
}

function saltIdOf({ entry, content }: ClearEntry): string[] {
  return content === undefined ? [] : [entry.saltId];
}

type KeyOf = (tenantId: string, saltId: string) => KeyObject;

/** Keys that were made, for as long as their salts are remembered. */
const made = new WeakMap<Uint8Array, KeyObject>();

function keysOf(master: KeyObject, salts: ReadonlyMap<string, Uint8Array>): KeyOf {
  return (tenantId, saltId) => {
    const salt = salts.get(saltId);
    if (salt === undefined) throw new Error('a salt that was just made is gone');
    // A salt is one contact's, so it has one tenant.
    const key = made.get(salt) ?? contentKey(master, tenantId, salt);
    made.set(salt, key);
    return key;
  };
}

function sealed({ stream, sequence, storedAtMs, entries }: ClearRecord, lane: number, keyOf: KeyOf): AuditRecord {
  return {
    ...{ stream, sequence, lane, storedAt: new Date(storedAtMs) },
    entries: entries.map(({ entry, content }) => {
      if (content === undefined) return entry;
      return { ...entry, content: sealContent(keyOf(entry.tenantId, entry.saltId), entry.id, content) };
    }),
  };
}
