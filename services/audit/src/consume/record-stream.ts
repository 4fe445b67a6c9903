import type { KeyObject } from 'node:crypto';
import type { AuditRecord } from '@trunkline/contracts';
import type { StoredMessage } from '@trunkline/runtime';
import { contentKey, sealContent } from '../domain/content.ts';
import type { ClearEntry } from '../domain/entry.ts';
import { type ClearRecord, clearRecord } from '../domain/record.ts';
import type { Salts } from '../store/salts.ts';
import type { Writer } from './write-records.ts';

/** What recording needs. */
export interface RecordingParts {
  readonly writer: Writer;
  readonly salts: Salts;
  /** Master of the content keys. */
  readonly master: KeyObject;
  /** Hears of what cannot be read. */
  readonly unreadable: (stream: string, sequence: number) => void;
}

/** Records messages of one lane of a stream. May be repeated. */
export async function recordMessages(
  { stream, lane }: { readonly stream: string; readonly lane: number },
  messages: readonly StoredMessage[],
  { writer, salts, master, unreadable }: RecordingParts,
): Promise<void> {
  const clear = messages.map((message) => clearRecord(stream, message));
  for (const { sequence, entries } of clear) {
    if (entries.some(({ entry }) => entry.kind === 'item.unreadable')) unreadable(stream, sequence);
  }
  const keyOf = keysOf(master, await salts.make(clear.flatMap(({ entries }) => entries.flatMap(saltIdOf))));
  await writer.write(clear.map((record) => sealed(record, lane, keyOf)));
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
