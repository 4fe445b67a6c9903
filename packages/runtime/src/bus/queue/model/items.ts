import { strandOf } from '@trunkline/contracts';
import type { BatchItem, ItemPlace } from '../portal-ports.ts';

/** An element as it arrives. */
export interface ModelItem extends BatchItem {
  readonly place?: ItemPlace;
}

/** The bytes of an event in the model: its key, and as much as it is large. */
export function eventBytes(kid: string, sizeBytes: number): Buffer {
  return Buffer.concat([Buffer.from(`${kid} `), Buffer.alloc(sizeBytes, 'x')]);
}

/** Key that an event of the model is sealed under. */
export function kidOf(item: Pick<BatchItem, 'bytes'>): string {
  return Buffer.from(item.bytes.subarray(0, 16)).toString().split(' ')[0] ?? '';
}

/** The bytes of a notice in the model. */
export function noticeBytes(fromSequence: number): Uint8Array {
  return Buffer.from(`notice ${fromSequence}`);
}

/** True if an item says that events will not come. */
export function isNotice(item: BatchItem): boolean {
  return Buffer.from(item.bytes).toString().startsWith('notice ');
}

/** Sequence of the first event that an item stands for. */
export function fromOf(item: BatchItem): number {
  return isNotice(item) ? Number(Buffer.from(item.bytes).toString().slice('notice '.length)) : item.sequence;
}

/** The conversation of an event. */
export function convOf(sequence: number): string {
  return `conversation ${(sequence * 7) % 11}`;
}

/** Sequences that an element stands for: its own, or those of its range and strand. */
export function coveredBy(item: ModelItem): number[] {
  const [index, count] = (item.place?.name ?? '0/1').split('/').map(Number);
  const range = Array.from({ length: item.sequence - fromOf(item) + 1 }, (_, at) => fromOf(item) + at);
  return range.filter((sequence) => strandOf(convOf(sequence), count ?? 1) === index);
}

/** Events of its strand between an element and what it says comes before it there: there must be none. */
export function skippedBy(item: ModelItem): number[] {
  const [index, count] = (item.place?.name ?? '').split('/').map(Number);
  if (item.place === undefined || count === undefined) return [];
  const last = Math.max(...item.place.previous);
  const [first = item.sequence] = coveredBy(item);
  const between = Array.from({ length: Math.max(0, first - last - 1) }, (_, at) => last + 1 + at);
  return between.filter((sequence) => strandOf(convOf(sequence), count) === index);
}
