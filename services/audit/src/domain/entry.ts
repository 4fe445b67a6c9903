import { AuditEntry, type HopKind } from '@trunkline/contracts';
import type { StoredMessage } from '@trunkline/runtime';

/** An entry, and its item in clear where that is content: it is encrypted before it is written. */
export interface ClearEntry {
  readonly entry: AuditEntry;
  readonly content?: Uint8Array;
}

/** What is said of one item; what is left out is empty. */
export type Said = Omit<Partial<AuditEntry>, 'index' | 'kind' | 'content'> & { readonly kind: HopKind };

/** Where a message stands. */
export interface Place extends Pick<StoredMessage, 'sequence' | 'storedAtMs'> {
  readonly stream: string;
}

/** Makes an entry; it happened when its message was stored, unless something else is said. Pure. */
export function entryOf({ storedAtMs }: Place, index: number, said: Said): AuditEntry {
  return AuditEntry.fromPartial({ at: new Date(storedAtMs), ...said, index });
}

/** Without what is empty and what comes twice. Pure. */
export function distinct(ids: readonly string[]): string[] {
  return [...new Set(ids)].filter((id) => id !== '');
}
